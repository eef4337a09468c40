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

 private:
  [[nodiscard]] int search(std::uint32_t a, std::uint32_t b) const;

  RouterGraph graph_;
  std::vector<std::uint8_t> table_;  // a row for each router; empty: search
};

}  // namespace orrery
