// DramTimes: when each bank of a channel may take which command, as JEDEC's timings tell from the
// commands so far; and the first of those commands that the controller wants.
#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "orrery/compute/dram/channel/bank_lanes.hpp"
#include "orrery/compute/dram/dram_spec.hpp"

namespace orrery {

// Units are ranks of pseudo-channels. Banks are counted over all of them, each unit's from a
// multiple of stride() on; groups within their unit.
class DramTimes {
 public:
  static constexpr int kRead = 0, kWrite = 1;  // directions
  static constexpr int kColumn = 0, kRow = 1;  // commands
  static constexpr int kMostUnits = 16;
  static constexpr std::int64_t kSpan = 1 << 14;  // cycles before the next rebase()

  // What a bank may want, as a number below four.
  static constexpr int what_of(int command, int direction) { return command + 2 * direction; }

  explicit DramTimes(const DramSpec& spec);
  // Whether all waits are short beside kSpan.
  static bool fits(const DramTiming& timing);

  [[nodiscard]] int stride() const { return blocks_ * kBankLanes; }

  void activate(int bank, int unit, int group, std::int64_t now);
  void precharge(int bank, std::int64_t now);
  void column(int bank, int unit, int group, int direction, std::int64_t now);
  // All banks of a unit, as soon as they may be closed; answers when.
  std::int64_t refresh(int unit, std::int64_t now);

  // A row command precharges an open bank and activates a closed one.
  void want(int bank, int direction, bool column, bool row) {
    static constexpr Lanes kUnwanted[2] = {{kAllNever}, {kAllPast}};
    Eight& e = eight(bank);
    const BankLanes mask = own(bank);
    BankLanes& columns = e.want[what_of(kColumn, direction)].never;
    BankLanes& rows = e.want[what_of(kRow, direction)].never;
    columns = choice(mask, kUnwanted[column].lanes, columns);
    rows = choice(mask, kUnwanted[row].lanes, rows);
  }
  // The number of the request that wants it: the lower goes first, and before all others that whose
  // row was opened for it.
  void set_order(int bank, int what, std::int64_t order, bool activated) {
    const std::int64_t after = std::max(order - order_base_, -kOrders);
    BankLanes& lanes = eight(bank).want[what].order;
    const auto lane = static_cast<std::int16_t>(after - (activated ? 2 * kOrders : 0));
    lanes = choice(own(bank), all_lanes(lane), lanes);
  }
  // To be called with each request's number.
  void enter(std::int64_t order, int bank) {
    if (order - order_base_ >= kOrders) rebase_orders();
    bank_of_[static_cast<std::size_t>(order) % bank_of_.size()] = static_cast<std::int16_t>(bank);
  }
  // To be called when any of the above has happened to the unit. kDirections: 1: reads only, for
  // nobody wants to write.
  template <int kDirections>
  void look(int unit);

  // When the first wanted command may leave: a lane for each of what banks want.
  [[nodiscard]] BankLanes next() const {
    BankLanes least = next_[0].lanes;
    for (const Lanes& next : next_) least = earlier(least, next.lanes);
    return least;
  }
  // When that of one bank may; late: it wants none.
  template <int kWhat>
  [[nodiscard]] std::int64_t next(int bank, int direction) const {
    const auto i = static_cast<unsigned>(bank);
    const Eight& e = eights_[i / kBankLanes];
    const BankLanes& time = kWhat == kColumn ? e.column[direction] : e.row;
    const BankLanes& never = e.want[what_of(kWhat, direction)].never;
    return cycle(std::max<std::int16_t>(time[i % kBankLanes], never[i % kBankLanes]));
  }
  [[nodiscard]] std::int64_t cycle(std::int16_t lane) const { return base_ + lane; }

  // The banks of the unit whose wanted command may leave, a bit each: of one direction, or of any.
  // kWhat: kColumn or kRow.
  template <int kWhat>
  [[nodiscard]] std::uint64_t due_banks(int unit, int direction, std::int64_t now) const {
    return due_banks(unit, now, [=](const Eight& e) { return e.wanted<kWhat>(direction); });
  }
  template <int kWhat>
  [[nodiscard]] std::uint64_t due_banks(int unit, std::int64_t now) const {
    return due_banks(unit, now, [](const Eight& e) {
      return earlier(e.wanted<kWhat>(kRead), e.wanted<kWhat>(kWrite));
    });
  }
  // Of all banks whose wanted command may leave, the first in that order; among requests so old
  // that lanes do not tell, the one with the lowest of `orders`. -1: none may.
  template <int kWhat>
  [[nodiscard]] int oldest_due(int direction, std::int64_t now, const std::int64_t* orders) const;
  [[nodiscard]] std::int64_t next_column(int bank, int direction) const {
    const Eight& e = eights_[static_cast<std::size_t>(bank / kBankLanes)];
    return cycle(e.column[direction][bank % kBankLanes]);
  }

