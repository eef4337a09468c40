#include "orrery/network/graph/distances.hpp"

#include <algorithm>

namespace orrery {
namespace {

constexpr std::size_t kMostRows = 1024;  // a table takes a search for each
constexpr std::uint8_t kFar = 255;       // unreachable; no table is built for longer ways

}  // namespace

Distances::Distances(const Wires& wires, const Graph& graph)
    : wires_(wires), graph_(graph), row_(wires.vertices) {
  router_.resize(wires.endpoints);
  std::vector<std::uint32_t> routers;
  for (std::uint32_t v = 0; v < wires.vertices; ++v) {
    if (v < wires.endpoints) {
      const auto out = graph.out(v);
      router_[v] = out.size() == 1 ? wires.link(out[0]).to : v;
      // Two endpoints joined by one cable hang from each other: both are routers.
      if (router_[v] < wires.endpoints && graph.out(router_[v]).size() == 1) router_[v] = v;
      if (router_[v] != v) continue;
    }
    row_[v] = static_cast<std::uint32_t>(routers.size());
    routers.push_back(v);
  }
  if (routers.size() > kMostRows) return;
  rows_ = routers.size();
  table_.assign(rows_ * rows_, kFar);
  std::vector<std::uint32_t> open;
  for (std::size_t r = 0; r < rows_; ++r) {
    std::uint8_t* far = table_.data() + r * rows_;
    open.assign(1, routers[r]);
    far[r] = 0;
    for (std::size_t i = 0; i < open.size(); ++i) {
      const std::uint8_t next = static_cast<std::uint8_t>(far[row_[open[i]]] + 1);
      if (next == kFar) {  // too long for the table
        table_.clear();
        return;
      }
      for (const LinkId l : graph.out(open[i])) {
        const std::uint32_t to = wires.link(l).to;
        if (router(to) != to || far[row_[to]] != kFar) continue;
        far[row_[to]] = next;
        open.push_back(to);
      }
    }
  }
}

int Distances::between(std::uint32_t a, std::uint32_t b) const {
  if (a == b) return 0;
  const std::uint32_t x = router(a);
  const std::uint32_t y = router(b);
  const int ends = (x == a ? 0 : 1) + (y == b ? 0 : 1);
  if (x == y) return ends;
  if (table_.empty()) {
    const int found = search(x, y);
    return found == kUnreachable ? kUnreachable : found + ends;
  }
  const std::uint8_t far = table_[row_[x] * rows_ + row_[y]];
  return far == kFar ? kUnreachable : far + ends;
}

// Grows the smaller of two balls until they touch.
int Distances::search(std::uint32_t a, std::uint32_t b) const {
  std::vector<std::uint8_t> side(wires_.vertices, 0);
  std::vector<std::uint32_t> edge[2] = {{a}, {b}};
  side[a] = 1;
  side[b] = 2;
  for (int hops = 1; !edge[0].empty() && !edge[1].empty(); ++hops) {
    const std::size_t s = edge[0].size() <= edge[1].size() ? 0 : 1;
    std::vector<std::uint32_t> next;
    for (const std::uint32_t v : edge[s]) {
      for (const LinkId l : graph_.out(v)) {
        const std::uint32_t to = wires_.link(l).to;
        if (side[to] == 2 - s) return hops;
        if (side[to] != 0 || router(to) != to) continue;
        side[to] = static_cast<std::uint8_t>(s + 1);
        next.push_back(to);
      }
    }
    edge[s] = std::move(next);
  }
  return kUnreachable;
}

}  // namespace orrery
