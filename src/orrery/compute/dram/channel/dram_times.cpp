#include "orrery/compute/dram/channel/dram_times.hpp"

#include <algorithm>

#include "orrery/base/check.hpp"

namespace orrery {
namespace {

BankLanes gap(int cycles) { return all_lanes(static_cast<std::int16_t>(cycles)); }

}  // namespace

// No command waits for longer than from a write to the activation after a refresh, and all of that
// happens between two refreshes.
bool DramTimes::fits(const DramTiming& t) {
  std::int64_t longest = 0;
  for (const int wait : {t.write_latency, t.burst, t.wr, t.wtr_l, t.ras, t.rc, t.rp, t.rfc, t.faw,
                         t.aw32, t.read_latency, t.read_to_write, t.rcd_read, t.rcd_write, t.ccd_l,
                         t.ccd_r, t.rrd_l, t.rtp}) {
    longest += wait;
  }
  return longest < kSpan / 2 && (t.refi == 0 || longest < t.refi);  // 0: never refreshed
}

DramTimes::DramTimes(const DramSpec& spec)
    : t_(spec.timing),
      ranks_(spec.shape.ranks),
      groups_(spec.shape.groups),
      blocks_(2 *
              ((spec.shape.groups * spec.shape.banks + 2 * kBankLanes - 1) / (2 * kBankLanes))) {
  const DramShape& s = spec.shape;
  const int units = s.pseudo_channels * s.ranks;
  ORRERY_CHECK(0 < units && units <= kMostUnits && t_.burst > 0, "{} ranks in a channel", units);
  ORRERY_CHECK(t_.ccd_l >= t_.ccd_s && t_.rrd_l >= t_.rrd_s && t_.wtr_l >= t_.wtr_s,
               "a gap within a group below that between groups");
  ORRERY_CHECK(t_.ras >= std::max(t_.rcd_read, t_.rcd_write), "a row closes before it serves");
  if (t_.read_to_write == 0) t_.read_to_write = t_.read_latency + t_.burst + 2 - t_.write_latency;
  const int written = t_.write_latency + t_.burst;
  ORRERY_CHECK(fits(t_), "a timing of thousands of cycles");
  eights_.resize(static_cast<std::size_t>(units * blocks_));
  next_.assign(static_cast<std::size_t>(units), {kAllNever});
  Activations none;
  none.latest.fill(-kSpan);
  activations_.assign(static_cast<std::size_t>(units), none);

  // For each rank and group that a command goes to, the gaps to one in each bank of as many ranks.
  const auto gaps = [&](int ranks, int same_group, int same_rank, int other_rank) {
    std::vector<Lanes> out;
    for (int from = 0; from < ranks * s.groups; ++from) {
      for (int block = 0; block < ranks * blocks_; ++block) {
        BankLanes lanes = gap(other_rank);
        for (int i = 0; i < kBankLanes; ++i) {
          const int rank = block / blocks_;
          const int group = (block % blocks_ * kBankLanes + i) / s.banks;
          if (rank * s.groups + group == from) {
            lanes[i] = static_cast<std::int16_t>(same_group);
          } else if (rank == from / s.groups) {
            lanes[i] = static_cast<std::int16_t>(same_rank);
          }
        }
        out.push_back({lanes});
      }
    }
    return out;
  };
  rrd_ = gaps(1, t_.rrd_l, t_.rrd_s, 0);
  ccd_ = gaps(ranks_, std::max(t_.ccd_l, t_.burst), std::max(t_.ccd_s, t_.burst),
              std::max(t_.ccd_r, t_.burst));
  wtr_ = gaps(ranks_, written + t_.wtr_l, written + t_.wtr_s, written + t_.ccd_r - t_.read_latency);
  read_to_write_.assign(static_cast<std::size_t>(ranks_ * blocks_), {gap(t_.read_to_write)});
  rc_ = gap(t_.rc);
  rp_ = gap(t_.rp);
  ras_ = gap(t_.ras);
  rcd_read_ = gap(t_.rcd_read);
  rcd_write_ = gap(t_.rcd_write);
  rtp_ = gap(t_.rtp);
  written_wr_ = gap(written + t_.wr);
}

std::int64_t DramTimes::refresh(int unit, std::int64_t now) {
  BankLanes begin = all_lanes(lane(now));
  Eight* e = first(unit);
  for (int i = 0; i < blocks_; ++i) {
    begin = later(begin, choice(e[i].closed, e[i].activate, e[i].precharge + rp_));
  }
  std::int16_t latest = begin[0];
  for (int i = 1; i < kBankLanes; ++i) latest = std::max(latest, begin[i]);
  for (int i = 0; i < blocks_; ++i) {
    e[i].closed = all_lanes(-1);
    e[i].activate = later(e[i].activate, gap(latest + t_.rfc));
    e[i].choose_row();
  }
  return cycle(latest);
}

void DramTimes::rebase_orders() {
  const auto by = static_cast<std::int16_t>(kOrders);
  const auto oldest = static_cast<std::int16_t>(-kOrders);
  const auto oldest_activated = static_cast<std::int16_t>(-3 * kOrders);
  for (Eight& e : eights_) {
    for (Want& want : e.want) {
      BankLanes& order = want.order;
      const BankLanes activated = order < all_lanes(oldest);
      order = later(order - by, choice(activated, all_lanes(oldest_activated), all_lanes(oldest)));
    }
  }
  order_base_ += kOrders;
}

// Times far behind stay the past.
void DramTimes::rebase(std::int64_t now) {
  const auto by = static_cast<std::int16_t>(std::min<std::int64_t>(now - base_, kNeverLane));
  const BankLanes floor = all_lanes(static_cast<std::int16_t>(kPastLane + by));
  const auto move = [&](BankLanes& lanes) { lanes = later(lanes, floor) - by; };
  for (Eight& e : eights_) {
    move(e.activate);
    move(e.next_activate);
    move(e.precharge);
    move(e.column[kRead]);
    move(e.column[kWrite]);
    e.choose_row();
  }
  base_ = now;
  for (std::size_t u = 0; u < next_.size(); ++u) look<2>(static_cast<int>(u));
}

}  // namespace orrery