  // To be called when kSpan cycles have gone.
  void rebase(std::int64_t now);

 private:
  static constexpr std::size_t kMostBlocks = 8;     // in a unit
  static constexpr std::int64_t kOrders = 1 << 13;  // told apart before their base and after it
  struct Lanes {
    BankLanes lanes;
  };
  struct Want {
    BankLanes never = kAllNever;  // kPastLane: wanted
    BankLanes order{};
  };
  // Eight banks: the earliest cycle of each command. First what is compared most.
  struct Eight {
    BankLanes row{};  // precharge of an open bank, activate of a closed one
    BankLanes column[2] = {{}, {}};
    Want want[4];
    BankLanes precharge{};
    BankLanes activate{};       // as the bank's own commands leave it
    BankLanes next_activate{};  // as those of its rank leave it
    BankLanes closed = all_lanes(-1);

    void choose_row() { row = choice(closed, later(activate, next_activate), precharge); }
    // Late: not wanted.
    template <int kWhat>
    [[nodiscard]] BankLanes wanted(int direction) const {
      return later(kWhat == kColumn ? column[direction] : row,
                   want[what_of(kWhat, direction)].never);
    }
  };

  template <class Times>
  [[nodiscard]] std::uint64_t due_banks(int unit, std::int64_t now, Times times) const {
    const BankLanes limit = after(now);
    const Eight* e = &eights_[static_cast<std::size_t>(unit * blocks_)];
    std::uint64_t bits = 0;
    for (int i = 0; i < blocks_; i += 2, e += 2) {
      bits |= lane_bits(limit > times(e[0]), limit > times(e[1])) << i * kBankLanes;
    }
    return bits;
  }
  [[nodiscard]] BankLanes after(std::int64_t now) const {
    return all_lanes(static_cast<std::int16_t>(lane(now) + 1));
  }
  void rebase_orders();
  [[nodiscard]] std::int16_t lane(std::int64_t cycle) const {
    return static_cast<std::int16_t>(cycle - base_);
  }
  [[nodiscard]] Eight* first(int unit) {
    return &eights_[static_cast<std::size_t>(unit * blocks_)];
  }
  [[nodiscard]] Eight& eight(int bank) { return eights_[static_cast<unsigned>(bank) / kBankLanes]; }
  static BankLanes own(int bank) { return one_lane(static_cast<unsigned>(bank) % kBankLanes); }

