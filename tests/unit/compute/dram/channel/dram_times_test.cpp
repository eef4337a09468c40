#include "orrery/compute/dram/channel/dram_times.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "orrery/base/rng.hpp"
#include "support/dram_peers.hpp"

namespace orrery {
namespace {

enum class Kind { Activate, Precharge, Read, Write };

struct Command {
  Kind kind = Kind::Read;
  int unit = 0, group = 0, bank = 0;  // bank: of the unit
  std::int64_t cycle = 0;
};

// How many cycles later the second may leave, by the definitions of the timings.
std::int64_t least_gap(const DramTiming& t, const Command& a, const Command& b) {
  const bool rank = a.unit == b.unit, group = rank && a.group == b.group,
             bank = rank && a.bank == b.bank;
  const std::int64_t written = t.write_latency + t.burst;
  if (b.kind == Kind::Activate) {
    if (a.kind == Kind::Precharge && bank) return t.rp;
    if (a.kind == Kind::Activate && rank) return bank ? t.rc : group ? t.rrd_l : t.rrd_s;
  } else if (b.kind == Kind::Precharge) {
    if (!bank || a.kind == Kind::Precharge) return 0;
    return a.kind == Kind::Activate ? t.ras : a.kind == Kind::Read ? t.rtp : written + t.wr;
  } else {
    const bool reads = b.kind == Kind::Read;
    if (a.kind == Kind::Activate && bank) return reads ? t.rcd_read : t.rcd_write;
    if (a.kind == b.kind) return std::max(t.burst, group ? t.ccd_l : rank ? t.ccd_s : t.ccd_r);
    if (a.kind == Kind::Read) return t.read_to_write;
    if (a.kind == Kind::Write && rank) return written + (group ? t.wtr_l : t.wtr_s);
    if (a.kind == Kind::Write) return written + t.ccd_r - t.read_latency;
  }
  return 0;
}

std::int64_t earliest_after(const DramTiming& t, const std::vector<Command>& past,
                            const Command& next) {
  std::int64_t earliest = 0;
  std::vector<std::int64_t> activations;
  for (const Command& c : past) {
    const std::int64_t gap = least_gap(t, c, next);
    if (gap != 0) earliest = std::max(earliest, c.cycle + gap);
    if (c.kind == Kind::Activate && c.unit == next.unit) activations.push_back(c.cycle);
  }
  if (next.kind == Kind::Activate && t.faw > 0 && activations.size() >= 4) {
    earliest = std::max(earliest, activations[activations.size() - 4] + t.faw);
  }
  return earliest;
}

// One bank at a time wants one command, on one pseudo-channel of two ranks. Pauses let the base of
// the times move.
TEST(DramTimes, EachCommandMayLeaveWhenAllEarlierOnesAllow) {
  for (DramSpec spec : {testing::ramulator_hbm3(1), testing::dramsim3_ddr4()}) {
    spec.shape.pseudo_channels = 1;
    const DramTiming& t = spec.timing;
    DramTimes times(spec);
    Rng rng(1, "commands");
    std::vector<Command> past;
    std::vector<bool> open(static_cast<std::size_t>(2 * times.stride()));
    std::int64_t now = 0, rebased = 0;
    for (int turn = 0; turn < 20'000; ++turn) {
      Command next;
      next.unit = static_cast<int>(rng.below(2));
      next.bank = static_cast<int>(rng.below(16));
      next.group = next.bank / spec.shape.banks;
      const int bank = next.unit * times.stride() + next.bank;
      const auto place = static_cast<std::size_t>(bank);
      const int direction = static_cast<int>(rng.below(2));
      const bool row = !open[place] || rng.below(3) == 0;
      next.kind = !row          ? direction == DramTimes::kRead ? Kind::Read : Kind::Write
                  : open[place] ? Kind::Precharge
                                : Kind::Activate;
      times.want(bank, direction, !row, row);
      times.look<2>(next.unit);
      const int what = DramTimes::what_of(row ? DramTimes::kRow : DramTimes::kColumn, direction);
      const std::int64_t earliest = earliest_after(t, past, next);
      const std::int64_t found = times.cycle(times.next()[what]);
      ASSERT_EQ(std::max(found, now), std::max(earliest, now)) << turn;
      EXPECT_EQ(found, row ? times.next<DramTimes::kRow>(bank, direction)
                           : times.next<DramTimes::kColumn>(bank, direction));
      now = std::max(now, earliest);
      const auto due = [&](std::int64_t at) {
        return row ? times.due_banks<DramTimes::kRow>(next.unit, direction, at)
                   : times.due_banks<DramTimes::kColumn>(next.unit, direction, at);
      };
      EXPECT_EQ(due(now), 1ULL << next.bank);
      if (earliest == now && now > 0) {
        EXPECT_EQ(due(now - 1), 0U);
      }
      switch (next.kind) {
        case Kind::Activate:
          times.activate(bank, next.unit, next.group, now);
          break;
        case Kind::Precharge:
          times.precharge(bank, now);
          break;
        default:
          times.column(bank, next.unit, next.group, direction, now);
      }
      times.want(bank, direction, false, false);
      times.look<2>(next.unit);
      open[place] = next.kind != Kind::Precharge;
      next.cycle = now;
      past.push_back(next);
      if (past.size() > 400) past.erase(past.begin(), past.begin() + 200);
      now += 1 + (rng.below(100) == 0 ? static_cast<std::int64_t>(rng.below(5000)) : 0);
      if (now - rebased >= DramTimes::kSpan) {
        times.rebase(now);
        rebased = now;
      }
    }
  }
}

// Also when it is so old that lanes do not tell it from another.
TEST(DramTimes, TheLowestOrderGoesFirst) {
  const DramSpec spec = testing::ramulator_hbm2(1);
  DramTimes times(spec);
  std::vector<std::int64_t> orders(64);
  std::int64_t order = 0;
  const auto enter = [&](int bank) {
    times.enter(order, bank);
    times.set_order(bank, DramTimes::what_of(DramTimes::kRow, DramTimes::kRead), order, false);
    times.want(bank, DramTimes::kRead, false, true);
    orders[static_cast<std::size_t>(bank)] = order++;
  };
  for (const int bank : {20, 3, 9}) enter(bank);
  for (const int passed : {0, 10'000, 100'000}) {
    for (int i = 0; i < passed; ++i) enter(5);
    EXPECT_EQ(times.oldest_due<DramTimes::kRow>(DramTimes::kRead, 0, orders.data()), 20);
  }
}

}  // namespace
}  // namespace orrery
