#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <tuple>

#include "../../../support/dram_peers.hpp"
#include "orrery/base/rng.hpp"
#include "orrery/compute/dram/channel/dram_channel.hpp"
#include "orrery/compute/dram/dram_run.hpp"

namespace orrery {
namespace {

using testing::dramsim3_ddr4;
using testing::dramsim3_gddr6;
using testing::dramsim3_hbm2;
using testing::ramulator_hbm2;
using testing::ramulator_hbm3;

// Streams as the peers' drivers made them; `writes` in percent.
DramSource linear(const DramSpec& spec, int writes) {
  return [spec, writes, rng = Rng(1, "writes")](std::int64_t i) mutable {
    return DramRequest{dram_address(spec.shape, static_cast<std::uint64_t>(i)),
                       static_cast<int>(rng.below(100)) < writes};
  };
}

DramSource random_rows(const DramSpec& spec, int writes) {
  return [spec, writes, rng = Rng(2, "addresses")](std::int64_t) mutable {
    const DramAddress address = dram_address(spec.shape, rng.next() >> 8);
    return DramRequest{address, static_cast<int>(rng.below(100)) < writes};
  };
}

// Ramulator's LatencyThroughputTrace: banks fastest, 32 columns of a row, staggered by bank.
DramSource bank_by_bank(const DramSpec& spec, int writes) {
  return [s = spec.shape, writes, rng = Rng(3, "writes")](std::int64_t i) mutable {
    constexpr int kColumns = 32;
    const int all = s.banks * s.groups * s.ranks * s.pseudo_channels;
    int flat = static_cast<int>(i % all);
    const std::int64_t stagger =
        all <= kColumns ? flat * kColumns / all : (flat / (all / kColumns)) % kColumns;
    const std::int64_t in_bank = i / all + stagger;
    DramAddress a;
    a.column = static_cast<int>(in_bank % kColumns);
    a.row = static_cast<int>(in_bank / kColumns % s.rows);
    const auto take = [&](int size) {
      const int part = flat % size;
      flat /= size;
      return part;
    };
    a.bank = take(s.banks);
    a.group = take(s.groups);
    a.rank = take(s.ranks);
    a.pseudo_channel = flat;
    return DramRequest{a, static_cast<int>(rng.below(100)) < writes};
  };
}

DramSpec deep(DramSpec spec, int reads) {  // Ramulator's own test configuration
  spec.controller.reads = reads;
  spec.controller.writes = 64;
  spec.controller.drain_from = 52;  // watermarks 0.8 and 0.2
  spec.controller.drain_to = 12;
  return spec;
}

struct PeerRow {
  const char* name;
  DramSpec spec;
  DramSource (*source)(const DramSpec&, int);
  int writes;
  std::int64_t requests;
  double gigabytes_per_second;  // as the peer printed
};

std::vector<PeerRow> peer_rows() {
  const DramSpec hbm2 = dramsim3_hbm2(), ddr4 = dramsim3_ddr4(), gddr6 = dramsim3_gddr6();
  return {{"DRAMsim3 HBM2 stream", hbm2, linear, 0, 736619, 235.72},
          {"DRAMsim3 HBM2 stream, a third writes", hbm2, linear, 33, 654032, 209.29},
          {"DRAMsim3 HBM2 random", hbm2, random_rows, 0, 192805, 61.70},
          {"DRAMsim3 HBM2 random, a third writes", hbm2, random_rows, 33, 190537, 60.97},
          {"DRAMsim3 DDR4 stream", ddr4, linear, 0, 33191, 16.86},
          {"DRAMsim3 DDR4 random", ddr4, random_rows, 0, 40294, 20.47},
          {"DRAMsim3 GDDR6 stream", gddr6, linear, 0, 65561, 127.15},
          {"DRAMsim3 GDDR6 random", gddr6, random_rows, 0, 15127, 29.34},
          {"Ramulator HBM2 by bank", deep(ramulator_hbm2(1), 64), bank_by_bank, 0, 50000, 30.3},
          {"Ramulator HBM2 by bank, a third writes", deep(ramulator_hbm2(1), 64), bank_by_bank, 33,
           50000, 25.1},
          {"Ramulator HBM3 by bank", deep(ramulator_hbm3(1), 128), bank_by_bank, 0, 50000, 47.0},
          {"Ramulator HBM3 by bank, a third writes", deep(ramulator_hbm3(1), 128), bank_by_bank, 33,
           50000, 35.2},
          {"Ramulator HBM2 linear", ramulator_hbm2(8), linear, 0, 30000, 139.2},
          {"Ramulator HBM2 random", ramulator_hbm2(8), random_rows, 0, 30000, 77.0},
          {"Ramulator HBM3 linear", ramulator_hbm3(16), linear, 0, 30000, 401.7},
          {"Ramulator HBM3 random", ramulator_hbm3(16), random_rows, 0, 30000, 222.0}};
}

constexpr int kAsManyAsFit = 16;  // requests a cycle: more than any memory takes

TEST(Dram, BandwidthIsWithinFivePercentOfDramsim3AndRamulator) {
  for (const PeerRow& row : peer_rows()) {
    const DramRun run =
        dram_run(row.spec, row.source(row.spec, row.writes), row.requests, kAsManyAsFit);
    EXPECT_NEAR(run.bandwidth.value() / 1e9 / row.gigabytes_per_second, 1.0, 0.05) << row.name;
    EXPECT_LE(run.bandwidth, row.spec.peak()) << row.name;
  }
}

TEST(Dram, TheSteadyStateIsWithinOnePercentOfPlayingAll) {
  const std::vector<PeerRow> rows = peer_rows();
  for (const std::size_t i : {0, 4, 5, 7, 8, 9, 11}) {
    const PeerRow& row = rows[i];
    const std::int64_t requests = 450'000;
    const DramRun all =
        dram_run(row.spec, row.source(row.spec, row.writes), requests, kAsManyAsFit);
    const DramRun steady =
        dram_steady_run(row.spec, row.source(row.spec, row.writes), requests, kAsManyAsFit);
    EXPECT_NEAR(steady.bandwidth / all.bandwidth, 1.0, 0.01) << row.name;
    EXPECT_EQ(steady.requests, requests);
  }
}

TEST(Dram, ALongStreamCostsAShortOne) {
  const DramSpec spec = dramsim3_hbm2();
  const DramRun run = dram_steady_run(spec, linear(spec, 0), std::int64_t{1} << 40, kAsManyAsFit);
  EXPECT_LT(run.played, 2'000'000);
}

// Latencies of the data sheet: a closed row waits for rcd, an open one for nothing, another one
// for the rest of ras, then rp and rcd.
TEST(Dram, ALoneReadWaitsForItsRow) {
  DramSpec spec = dramsim3_hbm2();
  const DramTiming& t = spec.timing;
  const int data = t.read_latency + t.burst;
  DramChannel closed(spec);
  closed.push({.row = 1}, false, 0);
  EXPECT_EQ(closed.drain(), t.rcd_read + data);
  DramChannel open(spec);
  open.push({.row = 1}, false, 0);
  open.push({.column = 1, .row = 1}, false, 0);
  EXPECT_EQ(open.drain(), t.rcd_read + std::max(t.ccd_l, t.burst) + data);
  DramChannel conflict(spec);
  conflict.push({.row = 1}, false, 0);
  conflict.push({.row = 2}, false, 0);
  EXPECT_EQ(conflict.drain(), t.ras + t.rp + t.rcd_read + data);
}

TEST(Dram, RefreshTakesItsShareOfAStream) {
  DramSpec spec = dramsim3_hbm2();
  const double with = dram_run(spec, linear(spec, 0), 400'000, kAsManyAsFit).bandwidth.value();
  const double share = double(spec.timing.rfc) / spec.timing.refi;
  spec.timing.refi = 0;
  const double without = dram_run(spec, linear(spec, 0), 400'000, kAsManyAsFit).bandwidth.value();
  EXPECT_LT(with, without * (1 - share));
  EXPECT_GT(with, without * (1 - share) * 0.98);  // rows are closed before and opened after
}

// Every command against every earlier one, by the definitions of the timings.
class Referee {
 public:
  explicit Referee(const DramSpec& spec) : s_(spec) {}

  // A refresh is noted when it is decided, before others that leave earlier.
  std::string judge(std::vector<DramCommand> commands) {
    std::sort(commands.begin(), commands.end(), [](const auto& a, const auto& b) {
      return std::tie(a.cycle, a.bank, a.kind) < std::tie(b.cycle, b.bank, b.kind);
    });
    for (std::size_t i = 0; i < commands.size(); ++i) {
      const std::size_t first = i > kLookBack ? i - kLookBack : 0;
      for (std::size_t j = first; j < i; ++j) {
        const std::int64_t gap = least_gap(commands[j], commands[i]);
        if (commands[i].cycle - commands[j].cycle < gap) {
          return "command " + std::to_string(i) + " follows " + std::to_string(j) + " by " +
                 std::to_string(commands[i].cycle - commands[j].cycle) + " cycles, not " +
                 std::to_string(gap);
        }
      }
    }
    return windows(commands);
  }

 private:
  static constexpr std::size_t kLookBack = 300;
  using K = DramCommandKind;

  [[nodiscard]] int group(const DramCommand& c) const { return c.bank / s_.shape.banks; }
  [[nodiscard]] int rank(const DramCommand& c) const { return group(c) / s_.shape.groups; }
  [[nodiscard]] int pseudo(const DramCommand& c) const { return rank(c) / s_.shape.ranks; }

  [[nodiscard]] std::int64_t least_gap(const DramCommand& a, const DramCommand& b) const {
    const DramTiming& t = s_.timing;
    const bool bank = a.bank == b.bank, same_group = group(a) == group(b),
               same_rank = rank(a) == rank(b);
    const std::int64_t written = t.write_latency + t.burst;
    std::int64_t gap = 0;
    const auto least = [&](std::int64_t cycles) { gap = std::max(gap, cycles); };
    if (b.kind == K::Activate && same_rank) {
      if (a.kind == K::Activate) least(bank ? t.rc : same_group ? t.rrd_l : t.rrd_s);
      if (a.kind == K::Precharge && bank) least(t.rp);
      if (a.kind == K::Refresh) least(t.rfc);
    }
    if (b.kind == K::Precharge && bank) {
      if (a.kind == K::Activate) least(t.ras);
      if (a.kind == K::Read) least(t.rtp);
      if (a.kind == K::Write) least(written + t.wr);
    }
    if (b.kind == K::Read || b.kind == K::Write) {
      if (a.kind == K::Activate && bank) least(b.kind == K::Read ? t.rcd_read : t.rcd_write);
      if (a.kind == b.kind && pseudo(a) == pseudo(b)) {
        least(std::max(t.burst, same_group ? t.ccd_l : same_rank ? t.ccd_s : t.ccd_r));
      }
      if (a.kind == K::Write && b.kind == K::Read && same_rank) {
        least(written + (same_group ? t.wtr_l : t.wtr_s));
      }
      if (a.kind == K::Read && b.kind == K::Write && pseudo(a) == pseudo(b)) {
        least(t.read_latency + t.burst - t.write_latency);  // data must not collide
      }
    }
    return gap;
  }

  [[nodiscard]] std::string windows(const std::vector<DramCommand>& commands) const {
    std::vector<std::vector<std::int64_t>> activated(
        std::size_t(s_.shape.pseudo_channels * s_.shape.ranks));
    for (const DramCommand& c : commands) {
      if (c.kind != K::Activate) continue;
      auto& times = activated[std::size_t(rank(c))];
      times.push_back(c.cycle);
      const std::size_t n = times.size();
      if (n > 4 && times[n - 1] - times[n - 5] < s_.timing.faw) return "a fifth activation in tFAW";
      if (n > 32 && times[n - 1] - times[n - 33] < s_.timing.aw32) return "a 33rd in t32AW";
    }
    return "";
  }

  DramSpec s_;
};

TEST(Dram, NoCommandBreaksATiming) {
  for (const PeerRow& row : peer_rows()) {
    DramSpec spec = row.spec;
    spec.shape.channels = 1;
    DramChannel channel(spec);
    std::vector<DramCommand> commands;
    channel.record(commands);
    DramSource source = row.source(spec, row.writes);
    std::int64_t now = 0;
    for (std::int64_t i = 0; i < 8000; ++i) {
      DramRequest r = source(i);
      r.address.channel = 0;
      now = channel.room(r.write, now);
      channel.push(r.address, r.write, now);
    }
    channel.drain();
    EXPECT_EQ(channel.served(), 8000);
    EXPECT_EQ(Referee(spec).judge(commands), "") << row.name;
  }
}

// A request whose row a refresh closed before it was served has given up its place once, not twice.
TEST(Dram, ARefreshDoesNotWidenTheWindow) {
  const DramSpec spec = ramulator_hbm3(1);
  const int banks =
      spec.shape.pseudo_channels * spec.shape.ranks * spec.shape.groups * spec.shape.banks;
  DramChannel channel(spec);
  DramSource source = random_rows(spec, 0);
  std::int64_t now = 0, most = 0;
  for (std::int64_t pushed = 1; pushed <= 100'000; ++pushed) {
    const DramRequest r = source(pushed);
    now = channel.room(r.write, now);
    channel.push(r.address, r.write, now);
    most = std::max(most, pushed - channel.served());
  }
  EXPECT_GT(now, 20 * spec.timing.refi);
  EXPECT_LE(most, spec.controller.reads + banks);
}

TEST(Dram, AnAddressHasOneBankAndColumnAndRow) {
  const DramSpec spec = dramsim3_hbm2();
  // rorabgbachco: 32 columns, then 8 channels, 4 banks, 4 groups, then rows.
  const DramAddress a = dram_address(spec.shape, ((((5ULL * 4 + 3) * 4 + 2) * 8 + 7) * 32) + 9);
  EXPECT_EQ(a.column, 9);
  EXPECT_EQ(a.channel, 7);
  EXPECT_EQ(a.bank, 2);
  EXPECT_EQ(a.group, 3);
  EXPECT_EQ(a.row, 5);
}

// Also where sizes are no powers of two.
TEST(Dram, AMappingAnswersTheAddress) {
  DramSpec odd = ramulator_hbm3(12);
  odd.shape.rows = 3 * 4096;
  for (const DramSpec& spec : {dramsim3_hbm2(), dramsim3_ddr4(), ramulator_hbm3(16), odd}) {
    const DramMapping mapping(spec.shape);
    Rng rng(1, "mapping");
    for (int i = 0; i < 1000; ++i) {
      const std::uint64_t index = rng.next() >> rng.below(60);
      const DramAddress a = mapping(index), b = dram_address(spec.shape, index);
      EXPECT_EQ(std::tie(a.channel, a.pseudo_channel, a.rank, a.group, a.bank, a.column, a.row),
                std::tie(b.channel, b.pseudo_channel, b.rank, b.group, b.bank, b.column, b.row));
    }
  }
}

}  // namespace
}  // namespace orrery
