// TorusAxes: which dimensions of a torus a group of ranks occupies, and whether they close.
//
// A group takes whole dimensions when some of them multiply to its size (those with most links),
// else parts of dimensions, longest first; a part of a dimension never closes.
#pragma once
#include <array>

#include "orrery/hw/cluster.hpp"

namespace orrery {

inline constexpr int kMostAxes = 4;

struct TorusAxes {
  int count = 0;
  std::array<int, kMostAxes> length{};
  std::array<bool, kMostAxes> closed{};

  // Links of one chip, one direction, that the group can use at the same time. A line's inner
  // chips have two, but its ends set the pace; a closed axis of two has both its links to one peer.
  [[nodiscard]] int links() const {
    int sum = 0;
    for (int i = 0; i < count; ++i) sum += closed[i] ? 2 : 1;
    return sum;
  }
  [[nodiscard]] int longest() const {
    int most = 1;
    for (int i = 0; i < count; ++i) most = length[i] > most ? length[i] : most;
    return most;
  }
};

TorusAxes map_to_torus(const Tier& torus, int members);

}  // namespace orrery
