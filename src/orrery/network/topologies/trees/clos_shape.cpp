#include "orrery/network/topologies/trees/clos_shape.hpp"

namespace orrery {

ClosShape::ClosShape(const std::vector<int>& down, const std::vector<int>& up) {
  below_.push_back(1);
  planes_.push_back(1);
  for (const int m : down) below_.push_back(below_.back() * static_cast<std::uint32_t>(m));
  for (const int w : up) planes_.push_back(planes_.back() * static_cast<std::uint32_t>(w));
  first_vertex_.push_back(0);
  for (int l = 0; l <= levels(); ++l) {
    first_vertex_.push_back(first_vertex_.back() + subtrees(l) * planes_[l]);
  }
  first_cable_.push_back(0);
  for (int l = 0; l < levels(); ++l) {
    first_cable_.push_back(first_cable_.back() + subtrees(l) * planes_[l + 1]);
  }
}

ClosShape::Place ClosShape::place(std::uint32_t vertex) const {
  int level = 0;
  while (vertex >= first_vertex_[level + 1]) ++level;
  const std::uint32_t at = vertex - first_vertex_[level];
  return {level, at / planes_[level], at % planes_[level]};
}

int ClosShape::meeting_level(int level, std::uint32_t subtree, std::uint32_t endpoint) const {
  while (subtree != endpoint / below_[level]) {
    subtree /= down(level);
    ++level;
  }
  return level;
}

int ClosShape::distance(std::uint32_t vertex, std::uint32_t endpoint) const {
  const Place p = place(vertex);
  const int top = meeting_level(p.level, p.subtree, endpoint);
  return (top - p.level) + top;
}

}  // namespace orrery
