#include "orrery/compute/tile/vector/row_mapping.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "orrery/base/rng.hpp"
#include "orrery/compute/tile/vector/row_kernel.hpp"
#include "support/array_chips.hpp"

namespace orrery {
namespace {

using test::up_to;

ArrayChip chip_of(double scratchpad) {
  ArrayChip c = test::small_array_chip(scratchpad);
  c.vector = 8;
  c.transcendental = 2;
  c.latency = 3;
  c.round_trip = 3;
  return c;
}

ArrayRows any_rows(Rng& rng) {
  ArrayRows r;
  r.rows = up_to(rng, 60);
  r.features = up_to(rng, 3000);
  r.in = up_to(rng, 4);
  r.out = up_to(rng, 4);
  r.operations = up_to(rng, 9);
  r.transcendentals = double(rng.below(3));
  r.needs = static_cast<RowNeeds>(rng.below(3));
  return r;
}

// Feature by feature through each sweep, with a scratchpad that holds whole rows or none.
double bytes_walked(const ArrayRows& r, RowSweeps sweeps) {
  double bytes = 0;
  for (int row = 0; row < int(r.rows); ++row) {
    for (int f = 0; f < int(r.features); ++f) {
      bytes += r.in;  // for what the row needs, or to be written at once
      if (sweeps == RowSweeps::Stored) bytes += r.in + r.out + r.out;
      if (sweeps == RowSweeps::Twice || sweeps == RowSweeps::Corrected) bytes += r.in;
      bytes += r.out;
    }
  }
  return bytes;
}

TEST(RowMapping, BytesEqualThoseOfSweepsWalkedFeatureByFeature) {
  Rng rng(61, "rows");
  for (int i = 0; i < 300; ++i) {
    const ArrayRows r = any_rows(rng);
    for (const RowSweeps sweeps :
         {RowSweeps::Once, RowSweeps::Twice, RowSweeps::Corrected, RowSweeps::Stored}) {
      const RowMapping m = rows_mapped(chip_of(1e9), r, {1, r.features, sweeps});
      ASSERT_DOUBLE_EQ(m.bytes[0], bytes_walked(r, sweeps));
    }
  }
}

TEST(RowMapping, ARowThatIsHeldComesOnceAndALongerOneAgain) {
  Rng rng(62, "rows");
  for (int i = 0; i < 1000; ++i) {
    ArrayRows r = any_rows(rng);
    r.needs = RowNeeds::Statistics;
    const double once = r.rows * r.features * (r.in + r.out);
    const auto best_bytes = [&](double scratchpad) {
      ArrayChip c = chip_of(scratchpad);
      c.vector = c.transcendental = 1e9;  // only memory is waited for
      return best_row_mapping(c, r).bytes[0];
    };
    EXPECT_DOUBLE_EQ(best_bytes(1000 * r.features * (2 * (r.in + r.out) + 4)), once);
    // Not even with one buffer.
    EXPECT_DOUBLE_EQ(best_bytes(r.features * (r.in + r.out + 4) - 1),
                     once + r.rows * r.features * r.in);
  }
}

TEST(RowMapping, TheBestIsTheLeastOfTheWholeSpaceAndMoreScratchpadIsNeverSlower) {
  Rng rng(63, "rows");
  for (int i = 0; i < 500; ++i) {
    const ArrayRows r = any_rows(rng);
    const ArrayChip c = chip_of(100 + up_to(rng, 100000));
    const RowMapping best = best_row_mapping(c, r);
    ASSERT_LE(best_row_mapping(chip_of(2 * c.scratchpad), r).duration, best.duration);
    if (!best.fits) continue;
    for (double rows = 1; rows < 2 * r.rows; rows *= 2) {
      for (const bool twice : {true, false}) {
        const RowMapping m = rows_mapped(c, r, {rows, r.features, RowSweeps::Once, twice});
        ASSERT_TRUE(!m.fits || best.duration <= m.duration);
      }
    }
    ASSERT_GE(best.bytes[0], r.rows * r.features * (r.in + r.out) * (1 - 1e-12));
    ASSERT_GE(best.duration, best.bytes[0] / c.bandwidth);
    ASSERT_GE(best.duration, r.rows * r.features * r.operations / c.vector * (1 - 1e-12));
    ASSERT_GE(best.duration,
              r.rows * r.features * r.transcendentals / c.transcendental * (1 - 1e-12));
  }
}

// Exponentials dear: they are stored, three sweeps; cheap: they are worked out again, two.
TEST(RowMapping, ALongSoftmaxStoresItsExponentialsWhereTheyAreDear) {
  ArrayRows r{4, 100000, 2, 2, 6, 1, 1, RowNeeds::Sum};
  ArrayChip c = chip_of(10000);
  c.vector = 1e6;
  c.transcendental = 1e6;
  EXPECT_EQ(best_row_mapping(c, r).cut.sweeps, RowSweeps::Corrected);
  c.transcendental = 1;
  EXPECT_EQ(best_row_mapping(c, r).cut.sweeps, RowSweeps::Stored);
}

TEST(RowMapping, AScratchpadOutsideHoldsTheRowThatTheInnerOneCannot) {
  const ArrayRows r{8, 1000, 2, 2, 5, 0, 1, RowNeeds::Statistics};
  ArrayChip c = chip_of(0);
  c.nest = {{1e6, 32, 0, 1}, {2000, 0, 0, 1}};
  const RowMapping m = best_row_mapping(c, r);
  EXPECT_DOUBLE_EQ(m.bytes[0], 8 * 1000 * 4.0);
  EXPECT_DOUBLE_EQ(m.bytes[1], 8 * 1000 * 6.0);
}

TEST(ArrayRows, AScaleForATensorNeedsAllOfIt) {
  Kernel k{.kind = OpKind::Elementwise, .weights = DType::Fp8, .scaling = Scaling::Tensor};
  k.m = 64;
  k.n = 1000;
  k.bytes_read = 128000;
  k.bytes_written = 64000;
  const ArrayRows r = array_rows(k);
  EXPECT_EQ(r.rows, 1);
  EXPECT_EQ(r.features, 64000);
  EXPECT_EQ(r.needs, RowNeeds::Statistics);
  k.scaling = Scaling::Mx;
  EXPECT_EQ(array_rows(k).needs, RowNeeds::Nothing);
}

}  // namespace
}  // namespace orrery
