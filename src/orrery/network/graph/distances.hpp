// Distances: links on a shortest way in any graph of cables. A table of the routers where they are
// few; a search from both ends at each question where they are many.
//
// An endpoint with a single cable is no router: it is as far as its switch, and one more.
#pragma once
#include <cstdint>
#include <vector>

#include "orrery/network/graph/graph.hpp"

namespace orrery {

class Distances {
 public:
  Distances(const Wires& wires, const Graph& graph);

  // kUnreachable where there is no way.
  [[nodiscard]] int between(std::uint32_t a, std::uint32_t b) const;
  // The switch of an endpoint with one cable, else the vertex itself.
  [[nodiscard]] std::uint32_t router(std::uint32_t vertex) const {
    return vertex < router_.size() ? router_[vertex] : vertex;
  }

 private:
  [[nodiscard]] int search(std::uint32_t a, std::uint32_t b) const;

  const Wires& wires_;
  const Graph& graph_;
  std::vector<std::uint32_t> router_;  // by endpoint
  std::vector<std::uint32_t> row_;     // by vertex: its row of the table
  std::vector<std::uint8_t> table_;    // empty: search
  std::size_t rows_ = 0;
};

}  // namespace orrery
