// What a mapping on nested scratchpads costs: room, transfers, and how they run beside the arrays.
// Internal to the mapper.
#pragma once
#include <algorithm>

#include "orrery/compute/tile/array_mapping.hpp"

namespace orrery {

// What has been spent on the levels decided so far. Transfers that are buffered twice run beside
// the arrays, the others take turns with them.
struct Spent {
  double longest = 0, beside = 0, turns = 0, fills = 0;

  void add(double seconds, double fill, bool double_buffered) {
    if (!double_buffered) {
      turns += seconds;
      return;
    }
    longest = std::max(longest, seconds);
    beside += seconds;
    fills += std::min(fill, seconds);
  }

  // longest + (1 - hidden) of the rest, at least math and what nothing hides. The arrays' own
  // stream runs in step with them: it is waited for only where it is the longest.
  [[nodiscard]] double duration(double math, double stream, double hidden) const {
    const double most = std::max(longest, math);
    return turns + std::max({most + (1.0 - hidden) * (beside + math - most), math + fills, stream});
  }
};

inline double seconds_of(double bytes, double bandwidth) {
  return bandwidth > 0 ? bytes / bandwidth : 0.0;
}

// Bytes that the tiles of one level hold, and those of their first filling.
struct Room {
  double operands = 0, sums = 0, results = 0;

  [[nodiscard]] double once() const { return operands + sums; }
  [[nodiscard]] double twice() const { return 2.0 * operands + sums; }
};

inline Room room(const ArrayProduct& p, const std::array<double, 3>& tile) {
  const double results = tile[0] * tile[1];
  return {tile[2] * (tile[0] * p.input_element + tile[1] * p.weight_element),
          results * kPartialElement, results * p.output_element};
}

// The product as one level sees it: what its instances do not share out, each has for itself.
inline ArrayProduct seen_by(const ArrayLevel& level, const ArrayProduct& p, Loop split) {
  ArrayProduct out = p;
  (split == Loop::Rows ? out.weight_element : out.input_element) *= level.instances;
  return out;
}

// The scratchpads of a chip as a nest, whether there are several or one.
inline std::vector<ArrayLevel> nest_of(const ArrayChip& chip) {
  if (!chip.nest.empty()) return chip.nest;
  return {{chip.scratchpad, 0, 0, 1}};
}

// Bytes that each of a level's instances holds.
inline double room_of(const ArrayLevel& level) { return level.capacity / level.instances; }

inline double bandwidth_outside(const ArrayChip& chip, std::size_t level) {
  return level == 0 ? chip.bandwidth : chip.nest[level - 1].bandwidth;
}

inline double first_fill(const Room& room, double bandwidth) {
  return seconds_of(room.operands + room.results, bandwidth);
}

inline NestedTiles priced_level(const ArrayChip& chip, const ArrayProduct& p, std::size_t level,
                                const LevelTiles& tiles, const Room& room, double bytes) {
  NestedTiles out;
  out.tiles = tiles;
  out.double_buffered = room.twice() <= chip.nest[level].capacity;
  out.held_bytes = out.double_buffered ? room.twice() : room.once();
  out.bytes = p.count * bytes;
  out.seconds = seconds_of(out.bytes, bandwidth_outside(chip, level));
  return out;
}

// What the arrays take with the innermost tiles.
struct Inside {
  double math = 0, stream = 0, cycles = 0, bytes = 0;
  Dataflow stationary = Dataflow::WeightStationary;
};

Inside inside(const ArrayChip& chip, const ArrayProduct& p, const std::array<double, 3>& tile,
              Dataflow stationary);

ArrayMapping told(const ArrayChip& chip, const ArrayProduct& p, std::vector<NestedTiles> nest,
                  const Inside& work, Loop split);

// One mapping of a nest priced, tiles of each level outermost first. Those that fit twice are
// buffered twice; `fits` is false where they do not fit even once.
ArrayMapping nested_mapping(const ArrayChip& chip, const ArrayProduct& product,
                            const std::vector<LevelTiles>& levels, Dataflow stationary,
                            Loop split = Loop::Rows);

}  // namespace orrery