  DramTiming t_;
  int ranks_ = 1, groups_ = 1, blocks_ = 1;  // blocks: of eight banks, in a unit; even
  std::vector<Eight> eights_;                // unit by unit
  std::vector<Lanes> next_;                  // of each unit
  // Gaps. From an activation in a group to one in each bank of its rank; for each group.
  std::vector<Lanes> rrd_;
  // From a column command in a group to one in each bank on the data bus, of the same kind and from
  // write to read; for each rank and group. From read to write.
  std::vector<Lanes> ccd_, wtr_, read_to_write_;
  BankLanes rc_, rp_, ras_, rcd_read_, rcd_write_, rtp_, written_wr_;  // within a bank
  struct Activations {
    std::uint32_t count = 0;
    std::array<std::int64_t, 32> latest{};
  };
  std::vector<Activations> activations_;  // of each unit
  std::int64_t base_ = 0, order_base_ = 0;
  std::array<std::int16_t, 1024> bank_of_{};  // of the latest requests
};

inline void DramTimes::activate(int bank, int unit, int group, std::int64_t now) {
  Activations& a = activations_[static_cast<std::size_t>(unit)];
  a.latest[a.count++ % 32] = now;
  std::int64_t window = now;
  if (t_.faw > 0) window = std::max(window, a.latest[(a.count - 4) % 32] + t_.faw);
  if (t_.aw32 > 0) window = std::max(window, a.latest[a.count % 32] + t_.aw32);
  const BankLanes at = all_lanes(lane(now)), at_window = all_lanes(lane(window));
  Eight& its = eight(bank);
  const BankLanes own_at = choice(own(bank), at, kAllPast);
  its.activate = later(its.activate, own_at + rc_);
  its.precharge = later(its.precharge, own_at + ras_);
  its.column[kRead] = later(its.column[kRead], own_at + rcd_read_);
  its.column[kWrite] = later(its.column[kWrite], own_at + rcd_write_);
  its.closed &= ~own(bank);
  const Lanes* rrd = &rrd_[static_cast<std::size_t>(group * blocks_)];
  Eight* e = first(unit);
  for (int i = 0; i < blocks_; ++i) {
    e[i].next_activate = later(e[i].next_activate, later(rrd[i].lanes + at, at_window));
    e[i].choose_row();
  }
}

inline void DramTimes::precharge(int bank, std::int64_t now) {
  Eight& e = eight(bank);
  const BankLanes own_at = choice(own(bank), all_lanes(lane(now)), kAllPast);
  e.activate = later(e.activate, own_at + rp_);
  e.closed |= own(bank);
  e.choose_row();
}

inline void DramTimes::column(int bank, int unit, int group, int direction, std::int64_t now) {
  const BankLanes at = all_lanes(lane(now));
  const bool reads = direction == kRead;
  const int rank = unit % ranks_, blocks = ranks_ * blocks_;
  const auto row = static_cast<std::size_t>((rank * groups_ + group) * blocks);
  const Lanes* same_gap = &ccd_[row];
  const Lanes* other_gap = reads ? read_to_write_.data() : &wtr_[row];
  Eight* e = first(unit - rank);
  for (int i = 0; i < blocks; ++i) {
    BankLanes& same = e[i].column[direction];
    BankLanes& other = e[i].column[1 - direction];
    same = later(same, same_gap[i].lanes + at);
    other = later(other, other_gap[i].lanes + at);
  }
  Eight& its = eight(bank);
  const BankLanes own_at = choice(own(bank), at, kAllPast);
  its.precharge = later(its.precharge, own_at + (reads ? rtp_ : written_wr_));
  its.choose_row();
}

template <int kWhat>
int DramTimes::oldest_due(int direction, std::int64_t now, const std::int64_t* orders) const {
  const int what = what_of(kWhat, direction);
  const BankLanes limit = all_lanes(lane(now));
  const auto order_if_due = [&](const Eight& e) {
    const BankLanes not_due = e.wanted<kWhat>(direction) > limit;
    return later(e.want[what].order, not_due ^ kAllPast);
  };
  BankLanes all = kAllNever;
  for (std::size_t i = 0; i < eights_.size(); i += 2) {
    all = earlier(all, earlier(order_if_due(eights_[i]), order_if_due(eights_[i + 1])));
  }
  all = least_of(all);
  const std::int16_t least = all[0];
  if (least == kNeverLane) return -1;
  // Whose order that is, unless too many have come since.
  const std::int64_t order = order_base_ + least + (least < -kOrders ? 2 * kOrders : 0);
  const int likely = bank_of_[static_cast<std::size_t>(order) % bank_of_.size()];
  const Eight& e = eights_[static_cast<std::size_t>(likely / kBankLanes)];
  const bool told_apart = least != -kOrders && least != -3 * kOrders;
  if (told_apart && e.want[what].order[likely % kBankLanes] == least) return likely;
  int bank = -1;
  for (std::size_t i = 0; i < eights_.size(); i += 2) {
    std::uint64_t bits =
        lane_bits(order_if_due(eights_[i]) == all, order_if_due(eights_[i + 1]) == all);
    for (; bits != 0; bits &= bits - 1) {
      const int other = static_cast<int>(i) * kBankLanes + std::countr_zero(bits);
      if (bank < 0 || orders[other] < orders[bank]) bank = other;
    }
  }
  return bank;
}

template <int kDirections>
void DramTimes::look(int unit) {
  BankLanes least[4] = {kAllNever, kAllNever, kAllNever, kAllNever};
  const Eight* e = first(unit);
  for (int i = 0; i < blocks_; i += 2, e += 2) {
    const BankLanes low = e[0].row, high = e[1].row;
    for (int d = 0; d < kDirections; ++d) {
      const int c = what_of(kColumn, d), r = what_of(kRow, d);
      const BankLanes column = earlier(e[0].wanted<kColumn>(d), e[1].wanted<kColumn>(d));
      const BankLanes row =
          earlier(later(low, e[0].want[r].never), later(high, e[1].want[r].never));
      least[c] = earlier(least[c], column);
      least[r] = earlier(least[r], row);
    }
  }
  next_[static_cast<std::size_t>(unit)].lanes = earliest(least[0], least[1], least[2], least[3]);
}

}  // namespace orrery
