// The six orders of a product's loops, and which of them differ where some loops have one tile.
#pragma once
#include <array>
#include <cstdint>
#include <iterator>

#include "orrery/compute/tile/nest/nested_tiles.hpp"

namespace orrery {

inline constexpr LoopOrder kOrders[] = {
    {Loop::Rows, Loop::Columns, Loop::Depth}, {Loop::Columns, Loop::Rows, Loop::Depth},
    {Loop::Rows, Loop::Depth, Loop::Columns}, {Loop::Depth, Loop::Rows, Loop::Columns},
    {Loop::Columns, Loop::Depth, Loop::Rows}, {Loop::Depth, Loop::Columns, Loop::Rows}};

// Which loops have several tiles in some parents (bits 0 to 2), and in all of them (bits 3 to 5).
using LoopsCut = unsigned;

// A loop over one tile may stand anywhere, and so may the outer two of three that have several
// tiles everywhere: of orders that differ in nothing else, one is tried.
constexpr bool is_another_order_alike(const LoopOrder& order, LoopsCut cut) {
  const auto axis = [&](std::size_t place) { return static_cast<unsigned>(order[place]); };
  for (std::size_t i = 0; i < 2; ++i) {
    const bool cuts = (cut >> axis(i) & 1U) != 0, next_cuts = (cut >> axis(i + 1) & 1U) != 0;
    if (!next_cuts && (cuts || axis(i) > axis(i + 1))) return true;
  }
  return cut >> 3U == 7U && axis(0) > axis(1);
}

constexpr std::array<std::uint8_t, 64> orders_to_try() {
  std::array<std::uint8_t, 64> out{};
  for (LoopsCut cut = 0; cut < 64; ++cut) {
    for (unsigned o = 0; o < std::size(kOrders); ++o) {
      if (!is_another_order_alike(kOrders[o], cut)) out[cut] |= static_cast<std::uint8_t>(1U << o);
    }
  }
  return out;
}
inline constexpr std::array<std::uint8_t, 64> kOrdersToTry = orders_to_try();

inline LoopsCut loops_cut(const std::array<const AxisCut*, 3>& cut) {
  LoopsCut out = 0;
  for (unsigned axis = 0; axis < 3; ++axis) {
    if (cut[axis]->cuts_some) out |= 1U << axis;
    if (cut[axis]->cuts_all) out |= 8U << axis;
  }
  return out;
}

}  // namespace orrery
