// GroupShape: where the ranks of one communicator sit, as closed forms need it.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

namespace orrery {

inline constexpr int kMostTiers = 4;

// members[t]: how many of the group's ranks differ at tier t; their product is the group's size.
// A group of 16 in nodes of 8, filling two nodes: {8, 2}; one rank a node: {1, 16}.
struct GroupShape {
  std::array<int, kMostTiers> members{1, 1, 1, 1};
  // Ranks of the same node that belong to sister groups running at the same time: they share the
  // node's outer links when those are per node, and leave each its own NIC when they are per chip.
  int concurrent = 1;

  [[nodiscard]] int ranks() const {
    int product = 1;
    for (const int m : members) product *= m;
    return product;
  }
  friend bool operator==(const GroupShape&, const GroupShape&) = default;
};

}  // namespace orrery
