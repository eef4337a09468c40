// Rows gathered by the engines of a chip, against closed forms.
#include <gtest/gtest.h>

#include <cmath>

#include "../../support/chips.hpp"
#include "orrery/compute/roofline_model.hpp"
#include "orrery/compute/tile/tile_model.hpp"

namespace orrery {
namespace {

// TPU v5p: 4 engines of 16 subcores of 8 lanes at 1.75 GHz, 32 bytes the least access.
Chip with_engines() {
  Chip chip = testing::tpu(128);
  chip.clock = Hertz{1.75e9};
  chip.sram = 128_MiB;
  chip.memory.bandwidth = BytesPerSecond{2.765e12};
  chip.gather = {4, 16, 8, {}, Bytes{32}};
  return chip;
}

KernelCalibration plain() {
  KernelCalibration c;
  c.memory.share = c.memory.stream = 1.0;
  c.memory.ramp = Seconds{};
  c.launch = Seconds{};
  return c;
}

Kernel gather(double rows, double row_bytes, Pass pass = Pass::Forward) {
  Kernel k{.kind = OpKind::Embedding, .pass = pass};
  k.m = rows;
  k.bytes_read = (pass == Pass::Forward ? 1 : 2) * rows * row_bytes;
  k.bytes_written = rows * row_bytes;
  return k;
}

double seconds(const Chip& chip, const Kernel& k) {
  return make_roofline(chip, plain())->time(k).duration.value();
}

TEST(Gather, LongRowsTakeTheirBytesOverTheBandwidth) {
  const double row = 8192, rows = 65536;
  EXPECT_NEAR(seconds(with_engines(), gather(rows, row)), 2 * rows * row / 2.765e12, 1e-15);
}

TEST(Gather, ARowShorterThanTheGranuleMovesAllOfIt) {
  Chip chip = with_engines();
  chip.gather.granule = Bytes{64};
  chip.clock = Hertz{1e12};  // issue is never waited for
  const double rows = 1e6;
  EXPECT_NEAR(seconds(chip, gather(rows, 4)), rows * (64 + 4) / 2.765e12, 1e-15);
  EXPECT_NEAR(seconds(chip, gather(rows, 65)), rows * (128 + 65) / 2.765e12, 1e-15);
}

TEST(Gather, ShortRowsWaitForTheEnginesToIssueThem) {
  Chip chip = with_engines();
  chip.memory.bandwidth = BytesPerSecond{1e15};
  // 64 subcores, one row of 8 lanes each cycle; 40 bytes take two cycles.
  EXPECT_NEAR(seconds(chip, gather(6400, 32)), 100 / 1.75e9, 1e-15);
  EXPECT_NEAR(seconds(chip, gather(6401, 40)), 2 * 101 / 1.75e9, 1e-15);
}

TEST(Gather, AScatterReadsAndWritesTheRowsThatItAddsTo) {
  const double row = 4096, rows = 4096;
  EXPECT_NEAR(seconds(with_engines(), gather(rows, row, Pass::BackwardWeight)),
              3 * rows * row / 2.765e12, 1e-15);
}

TEST(Gather, AChipWithoutEnginesStreamsAsBefore) {
  Chip chip = with_engines();
  chip.gather = {};
  EXPECT_NEAR(seconds(chip, gather(1e6, 4)), 1e6 * 8 / 2.765e12, 1e-15);
}

TEST(Gather, NeverBeatsMemoryNorItsOwnLanes) {
  for (const double row : {2.0, 30.0, 32.0, 100.0, 4096.0}) {
    for (const double rows : {1.0, 100.0, 1e6}) {
      const double t = seconds(with_engines(), gather(rows, row));
      EXPECT_GE(t, 2 * rows * row / 2.765e12);
      EXPECT_GE(t, rows * row / (64 * 32 * 1.75e9));
    }
  }
}

TEST(Gather, TheTileModelSaysWhereItRuns) {
  const KernelDetail d = make_tile_model(with_engines(), plain())->detail(gather(100, 48));
  ASSERT_EQ(d.mapping.size(), 3u);
  EXPECT_EQ(d.mapping[0].value, "4 gather engines of 16 subcores");
  EXPECT_EQ(d.mapping[1].value, "48 B in 2 of 32 B");
}

}  // namespace
}  // namespace orrery
