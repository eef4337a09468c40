#include "orrery/network/graph/counted_facts.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "orrery/base/rng.hpp"
#include "orrery/network/graph/graph.hpp"

namespace orrery {
namespace {

// Average distance to the other endpoints; the largest goes into `diameter`.
double mean_distance(const Wires& wires, const Graph& graph, std::uint32_t from, int& diameter) {
  const std::vector<int> far = distances_to(wires, graph, from);
  double sum = 0.0;
  for (std::uint32_t e = 0; e < wires.endpoints; ++e) {
    sum += far[e];
    diameter = std::max(diameter, far[e]);
  }
  return wires.endpoints > 1 ? sum / (wires.endpoints - 1.0) : 0.0;
}

}  // namespace

NetworkFacts counts_of(const Wires& wires) {
  NetworkFacts out{.endpoints = wires.endpoints,
                   .switches = std::int64_t{wires.vertices} - wires.endpoints,
                   .cables = static_cast<std::int64_t>(wires.links.size() / 2)};
  for (std::size_t i = 0; i < wires.links.size(); i += 2) {
    if (wires.kinds[wires.links[i].kind].optical) ++out.optical_cables;
  }
  return out;
}

void count_hops(const Wires& wires, const std::vector<std::uint32_t>& sources,
                NetworkFacts& facts) {
  const Graph graph(wires);
  double sum = 0.0;
  for (const std::uint32_t s : sources) sum += mean_distance(wires, graph, s, facts.diameter);
  facts.average_hops = sources.empty() ? 0.0 : sum / static_cast<double>(sources.size());
}

void sample_hops(const Wires& wires, std::uint32_t most, std::uint64_t seed, NetworkFacts& facts) {
  std::vector<std::uint32_t> sources(wires.endpoints);
  std::iota(sources.begin(), sources.end(), 0U);
  if (wires.endpoints <= most) {
    count_hops(wires, sources, facts);
    return;
  }
  Rng rng(seed, "sampled endpoints");
  const Graph graph(wires);
  double sum = 0.0;
  double squares = 0.0;
  for (std::uint32_t i = 0; i < most; ++i) {  // without repetition: a partial shuffle
    std::swap(sources[i], sources[i + rng.below(sources.size() - i)]);
    const double mean = mean_distance(wires, graph, sources[i], facts.diameter);
    sum += mean;
    squares += mean * mean;
  }
  const double n = most;
  facts.average_hops = sum / n;
  // Of a mean of n drawn from N without repetition: s / sqrt(n) * sqrt(1 - n / N).
  const double variance = std::max(0.0, (squares - sum * sum / n) / (n - 1.0));
  facts.average_hops_error = std::sqrt(variance / n * (1.0 - n / wires.endpoints));
  facts.sampled_endpoints = most;
}

namespace {

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

}  // namespace

BytesPerSecond bisection_bound(const Wires& wires, int tries, std::uint64_t seed) {
  const Graph graph(wires);
  Halving halving(wires, graph);
  Rng rng(seed, "halvings");
  double best = 0.0;
  for (int i = 0; i < tries; ++i) {
    const double cut = halving.cut(rng);
    if (i == 0 || cut < best) best = cut;
  }
  return BytesPerSecond{best};
}

}  // namespace orrery
