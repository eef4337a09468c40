#include "orrery/compute/tile/array_mapping.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "orrery/base/rng.hpp"
#include "support/array_chips.hpp"

namespace orrery {
namespace {

constexpr Dataflow kDataflows[] = {Dataflow::OutputStationary, Dataflow::WeightStationary,
                                   Dataflow::InputStationary};

// The oracle walks the three loops with the tiles of one set of operands in the scratchpad, and
// counts what must be fetched: bytes of A and B when their tile changes, sums when they leave.
double bytes_walked(const ArrayProduct& p, double tm, double tn, double tk, const int order[3]) {
  const int counts[3] = {int(std::ceil(p.m / tm)), int(std::ceil(p.n / tn)),
                         int(std::ceil(p.k / tk))};
  const double whole[3] = {p.m, p.n, p.k}, tile[3] = {tm, tn, tk};
  const auto size = [&](int axis, int i) {
    return std::min(tile[axis], whole[axis] - i * tile[axis]);
  };
  double bytes = 0;
  int a = -1, b = -1, c = -1, at[3] = {0, 0, 0};
  std::vector<bool> begun(std::size_t(counts[0] * counts[1]), false);
  double leaving = 0;
  for (at[order[0]] = 0; at[order[0]] < counts[order[0]]; ++at[order[0]]) {
    for (at[order[1]] = 0; at[order[1]] < counts[order[1]]; ++at[order[1]]) {
      for (at[order[2]] = 0; at[order[2]] < counts[order[2]]; ++at[order[2]]) {
        const int i = at[0], j = at[1], l = at[2];
        if (a != i * counts[2] + l) bytes += size(0, i) * size(2, l) * p.input_element;
        if (b != l * counts[1] + j) bytes += size(2, l) * size(1, j) * p.weight_element;
        a = i * counts[2] + l;
        b = l * counts[1] + j;
        if (c != i * counts[1] + j) {
          bytes += leaving;  // the sums that were there, unfinished
          c = i * counts[1] + j;
          const double sums = size(0, i) * size(1, j);
          if (begun[std::size_t(c)]) bytes += sums * 4.0;
          begun[std::size_t(c)] = true;
        }
        const double sums = size(0, i) * size(1, j);
        leaving = l == counts[2] - 1 ? sums * p.output_element : sums * 4.0;
      }
    }
  }
  return bytes + leaving;
}

TEST(ArrayMapping, BytesEqualThoseOfTheBestOrderWithItsInnerLoopWalkedTileByTile) {
  Rng rng(2, "mappings");
  const auto up_to = [&](std::uint64_t n) { return double(1 + rng.below(n)); };
  for (int i = 0; i < 3000; ++i) {
    const ArrayProduct p{up_to(40), up_to(40), up_to(40)};
    const double tm = up_to(40), tn = up_to(40), tk = up_to(40);
    const int orders[6][3] = {{0, 1, 2}, {1, 0, 2}, {0, 2, 1}, {2, 0, 1}, {1, 2, 0}, {2, 1, 0}};
    const InnerLoop inner[3] = {InnerLoop::Depth, InnerLoop::Columns, InnerLoop::Rows};
    double walked = std::numeric_limits<double>::infinity(), ours = walked;
    for (int o = 0; o < 6; ++o) {
      walked = std::min(walked, bytes_walked(p, std::min(tm, p.m), std::min(tn, p.n),
                                             std::min(tk, p.k), orders[o]));
    }
    for (const InnerLoop in : inner) {
      ours = std::min(ours, mapped(test::small_array_chip(1e9), p, {tm, tn, tk, in}).memory_bytes);
    }
    ASSERT_DOUBLE_EQ(ours, walked)
        << p.m << " " << p.n << " " << p.k << " tiles " << tm << " " << tn << " " << tk;
  }
}

TEST(ArrayMapping, TheBestIsTheLeastOfTheWholeSpace) {
  Rng rng(3, "mappings");
  const auto up_to = [&](std::uint64_t n) { return double(1 + rng.below(n)); };
  for (int i = 0; i < 200; ++i) {
    const ArrayProduct p{up_to(300), up_to(300), up_to(300)};
    const ArrayChip c = test::small_array_chip(up_to(100000));
    const ArrayMapping best = best_mapping(c, p);
    if (!best.fits) continue;
    ASSERT_LE(best.held_bytes, c.scratchpad);
    for (double tm = 4; tm < 600; tm *= 2) {
      for (double tn = 4; tn < 600; tn *= 2) {
        for (double tk = 4; tk < 600; tk *= 2) {
          for (const InnerLoop in : {InnerLoop::Depth, InnerLoop::Columns, InnerLoop::Rows}) {
            for (const bool twice : {true, false}) {
              for (const Dataflow d : kDataflows) {
                const ArrayMapping m = mapped(c, p, {tm, tn, tk, in, d, twice});
                ASSERT_TRUE(!m.fits || best.duration <= m.duration);
              }
            }
          }
        }
      }
    }
  }
}

TEST(ArrayMapping, NeverMovesLessThanEveryOperandOnceNorMultipliesFasterThanThePeak) {
  Rng rng(4, "mappings");
  const auto up_to = [&](std::uint64_t n) { return double(1 + rng.below(n)); };
  for (int i = 0; i < 1000; ++i) {
    const ArrayProduct p{up_to(3000), up_to(3000), up_to(3000), up_to(4)};
    const ArrayMapping m = best_mapping(test::small_array_chip(up_to(1 << 20)), p);
    ASSERT_GE(m.memory_bytes, p.count * 2.0 * (p.m * p.k + p.k * p.n + p.m * p.n));
    ASSERT_GE(m.math, p.count * p.m * p.n * p.k / (2.0 * 16.0));
    ASSERT_LE(m.utilisation, 1.0);
    ASSERT_GE(m.duration, std::max(m.math, m.memory));
  }
}

TEST(ArrayMapping, MoreScratchpadIsNeverSlower) {
  Rng rng(5, "mappings");
  const auto up_to = [&](std::uint64_t n) { return double(1 + rng.below(n)); };
  for (int i = 0; i < 300; ++i) {
    const ArrayProduct p{up_to(2000), up_to(2000), up_to(2000)};
    const double scratchpad = 1000.0 + up_to(1 << 18);
    ASSERT_LE(best_mapping(test::small_array_chip(2.0 * scratchpad), p).duration,
              best_mapping(test::small_array_chip(scratchpad), p).duration);
  }
}

// 4 x 4 multipliers twice, one row: weights of 8 x 8 take 4 passes of which 2 run at once, and each
// lasts as long as loading the array does.
TEST(ArrayMapping, FewRowsCostWhatLoadingTheWeightsCosts) {
  const ArrayMapping m = mapped(test::small_array_chip(1e6), {1, 8, 8}, {1, 8, 8});
  EXPECT_DOUBLE_EQ(m.math, 2 * 4.0);
  EXPECT_DOUBLE_EQ(m.utilisation, 64.0 / (8.0 * 32.0));
}

// Experts with fewer rows than the array cost what loading its weights costs: one row or four, the
// arrays are busy alike, and each expert's weights are read.
TEST(ArrayMapping, ExpertsArePaddedToTheRowsOfTheArray) {
  const ArrayCut cut{4, 8, 8};
  const ArrayMapping one = mapped(test::small_array_chip(1e6), {1, 8, 8, 6}, cut),
                     four = mapped(test::small_array_chip(1e6), {4, 8, 8, 6}, cut);
  EXPECT_DOUBLE_EQ(one.math, four.math);
  EXPECT_DOUBLE_EQ(one.math, std::ceil(6 * 2 * 2 / 2.0) * 4);
  EXPECT_DOUBLE_EQ(one.memory_bytes, 6 * 2.0 * (8 + 64 + 8));
}

TEST(ArrayMapping, AScratchpadThatHoldsNoTileIsSaid) {
  EXPECT_FALSE(best_mapping(test::small_array_chip(10), {100, 100, 100}).fits);
}

}  // namespace
}  // namespace orrery
