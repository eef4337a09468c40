// ArrayMapping: how a product is cut for a chip of systolic arrays behind a scratchpad, or behind
// several within each other, and what it then moves and costs. best_mapping() tries every cut of a
// pruned space. Equations: docs/models/tile.md.
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "orrery/base/text/reader.hpp"
#include "orrery/compute/cycle/systolic_array.hpp"
#include "orrery/compute/tile/nest/nested_tiles.hpp"

namespace orrery {

// Which loop over tiles runs fastest, and so which operand's tile stays in the scratchpad.
enum class InnerLoop : std::uint8_t { Depth, Columns, Rows };

template <>
struct EnumNames<InnerLoop> {
  static constexpr std::pair<const char*, InnerLoop> values[] = {
      {"depth", InnerLoop::Depth}, {"columns", InnerLoop::Columns}, {"rows", InnerLoop::Rows}};
};

// One of several scratchpads within each other.
struct ArrayLevel {
  double capacity = 0;   // bytes
  double bandwidth = 0;  // bytes/s towards the units; 0: never what is waited for
  double latency = 0;    // seconds
  double instances = 1;  // that hold `capacity` together, each behind its share of the arrays
};

// The chip as the mapper sees it, in bytes and seconds.
struct ArrayChip {
  double array = 128;     // rows and columns of one array
  double arrays = 1;      // that share the work and the scratchpad
  double cycle = 0;       // seconds, at the rate that is reached
  double scratchpad = 0;  // bytes
  double bandwidth = 0;   // bytes/s of main memory, as reached
  double hidden = 1;      // share of the shorter of math and memory hidden under the longer
  double latency = 0;     // seconds, of main memory
  // Seconds from asking main memory until it answers: each block that is fetched one ahead takes as
  // long at least. Products are not held to it.
  double round_trip = 0;
  double block = 0;   // seconds between two steps of an attention's blocks, beside the units' work
  double vector = 0;  // operations/s of the vector units beside the arrays
  double transcendental = 0;  // exponentials, roots or divisions a second
  // Scratchpads within each other, outermost first; empty: `scratchpad` is all there is to say.
  std::vector<ArrayLevel> nest;
};

// One level of a mapping on a nest.
struct NestedTiles {
  LevelTiles tiles;
  bool double_buffered = true;
  double held_bytes = 0;
  double bytes = 0;    // that come into this level and leave it, on its outer side
  double seconds = 0;  // they take there
};

struct ArrayMapping {
  double tile_rows = 0, tile_columns = 0, tile_depth = 0;
  InnerLoop inner = InnerLoop::Depth;
  Dataflow stationary = Dataflow::WeightStationary;  // in the arrays
  bool double_buffered = true;

  double math = 0, memory = 0, fill = 0, duration = 0;  // seconds
  double memory_bytes = 0;                              // main memory, read and written
  double scratchpad_bytes = 0;                          // between the scratchpad and the arrays
  double held_bytes = 0;                                // of the scratchpad
  double utilisation = 0;                               // of the arrays' multipliers during `math`
  int considered = 0;                                   // mappings tried
  bool fits = false;                                    // false: no tile fits in the scratchpad
  Loop split = Loop::Rows;        // what instances of a level share out: rows or columns
  std::vector<NestedTiles> nest;  // on a nest, outermost first; tile_* and held_bytes are its first
};

// Sizes of tiles and what stays where.
struct ArrayCut {
  double rows = 0, columns = 0, depth = 0;
  InnerLoop inner = InnerLoop::Depth;
  Dataflow stationary = Dataflow::WeightStationary;
  bool double_buffered = true;
};

// One mapping priced. Tiles are clipped to the product.
ArrayMapping mapped(const ArrayChip& chip, const ArrayProduct& product, const ArrayCut& cut);

// The least time over tiles of the array's size times powers of two (and the whole dimension),
// the three inner loops, the three dataflows, two buffers where they fit (they are never slower),
// else one; first found wins ties. On a nest: tiles, loop orders and buffers of every level.
ArrayMapping best_mapping(const ArrayChip& chip, const ArrayProduct& product);

// Where no tile fits: array by array, and one buffer.
ArrayMapping streamed_past(const ArrayChip& chip, const ArrayProduct& product);
}  // namespace orrery
