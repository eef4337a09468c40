// Graph: the links that leave each vertex, in the order of their ids; failed links are none.
#pragma once
#include <span>
#include <vector>

#include "orrery/network/wires.hpp"

namespace orrery {

// The link of the same cable that goes the other way.
[[nodiscard]] constexpr LinkId opposite(LinkId l) {
  return static_cast<LinkId>(static_cast<std::uint32_t>(l) ^ 1U);
}

class Graph {
 public:
  explicit Graph(const Wires& wires);

  [[nodiscard]] std::span<const LinkId> out(std::uint32_t vertex) const {
    return {links_.data() + first_[vertex], links_.data() + first_[vertex + 1]};
  }
  [[nodiscard]] std::uint32_t vertices() const {
    return static_cast<std::uint32_t>(first_.size()) - 1;
  }

 private:
  std::vector<std::uint32_t> first_;
  std::vector<LinkId> links_;
};

inline constexpr int kUnreachable = -1;

// Links from every vertex to this one, by breadth-first search; kUnreachable where there is no way.
std::vector<int> distances_to(const Wires& wires, const Graph& graph, std::uint32_t vertex);

}  // namespace orrery
