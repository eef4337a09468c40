#include "orrery/network/routings/up_down.hpp"

#include <algorithm>
#include <numeric>

#include "orrery/base/check.hpp"
#include "orrery/base/rng.hpp"

namespace orrery {
namespace {

constexpr int kFar = 1 << 28;

class UpDown : public Routing {
 public:
  UpDown(const Topology& topology, std::uint64_t seed)
      : wires_(topology.wires()), graph_(wires_), seed_(seed), rank_(wires_.vertices) {
    // The root: the vertex of most cables, the last of them (the top of a tree).
    std::uint32_t root = 0;
    for (std::uint32_t v = 0; v < wires_.vertices; ++v) {
      if (graph_.out(v).size() >= graph_.out(root).size()) root = v;
    }
    const std::vector<int> far = distances_to(wires_, graph_, root);
    order_.resize(wires_.vertices);
    std::iota(order_.begin(), order_.end(), 0U);
    std::stable_sort(order_.begin(), order_.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return far[a] < far[b]; });
    for (std::uint32_t i = 0; i < order_.size(); ++i) rank_[order_[i]] = i;
  }

  void route(std::uint32_t from, std::uint32_t to, std::uint64_t choice,
             std::vector<Hop>& way) const override {
    if (from == to) return;
    const Lengths lengths = lengths_to(to);
    ORRERY_CHECK(lengths.any[from] < kFar, "no way from vertex {} to {}", from, to);
    bool has_turned = false;
    std::vector<LinkId> next;
    const std::uint64_t flow = mixed(mixed(mixed(seed_ ^ from) ^ to) ^ choice);
    for (std::uint32_t at = from; at != to;) {
      next.clear();
      const int left = has_turned ? lengths.down[at] : lengths.any[at];
      for (const LinkId l : graph_.out(at)) {
        const std::uint32_t v = wires_.link(l).to;
        if (is_down(at, v) ? lengths.down[v] == left - 1
                           : !has_turned && lengths.any[v] == left - 1) {
          next.push_back(l);
        }
      }
      ORRERY_CHECK(!next.empty(), "up/down is stuck at vertex {}", at);
      const LinkId taken = next[mixed(flow ^ mixed(at)) % next.size()];
      way.push_back({taken, 0});
      has_turned = has_turned || is_down(at, wires_.link(taken).to);
      at = wires_.link(taken).to;
    }
  }

 private:
  struct Lengths {
    std::vector<int> down;  // by links down only
    std::vector<int> any;   // up, then down
  };

  [[nodiscard]] bool is_down(std::uint32_t from, std::uint32_t to) const {
    return rank_[to] > rank_[from];
  }

  // Down links lead to later ranks, up links to earlier: one pass each.
  [[nodiscard]] Lengths lengths_to(std::uint32_t to) const {
    Lengths out{std::vector<int>(wires_.vertices, kFar), std::vector<int>(wires_.vertices, kFar)};
    out.down[to] = 0;
    for (std::size_t i = order_.size(); i-- > 0;) {
      const std::uint32_t v = order_[i];
      for (const LinkId l : graph_.out(v)) {
        const std::uint32_t w = wires_.link(l).to;
        if (is_down(v, w)) out.down[v] = std::min(out.down[v], out.down[w] + 1);
      }
    }
    for (const std::uint32_t v : order_) {
      out.any[v] = out.down[v];
      for (const LinkId l : graph_.out(v)) {
        const std::uint32_t w = wires_.link(l).to;
        if (!is_down(v, w)) out.any[v] = std::min(out.any[v], out.any[w] + 1);
      }
    }
    return out;
  }

  const Wires& wires_;
  Graph graph_;
  std::uint64_t seed_;
  std::vector<std::uint32_t> order_;  // vertices by distance from the root
  std::vector<std::uint32_t> rank_;
};

}  // namespace

std::unique_ptr<Routing> up_down(const Topology& topology, std::uint64_t seed) {
  return std::make_unique<UpDown>(topology, seed);
}

}  // namespace orrery
