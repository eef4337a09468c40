#include "orrery/network/graph/search/router_graph.hpp"

namespace orrery {
namespace {

constexpr std::uint32_t kNone = ~std::uint32_t{0};

// The other end of each endpoint's only cable; kNone where there are none or several.
std::vector<std::uint32_t> only_neighbours(const Wires& wires) {
  std::vector<std::uint32_t> out(wires.endpoints, kNone);
  std::vector<std::uint8_t> cables(wires.endpoints, 0);
  for (std::size_t i = 0; i < wires.links.size(); ++i) {
    const Link& l = wires.links[i];
    if (l.from >= wires.endpoints || wires.is_failed(static_cast<LinkId>(i))) continue;
    out[l.from] = cables[l.from] == 0 ? l.to : kNone;
    if (cables[l.from] < 2) ++cables[l.from];
  }
  return out;
}

}  // namespace

RouterGraph::RouterGraph(const Wires& wires)
    : endpoints_(wires.endpoints), router_(wires.vertices, kNone), hangs_(wires.vertices, false) {
  const std::vector<std::uint32_t> only = only_neighbours(wires);
  for (std::uint32_t v = 0; v < wires.endpoints; ++v) {
    // Two endpoints joined by one cable hang from each other: both are routers.
    hangs_[v] = only[v] != kNone && !(only[v] < wires.endpoints && only[only[v]] == v);
  }
  std::uint32_t routers = 0;
  for (std::uint32_t v = 0; v < wires.vertices; ++v) {
    if (hangs_[v]) continue;
    router_[v] = routers++;
    is_endpoint_.push_back(v < wires.endpoints);
  }
  hanging_.assign(routers, 0);
  for (std::uint32_t v = 0; v < wires.endpoints; ++v) {
    if (!hangs_[v]) continue;
    router_[v] = router_[only[v]];
    ++hanging_[router_[v]];
  }
  first_.assign(std::size_t{routers} + 1, 0);
  const auto joins = [&](std::size_t i) {
    const Link& l = wires.links[i];
    return !hangs_[l.from] && !hangs_[l.to] && !wires.is_failed(static_cast<LinkId>(i));
  };
  for (std::size_t i = 0; i < wires.links.size(); ++i) {
    if (joins(i)) ++first_[router_[wires.links[i].from] + 1];
  }
  for (std::size_t r = 0; r < routers; ++r) first_[r + 1] += first_[r];
  to_.resize(first_.back());
  std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
  for (std::size_t i = 0; i < wires.links.size(); ++i) {
    if (joins(i)) to_[next[router_[wires.links[i].from]]++] = router_[wires.links[i].to];
  }
}

}  // namespace orrery
