// Distances: links on a shortest way in any graph of cables. A table of the routers where they are
// few; a search from both ends at each question where they are many.
#pragma once
#include <cstdint>
#include <vector>

#include "orrery/network/graph/graph.hpp"
#include "orrery/network/graph/search/router_graph.hpp"

namespace orrery {

class Distances {
 public:
  explicit Distances(const Wires& wires);

  // kUnreachable where there is no way.
  [[nodiscard]] int between(std::uint32_t a, std::uint32_t b) const;
  [[nodiscard]] const RouterGraph& routers() const { return graph_; }
  // Of all vertices to one, by a single search: for a way's many questions where there is no table.
  // Empty where between() answers them sooner: from a table, or by a search that stays small since
  // the two are `far` apart.
  [[nodiscard]] std::vector<int> field(std::uint32_t vertex, int far) const;

 private:
  [[nodiscard]] int search(std::uint32_t a, std::uint32_t b) const;

  RouterGraph graph_;
  std::vector<std::uint8_t> table_;  // a row for each router; empty: search
};

}  // namespace orrery
