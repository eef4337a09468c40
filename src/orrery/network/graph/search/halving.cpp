#include "orrery/network/graph/search/halving.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>

#include "orrery/base/rng.hpp"
#include "orrery/network/graph/graph.hpp"
#include "orrery/network/graph/search/router_graph.hpp"

namespace orrery {
namespace {

constexpr std::size_t kAffordableLinks = 2'000'000;  // that all tries look at, some rounds each
constexpr std::size_t kMostHalvings = 64;            // more hardly ever find a smaller cut

class Halving {
 public:
  Halving(const Wires& wires, const Graph& graph) : wires_(wires), graph_(graph) {}

  // Deals endpoints by turns along a random breadth-first order, then swaps while it helps.
  double cut(Rng& rng) {
    side_.assign(wires_.vertices, 0);
    const std::vector<int> far =
        distances_to(wires_, graph_, static_cast<std::uint32_t>(rng.below(wires_.vertices)));
    std::vector<std::uint32_t> order(wires_.endpoints);
    std::iota(order.begin(), order.end(), 0U);
    std::vector<std::uint64_t> key(wires_.endpoints);
    for (auto& k : key) k = rng.next();
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return far[a] != far[b] ? far[a] < far[b] : key[a] < key[b];
    });
    // What a failure has cut off has no distance, and no link to be cut either.
    for (std::uint32_t v = 0; v < wires_.vertices; ++v)
      side_[v] = far[v] <= far[order[order.size() / 2]] ? 0 : 1;
    for (std::size_t i = 0; i < order.size(); ++i) side_[order[i]] = i < order.size() / 2 ? 0 : 1;
    double best = value();
    for (int round = 0; round < kRounds; ++round) {
      improve_switches();
      swap_endpoints();
      const double now = value();
      if (!(now < best)) break;
      best = now;
    }
    return best;
  }

 private:
  static constexpr int kRounds = 20;

  // Bandwidth to the other side less bandwidth to its own: what moving the vertex would save.
  [[nodiscard]] double gain(std::uint32_t v) const {
    double out = 0.0;
    for (const LinkId l : graph_.out(v)) {
      const double rate = wires_.kind(l).bandwidth.value();
      out += side_[wires_.link(l).to] == side_[v] ? -rate : rate;
    }
    return out;
  }
  [[nodiscard]] double value() const {
    double out = 0.0;
    for (std::size_t i = 0; i < wires_.links.size(); i += 2) {
      const Link& l = wires_.links[i];
      if (wires_.is_failed(static_cast<LinkId>(i))) continue;
      if (side_[l.from] != side_[l.to]) out += wires_.kinds[l.kind].bandwidth.value();
    }
    return out;
  }
  void improve_switches() {
    for (std::uint32_t v = wires_.endpoints; v < wires_.vertices; ++v) {
      if (gain(v) > 0.0) side_[v] ^= 1;
    }
  }
  void swap_endpoints() {
    std::vector<std::pair<double, std::uint32_t>> by_gain[2];
    for (std::uint32_t e = 0; e < wires_.endpoints; ++e) {
      by_gain[side_[e]].emplace_back(-gain(e), e);
    }
    for (auto& g : by_gain) std::sort(g.begin(), g.end());
    for (std::size_t i = 0; i < std::min(by_gain[0].size(), by_gain[1].size()); ++i) {
      const std::uint32_t a = by_gain[0][i].second;
      const std::uint32_t b = by_gain[1][i].second;
      double saved = gain(a);
      side_[a] ^= 1;
      saved += gain(b);
      side_[b] ^= 1;
      if (saved > 0.0) continue;
      side_[a] ^= 1;
      side_[b] ^= 1;
      if (by_gain[0][i].first + by_gain[1][i].first >= 0.0) break;
    }
  }

  const Wires& wires_;
  const Graph& graph_;
  std::vector<std::uint8_t> side_;
};

// Routers alone, those with endpoints in front, where each of them has the same number and there is
// an even number of them: halving those halves the endpoints, and no endpoint's cable is cut.
std::optional<Wires> routers_alone(const Wires& wires) {
  const RouterGraph graph(wires);
  std::vector<std::uint32_t> place(graph.routers(), 0);
  std::uint32_t each = 0;
  Wires out{.kinds = wires.kinds};
  for (std::uint32_t r = 0; r < graph.routers(); ++r) {
    const std::uint32_t here = graph.hanging(r) + (graph.is_endpoint(r) ? 1 : 0);
    if (here == 0) continue;
    if (each != 0 && here != each) return std::nullopt;
    each = here;
    place[r] = out.endpoints++;
  }
  if (out.endpoints == wires.endpoints || out.endpoints % 2 != 0) return std::nullopt;
  out.vertices = out.endpoints;
  for (std::uint32_t r = 0; r < graph.routers(); ++r) {
    if (graph.hanging(r) == 0 && !graph.is_endpoint(r)) place[r] = out.vertices++;
  }
  for (std::size_t i = 0; i < wires.links.size(); i += 2) {
    const Link& l = wires.links[i];
    if (graph.drop(l.from) + graph.drop(l.to) > 0 || wires.is_failed(static_cast<LinkId>(i)))
      continue;
    out.connect(place[graph.router(l.from)], place[graph.router(l.to)], l.kind);
  }
  return out;
}

double least_cut(const Wires& wires, int tries, std::uint64_t seed) {
  const Graph graph(wires);
  Halving halving(wires, graph);
  Rng rng(seed, "halvings");
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i < tries; ++i) best = std::min(best, halving.cut(rng));
  return best;
}

}  // namespace

BytesPerSecond bisection_bound(const Wires& wires, int tries, std::uint64_t seed) {
  double best = least_cut(wires, tries, seed);
  if (const auto routers = routers_alone(wires))
    best = std::min(best, least_cut(*routers, tries, seed));
  return BytesPerSecond{best};
}

int affordable_halvings(const Wires& wires) {
  return static_cast<int>(std::clamp<std::size_t>(
      kAffordableLinks / std::max<std::size_t>(1, wires.links.size()), 1, kMostHalvings));
}

}  // namespace orrery
