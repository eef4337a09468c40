// Nested tiles: what a product moves between the levels of a nest of scratchpads when every level
// holds one tile of each operand and loops over them in its own order. Closed forms of the walk.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "orrery/compute/tile/array_product.hpp"

namespace orrery {

// The three loops of a product.
enum class Loop : std::uint8_t { Rows, Columns, Depth };

using LoopOrder = std::array<Loop, 3>;  // outermost first

// Sizes of the tiles of one level, by Loop, and the order in which it goes over them.
struct LevelTiles {
  std::array<double, 3> size{};
  LoopOrder order{Loop::Rows, Loop::Columns, Loop::Depth};
};

inline constexpr std::size_t kDeepestNest = 4;  // scratchpads within each other

// One axis of the product, cut level by level. Tiles at its end are smaller and may be cut into
// fewer pieces, so tiles of one history are counted together.
struct AxisRuns {
  struct Run {
    double size;    // of each of these tiles
    double extent;  // of all of them together
    unsigned cut;   // bit l: the tile of level l - 1 that they lie in is cut into several
  };
  std::array<Run, 1U << (kDeepestNest - 1)> run;  // the first `count` of them
  std::size_t count = 0;
};

AxisRuns whole_axis(double size);

// An axis at one level: its runs marked with whether this level cuts them, and its tiles in all.
struct AxisCut {
  AxisRuns parents;
  double tiles = 0;
  bool cuts_some = false, cuts_all = true;  // of the parents, into several tiles
};

AxisCut cut_axis(const AxisRuns& parents, double tile, unsigned level);
AxisRuns tiles_of(const AxisCut& cut, double tile);

// What the levels down to one have been given.
struct NestLoops {
  std::array<std::array<double, 3>, kDeepestNest + 1> tiles{{{1, 1, 1}}};  // by level and Loop
  std::array<std::array<std::uint8_t, 3>, kDeepestNest + 1> position{};    // in the level's order
};

void place_order(const LoopOrder& order, unsigned level, NestLoops& loops);

// Bytes through the boundary outside `level` (1: main memory's), for one product.
double level_bytes(const ArrayProduct& product, const std::array<const AxisCut*, 3>& cuts,
                   const NestLoops& loops);

// Bytes of one product through every boundary, main memory's first. Tiles must not be larger than
// those of the level outside.
std::vector<double> nested_bytes(const ArrayProduct& product,
                                 const std::vector<LevelTiles>& levels);

}  // namespace orrery
