#include "orrery/compute/cycle/transfers/strip_share.hpp"

#include <gtest/gtest.h>

#include "orrery/base/rng.hpp"
#include "orrery/base/text/document.hpp"
#include "orrery/compute/dram/dram_run.hpp"

namespace orrery {
namespace {

DramKind kind(const std::string& name) {
  const auto document =
      read_document(std::string(ORRERY_SOURCE_DIR "/catalog/memories/") + name + ".yaml");
  Diagnostics problems;
  DramKind k = read<DramKind>(document.value(), problems);
  EXPECT_TRUE(problems.empty() && mistakes(k).empty()) << name;
  return k;
}

constexpr BytesPerSecond kStack = BytesPerSecond{460.8e9};  // HBM2E at 3.6 Gb/s a pin

Strip runs_of(double run, double stride, Way way = Way::Load) { return {1000, run, stride, way}; }

TEST(StripShare, WholeRowsAreALinearStream) {
  const StripShare share(kind("hbm2e"), 1, kStack);
  EXPECT_EQ(share.of(strip_of(128, 4096, 4096, 2, Way::Load, Wanted::ByEach)), 1.0);
  EXPECT_EQ(share.of(runs_of(256, 256)), 1.0);
}

TEST(StripShare, NoStripBeatsALinearStream) {
  const StripShare share(kind("hbm3"), 1, BytesPerSecond{819.2e9});
  for (const double run : {8.0, 32.0, 100.0, 256.0, 3000.0}) {
    for (const double times : {1.5, 2.0, 5.0, 64.0, 1000.0}) {
      EXPECT_GT(share.of(runs_of(run, run * times)), 0.0);
      EXPECT_LE(share.of(runs_of(run, run * times)), 1.0) << run << " of " << run * times;
    }
  }
}

TEST(StripShare, FarApartALongerRunIsNeverSlower) {
  for (const Way way : {Way::Load, Way::Store}) {
    const StripShare share(kind("hbm2e"), 1, kStack);
    double before = 0;
    for (double run = 16; run <= 1 << 20; run *= 1.7) {
      const double now = share.of(runs_of(run, run * 100, way));
      EXPECT_GE(now, before) << run;
      before = now;
    }
  }
}

// One row opened for each run: four activations in faw, so many bytes each, on each pseudo-channel.
TEST(StripShare, ShortRunsFarApartAreBoundByFourActivations) {
  const DramKind k = kind("hbm2e");
  const StripShare share(k, 1, kStack);
  const double each = kStack / BytesPerSecond{1.0} / (k.channels * k.pseudo_channels);
  const double most = 4 * 32.0 / k.faw.value() / each;
  const double linear = 1.0 - k.rfc / k.refi;
  EXPECT_LE(share.of(runs_of(32, 32 * 1024)), 1.02 * most / linear);
  EXPECT_GE(share.of(runs_of(32, 32 * 1024)), 0.5 * most / linear);
}

// The oracle: every run of a strip at its own address. A hash of granules picks the channel, of
// which one is played, and exchanges banks; the rows of a bank stay together.
double played(const DramKind& k, double run, double stride) {
  const DramSpec spec = dram_channel_spec(k, dram_cycle(k, 1, kStack));
  constexpr std::int64_t kGranule = 8;  // requests of 32 bytes
  DramShape granules = spec.shape;
  granules.columns /= kGranule;
  const auto channels = static_cast<std::uint64_t>(k.channels);
  std::vector<DramRequest> here;
  for (std::int64_t r = 0; here.size() < 200'000; ++r) {
    for (std::int64_t i = 0; i < std::int64_t(run / 32); ++i) {
      const std::int64_t at = r * std::int64_t(stride / 32) + i;
      const auto granule = static_cast<std::uint64_t>(at / kGranule);
      if (mixed(granule) % channels != 0) continue;
      DramAddress a = dram_address(granules, granule / channels);
      const std::uint64_t hash = mixed(static_cast<std::uint64_t>(a.row * 64 + a.column));
      a.pseudo_channel ^= static_cast<int>(hash & 1);
      a.group ^= static_cast<int>(hash >> 1 & 3);
      a.bank ^= static_cast<int>(mixed(static_cast<std::uint64_t>(a.row)) & 3);
      a.column = a.column * int(kGranule) + static_cast<int>(at % kGranule);
      here.push_back({a, false});
    }
  }
  const DramSource source = [&](std::int64_t i) { return here[static_cast<std::size_t>(i)]; };
  return dram_run(spec, source, std::int64_t(here.size()), 16).bandwidth / spec.peak();
}

TEST(StripShare, EqualsEveryRunAtItsOwnAddress) {
  const DramKind k = kind("hbm2e");
  const StripShare share(k, 1, kStack);
  const double linear = played(k, 32, 32);
  for (const double run : {64.0, 128.0, 256.0, 1024.0}) {
    for (const double stride : {2048.0, 8192.0, 22016.0, 65536.0}) {
      const double theirs = std::min(1.0, played(k, run, stride) / linear);
      EXPECT_NEAR(share.of(runs_of(run, stride)) / theirs, 1.0, 0.15) << run << " of " << stride;
    }
  }
}

TEST(StripShare, AnIdleReadWaitsForActivationReadAndBurst) {
  const DramKind k = kind("hbm2e");
  const Seconds cycle = dram_cycle(k, 1, kStack);
  const Seconds least = k.rcd_read + k.read_latency + k.burst * cycle;
  const Seconds idle = StripShare(k, 1, kStack).idle_latency();
  EXPECT_GE(idle, least);
  EXPECT_LE(idle, least + 4 * cycle);
}

}  // namespace
}  // namespace orrery
