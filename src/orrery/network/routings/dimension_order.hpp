// Dimension order on a torus or mesh: all steps of the first dimension, then of the second, the
// shorter way round. At distance k/2 both ways are as short and the tie rule decides:
// positive, negative, or balanced (half of a flow's bytes, every other packet, each way).
//
// Channel 0 before the wrap-around cable of the dimension, 1 on it and behind it (Dally, Seitz,
// "Deadlock-free message routing in multiprocessor interconnection networks", 1987).
#pragma once
#include <memory>

#include "orrery/base/text/reader.hpp"
#include "orrery/network/routing.hpp"
#include "orrery/network/topologies/direct/torus_grid.hpp"

namespace orrery {

enum class TieBreak : std::uint8_t { Positive, Negative, Balanced };

template <>
struct EnumNames<TieBreak> {
  static constexpr std::pair<const char*, TieBreak> values[] = {{"positive", TieBreak::Positive},
                                                                {"negative", TieBreak::Negative},
                                                                {"balanced", TieBreak::Balanced}};
};

// `period`: of the translations that keep the kinds of cables.
std::unique_ptr<Routing> dimension_order(const TorusGrid& grid, TieBreak ties,
                                         std::uint32_t period);

}  // namespace orrery
