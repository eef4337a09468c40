// Products over several scratchpads within each other, against a walk through all their loops.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>

#include "orrery/base/rng.hpp"
#include "orrery/compute/tile/array_mapping.hpp"
#include "orrery/compute/tile/nest/nested_pricing.hpp"

namespace orrery {
namespace {

constexpr LoopOrder kOrders[] = {
    {Loop::Rows, Loop::Columns, Loop::Depth}, {Loop::Columns, Loop::Rows, Loop::Depth},
    {Loop::Rows, Loop::Depth, Loop::Columns}, {Loop::Depth, Loop::Rows, Loop::Columns},
    {Loop::Columns, Loop::Depth, Loop::Rows}, {Loop::Depth, Loop::Columns, Loop::Rows}};
constexpr Dataflow kFlows[] = {Dataflow::OutputStationary, Dataflow::WeightStationary,
                               Dataflow::InputStationary};

struct Range {
  double begin = 0, end = 0;
  friend auto operator<=>(const Range&, const Range&) = default;
};
using Block = std::array<Range, 3>;  // of rows, columns and depth

double length(const Range& r) { return r.end - r.begin; }

// Each level has room for one tile of A, of B and of the sums. A tile that is not there is fetched;
// sums that are pushed out are written, unfinished ones in fp32, and read again when they go on.
class Walk {
 public:
  Walk(const ArrayProduct& p, const std::vector<LevelTiles>& levels) : p_(p), levels_(levels) {
    held_.resize(levels.size());
    bytes.resize(levels.size(), 0.0);
    into(0, {Range{0, p.m}, Range{0, p.n}, Range{0, p.k}});
    for (std::size_t l = 0; l < levels.size(); ++l) push_out(l);
  }

  std::vector<double> bytes;

 private:
  struct Held {
    std::pair<Range, Range> a{}, b{}, c{};
    std::map<std::pair<Range, Range>, double> done;  // depth that tiles of sums have seen
  };

  void into(std::size_t level, const Block& whole) {
    if (level == levels_.size()) return;
    const LevelTiles& tiles = levels_[level];
    std::array<int, 3> count{}, at{};
    for (std::size_t axis = 0; axis < 3; ++axis)
      count[axis] = int(std::ceil(length(whole[axis]) / tiles.size[axis]));
    const auto loop = [&](std::size_t place) { return std::size_t(tiles.order[place]); };
    for (at[loop(0)] = 0; at[loop(0)] < count[loop(0)]; ++at[loop(0)]) {
      for (at[loop(1)] = 0; at[loop(1)] < count[loop(1)]; ++at[loop(1)]) {
        for (at[loop(2)] = 0; at[loop(2)] < count[loop(2)]; ++at[loop(2)]) {
          Block part;
          for (std::size_t axis = 0; axis < 3; ++axis) {
            const double begin = whole[axis].begin + at[axis] * tiles.size[axis];
            part[axis] = {begin, std::min(begin + tiles.size[axis], whole[axis].end)};
          }
          visit(level, part);
          into(level + 1, part);
        }
      }
    }
  }

  void visit(std::size_t level, const Block& t) {
    Held& held = held_[level];
    const auto area = [](const std::pair<Range, Range>& r) {
      return length(r.first) * length(r.second);
    };
    const std::pair a{t[0], t[2]}, b{t[2], t[1]}, c{t[0], t[1]};
    if (a != held.a) bytes[level] += area(a) * p_.input_element;
    if (b != held.b) bytes[level] += area(b) * p_.weight_element;
    if (c != held.c) {
      push_out(level);
      if (held.done[c] > 0) bytes[level] += area(c) * 4.0;
    }
    held.a = a;
    held.b = b;
    held.c = c;
    // Depth that this tile adds, once for each range of it.
    held.done[c] += length(t[2]);
  }

  void push_out(std::size_t level) {
    Held& held = held_[level];
    const double sums = length(held.c.first) * length(held.c.second);
    if (sums == 0) return;
    bytes[level] += sums * (held.done[held.c] >= p_.k ? p_.output_element : 4.0);
  }

