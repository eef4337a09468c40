#include "orrery/network/graph/search/distances.hpp"

namespace orrery {
namespace {

constexpr std::size_t kMostRows = 2048;  // a table takes a search for each
// Two balls that touch after so few hops are small beside a whole network larger than that.
constexpr int kNear = 12;
constexpr std::size_t kLargeGraph = 500'000;
constexpr std::uint8_t kFar = 255;  // unreachable; no table is built for longer ways

}  // namespace

Distances::Distances(const Wires& wires) : graph_(wires) {
  const std::size_t rows = graph_.routers();
  if (rows > kMostRows) return;
  table_.assign(rows * rows, kFar);
  std::vector<std::uint32_t> open;
  for (std::uint32_t r = 0; r < rows; ++r) {
    std::uint8_t* far = table_.data() + r * rows;
    open.assign(1, r);
    far[r] = 0;
    for (std::size_t i = 0; i < open.size(); ++i) {
      const auto next = static_cast<std::uint8_t>(far[open[i]] + 1);
      if (next == kFar) {  // too long for the table
        table_.clear();
        return;
      }
      for (const std::uint32_t to : graph_.neighbours(open[i])) {
        if (far[to] != kFar) continue;
        far[to] = next;
        open.push_back(to);
      }
    }
  }
}

int Distances::between(std::uint32_t a, std::uint32_t b) const {
  if (a == b) return 0;
  const std::uint32_t x = graph_.router(a);
  const std::uint32_t y = graph_.router(b);
  const int ends = graph_.drop(a) + graph_.drop(b);
  if (x == y) return ends;
  if (table_.empty()) {
    const int found = search(x, y);
    return found == kUnreachable ? kUnreachable : found + ends;
  }
  const std::uint8_t far = table_[std::size_t{x} * graph_.routers() + y];
  return far == kFar ? kUnreachable : far + ends;
}

std::vector<int> Distances::field(std::uint32_t vertex, int far) const {
  if (!table_.empty() || (far <= kNear && graph_.links() > kLargeGraph)) return {};
  std::vector<int> by_router(graph_.routers(), kUnreachable);
  std::vector<std::uint32_t> open = {graph_.router(vertex)};
  by_router[open[0]] = 0;
  for (std::size_t i = 0; i < open.size(); ++i) {
    for (const std::uint32_t to : graph_.neighbours(open[i])) {
      if (by_router[to] != kUnreachable) continue;
      by_router[to] = by_router[open[i]] + 1;
      open.push_back(to);
    }
  }
  std::vector<int> out(graph_.vertices());
  for (std::uint32_t v = 0; v < out.size(); ++v) {
    const int between = by_router[graph_.router(v)];
    out[v] =
        between == kUnreachable ? kUnreachable : between + graph_.drop(v) + graph_.drop(vertex);
  }
  out[vertex] = 0;
  return out;
}

// Grows the smaller of two balls until they touch.
int Distances::search(std::uint32_t a, std::uint32_t b) const {
  std::vector<std::uint8_t> side(graph_.routers(), 0);
  std::vector<std::uint32_t> edge[2] = {{a}, {b}};
  side[a] = 1;
  side[b] = 2;
  for (int hops = 1; !edge[0].empty() && !edge[1].empty(); ++hops) {
    const std::size_t s = edge[0].size() <= edge[1].size() ? 0 : 1;
    std::vector<std::uint32_t> next;
    for (const std::uint32_t v : edge[s]) {
      for (const std::uint32_t to : graph_.neighbours(v)) {
        if (side[to] == 2 - s) return hops;
        if (side[to] != 0) continue;
        side[to] = static_cast<std::uint8_t>(s + 1);
        next.push_back(to);
      }
    }
    edge[s] = std::move(next);
  }
  return kUnreachable;
}

}  // namespace orrery
