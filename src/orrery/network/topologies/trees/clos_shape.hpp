// ClosShape: the arithmetic of a folded Clos network (extended generalised fat tree, XGFT):
// level 0 are endpoints; a vertex of level l has up[l] parents and down[l-1] children.
//
// Endpoint e belongs to subtree e / (down[0] ... down[l-1]) of level l, which has up[0] ... up[l-1]
// switches (Ohring, Ibel, Das, Kumar, "On generalized fat trees", IPPS 1995). Cables stand level by
// level, each by its lower vertex; up is the even link of a cable.
#pragma once
#include <cstdint>
#include <vector>

#include "orrery/network/wires.hpp"

namespace orrery {

class ClosShape {
 public:
  ClosShape(const std::vector<int>& down, const std::vector<int>& up);

  struct Place {
    int level = 0;
    std::uint32_t subtree = 0;  // endpoint / below(level)
    std::uint32_t plane = 0;    // which of the subtree's switches
  };

  [[nodiscard]] int levels() const { return static_cast<int>(below_.size()) - 1; }
  [[nodiscard]] std::uint32_t endpoints() const { return below_.back(); }
  [[nodiscard]] std::uint32_t vertices() const { return first_vertex_.back(); }
  [[nodiscard]] std::uint32_t cables() const { return first_cable_.back(); }
  // Endpoints under a switch of that level, and switches of one subtree of that level.
  [[nodiscard]] std::uint32_t below(int level) const { return below_[level]; }
  [[nodiscard]] std::uint32_t planes(int level) const { return planes_[level]; }
  [[nodiscard]] std::uint32_t subtrees(int level) const { return endpoints() / below_[level]; }
  [[nodiscard]] std::uint32_t up(int level) const { return planes_[level + 1] / planes_[level]; }
  [[nodiscard]] std::uint32_t down(int level) const { return below_[level + 1] / below_[level]; }
  [[nodiscard]] std::uint32_t first_cable(int level) const { return first_cable_[level]; }
  [[nodiscard]] std::uint32_t cables(int level) const {
    return first_cable_[level + 1] - first_cable_[level];
  }

  [[nodiscard]] Place place(std::uint32_t vertex) const;
  [[nodiscard]] std::uint32_t vertex(const Place& p) const {
    return first_vertex_[p.level] + p.subtree * planes_[p.level] + p.plane;
  }
  // The cable from a vertex of `level` to the parent of that plane, a number below planes(level+1)
  // whose remainder by planes(level) is the child's own plane.
  [[nodiscard]] std::uint32_t cable(int level, std::uint32_t subtree, std::uint32_t parent) const {
    const std::uint32_t child = parent % planes_[level];
    return first_cable_[level] + (subtree * planes_[level] + child) * up(level) +
           parent / planes_[level];
  }
  // The lowest level, at least `level`, whose subtree of `endpoint` also holds this subtree.
  [[nodiscard]] int meeting_level(int level, std::uint32_t subtree, std::uint32_t endpoint) const;
  [[nodiscard]] int distance(std::uint32_t vertex, std::uint32_t endpoint) const;

 private:
  std::vector<std::uint32_t> below_;         // product of down, by level
  std::vector<std::uint32_t> planes_;        // product of up, by level
  std::vector<std::uint32_t> first_vertex_;  // by level, and their number
  std::vector<std::uint32_t> first_cable_;   // by the lower level, and their number
};

}  // namespace orrery