  ArrayProduct p_;
  std::vector<LevelTiles> levels_;
  std::vector<Held> held_;
};

double below(Rng& rng, std::uint64_t n) { return double(1 + rng.below(n)); }

// Within each other, but otherwise of any size: edges are cut in other ways than full tiles.
std::vector<LevelTiles> some_tiles(Rng& rng, const ArrayProduct& p, std::size_t depth) {
  std::vector<LevelTiles> out;
  std::array<double, 3> whole{p.m, p.n, p.k};
  for (std::size_t l = 0; l < depth; ++l) {
    LevelTiles tiles;
    for (std::size_t axis = 0; axis < 3; ++axis)
      whole[axis] = tiles.size[axis] = below(rng, std::uint64_t(whole[axis]));
    tiles.order = kOrders[rng.below(6)];
    out.push_back(tiles);
  }
  return out;
}

TEST(NestedMapping, BytesAtEveryLevelEqualThoseOfAWalkThroughAllLoops) {
  Rng rng(21, "nests");
  for (int i = 0; i < 3000; ++i) {
    const ArrayProduct p{below(rng, 24), below(rng, 24), below(rng, 24), 1, 2, 1, 2};
    const auto levels = some_tiles(rng, p, 1 + rng.below(3));
    const std::vector<double> ours = nested_bytes(p, levels), walked = Walk(p, levels).bytes;
    for (std::size_t l = 0; l < levels.size(); ++l) {
      ASSERT_DOUBLE_EQ(ours[l], walked[l]) << "level " << l << " of " << levels.size() << ": "
                                           << p.m << " x " << p.n << " x " << p.k;
    }
  }
}

ArrayChip chip(std::vector<ArrayLevel> nest) {
  ArrayChip c;
  c.array = 4;
  c.arrays = 2;
  c.cycle = 1.0;
  c.bandwidth = 16.0;
  c.hidden = 0.85;
  c.scratchpad = nest.front().capacity;
  c.nest = std::move(nest);
  return c;
}

TEST(NestedMapping, OneLevelWithoutABandwidthIsTheMappingOfOneScratchpad) {
  Rng rng(22, "nests");
  for (int i = 0; i < 300; ++i) {
    const ArrayProduct p{below(rng, 400), below(rng, 400), below(rng, 400), below(rng, 3)};
    const ArrayChip nested = chip({{200.0 + below(rng, 60000)}});
    ArrayChip plain = nested;
    plain.nest.clear();
    const ArrayMapping a = best_mapping(nested, p), b = best_mapping(plain, p);
    ASSERT_EQ(a.fits, b.fits);
    ASSERT_NEAR(a.duration, b.duration, 1e-12 * b.duration);
  }
}

void every_tile(const std::array<double, 3>& whole,
                const std::function<void(std::array<double, 3>)>& visit) {
  const auto sizes = [](double most) {
    std::vector<double> out;
    for (double s = 4; s < most; s *= 2) out.push_back(s);
    out.push_back(most);
    return out;
  };
  for (const double m : sizes(whole[0])) {
    for (const double n : sizes(whole[1])) {
      for (const double k : sizes(whole[2])) visit({m, n, k});
    }
  }
}

TEST(NestedMapping, TheBestIsTheLeastOfTheWholeSpace) {
  Rng rng(23, "nests");
  for (int i = 0; i < 25; ++i) {
    const ArrayProduct p{below(rng, 40), below(rng, 40), below(rng, 40)};
    const ArrayChip c =
        chip({{1000.0 + below(rng, 6000), 8.0 * below(rng, 8), 3.0},
              {150.0 + below(rng, 1500), 20.0 * below(rng, 8), 1.0, below(rng, 2)}});
    double least = std::numeric_limits<double>::infinity();
    every_tile({p.m, p.n, p.k}, [&](std::array<double, 3> outer) {
      every_tile(outer, [&](std::array<double, 3> inner) {
        for (const LoopOrder& o : kOrders) {
          for (const LoopOrder& q : kOrders) {
            for (const Dataflow flow : kFlows) {
              for (const Loop split : {Loop::Rows, Loop::Columns}) {
                const ArrayMapping m = nested_mapping(c, p, {{outer, o}, {inner, q}}, flow, split);
                if (m.fits) least = std::min(least, m.duration);
              }
            }
          }
        }
      });
    });
    const ArrayMapping best = best_mapping(c, p);
    ASSERT_EQ(best.fits, std::isfinite(least));
    if (!best.fits) continue;
    ASSERT_NEAR(best.duration, least, 1e-12 * least) << p.m << " " << p.n << " " << p.k;
    ASSERT_LE(best.nest[0].held_bytes, c.nest[0].capacity);
    ASSERT_LE(best.nest[1].held_bytes, c.nest[1].capacity);
  }
}

TEST(NestedMapping, MoreRoomAtAnyLevelIsNeverSlower) {
  Rng rng(24, "nests");
  for (int i = 0; i < 200; ++i) {
    const ArrayProduct p{below(rng, 600), below(rng, 600), below(rng, 600)};
    const double inner = 200.0 + below(rng, 8000), middle = inner + below(rng, 20000),
                 outer = middle + below(rng, 100000);
    const ArrayChip c = chip({{outer, 24, 0}, {middle, 48, 0}, {inner, 0, 0}});
    const double before = best_mapping(c, p).duration;
    for (std::size_t level = 0; level < 3; ++level) {
      ArrayChip more = c;
      more.nest[level].capacity *= 1.0 + 0.01 * below(rng, 200);
      ASSERT_LE(best_mapping(more, p).duration, before * (1 + 1e-12)) << "level " << level;
    }
  }
}

TEST(NestedMapping, NoLevelMovesLessThanEveryOperandOnceNorBeatsItsBandwidth) {
  Rng rng(25, "nests");
  for (int i = 0; i < 200; ++i) {
    const ArrayProduct p{below(rng, 2000), below(rng, 2000), below(rng, 2000), below(rng, 4)};
    const ArrayChip c = chip({{1 << 18, 32, 0}, {1 << 14, 300, 0}});
    const ArrayMapping m = best_mapping(c, p);
    const double once = p.count * 2.0 * (p.m * p.k + p.k * p.n + p.m * p.n);
    ASSERT_TRUE(m.fits);
    ASSERT_GE(m.nest[0].bytes, once);
    ASSERT_GE(m.nest[1].bytes, m.nest[0].bytes * (1 - 1e-12));
    ASSERT_GE(m.duration, m.nest[0].bytes / c.bandwidth);
    ASSERT_GE(m.duration, m.nest[1].bytes / c.nest[0].bandwidth);
    ASSERT_GE(m.duration, m.scratchpad_bytes / c.nest[1].bandwidth);
    ASSERT_GE(m.math, p.count * p.m * p.n * p.k / (2.0 * 16.0));
  }
}

// Tiles of 8 x 8 x 8 within 16 x 16 x 16 of a product of 32 x 32 x 32, depth innermost at both
// levels, rows outside. Outer: A and B come for each of 2 x 2 tiles of the result, A once for each
// of its 2 columns. Inner: the same with 4 tiles along each side.
TEST(NestedMapping, APageCanCheckAHandfulOfTiles) {
  const ArrayProduct p{32, 32, 32};
  const LoopOrder order{Loop::Rows, Loop::Columns, Loop::Depth};
  const auto bytes = nested_bytes(p, {{{16, 16, 16}, order}, {{8, 8, 8}, order}});
  const double one = 32 * 32 * 2.0;
  EXPECT_DOUBLE_EQ(bytes[0], 2 * one + 2 * one + one);
  // The sums of an outer tile are pushed out of the inner level between its two steps of depth:
  // written and read once in fp32.
  EXPECT_DOUBLE_EQ(bytes[1], 4 * one + 4 * one + one + 2 * 32 * 32 * 4.0);
}

// Nothing is known of how fast the outer scratchpad is: it is never waited for, and yet of the
// mappings that take the same time the one that moves least through it is chosen.
TEST(NestedMapping, ALevelWithoutABandwidthIsNotWasted) {
  Rng rng(26, "nests");
  for (int i = 0; i < 5; ++i) {
    const ArrayProduct p{below(rng, 40), below(rng, 40), below(rng, 40)};
    ArrayChip c = chip({{3000.0 + below(rng, 3000)}, {300.0 + below(rng, 1000)}});
    c.hidden = 0;
    const ArrayMapping best = best_mapping(c, p);
    EXPECT_EQ(best.nest[1].seconds, 0);
    every_tile({p.m, p.n, p.k}, [&](std::array<double, 3> outer) {
      every_tile(outer, [&](std::array<double, 3> inner) {
        for (const LoopOrder& o : kOrders) {
          for (const LoopOrder& q : kOrders) {
            const ArrayMapping m = nested_mapping(c, p, {{outer, o}, {inner, q}}, best.stationary);
            if (!m.fits) continue;
            ASSERT_GE(m.duration, best.duration * (1 - 1e-9));
            if (m.duration > best.duration * (1 + 1e-9)) continue;
            ASSERT_GE(m.nest[1].bytes, best.nest[1].bytes);
          }
        }
      });
    });
  }
}

// Two instances share out the rows: each has its half of A and of the sums, and all of B.
TEST(NestedMapping, WhatInstancesDoNotShareOutEachHoldsAndFetches) {
  ArrayChip c = chip({{1e6, 8, 0, 2}});
  const ArrayProduct p{16, 8, 12};
  const LevelTiles whole{{16, 8, 12}, kOrders[0]};
  const ArrayMapping m = nested_mapping(c, p, {whole}, Dataflow::WeightStationary, Loop::Rows);
  const double a = 16 * 12 * 2.0, b = 12 * 8 * 2.0, sums = 16 * 8 * 4.0, results = 16 * 8 * 2.0;
  EXPECT_DOUBLE_EQ(m.held_bytes, 2 * (a + 2 * b) + sums);
  EXPECT_DOUBLE_EQ(m.memory_bytes, a + 2 * b + results);
}

TEST(NestedMapping, ALevelThatHoldsNoTileIsSaid) {
  EXPECT_FALSE(best_mapping(chip({{1e6}, {10}}), {100, 100, 100}).fits);
}

}  // namespace
}  // namespace orrery
