// Which commands may leave in this cycle, and which of them does.
#include <algorithm>
#include <bit>

#include "orrery/compute/dram/dram_channel.hpp"

namespace orrery {
namespace {

constexpr std::int64_t kActivatedFirst = std::int64_t{1} << 50;  // before any order of arrival
// Bits of DramTimes::due().
constexpr std::uint64_t kEveryUnit = 0x1111'1111'1111'1111, kEitherDirection = 3 * kEveryUnit;

}  // namespace

// What the bank has to do. To be called when it changes; its unit is to be looked at then.
void DramChannel::plan(int index, int directions) {
  const Bank& bank = banks_[static_cast<std::size_t>(index)];
  for (int d = 0; d < directions; ++d) {
    const DramQueue& queue = bank.queue[d];
    if (queue.size == 0) continue;
    if (c_.turn == DramTurn::Oldest) plan_order(index, d);
    // The other direction's hits of the open row, if their row was opened for them, come first.
    const DramPlace other = bank.queue[1 - d].hit;
    const bool awaited = c_.activated_leave && other >= 0 && store_[other].activated;
    if (c_.activated_leave) {
      const std::uint64_t bit = 1ULL << index % stride_;
      std::uint64_t& leaving = units_[static_cast<std::size_t>(bank.unit)].leaving[d];
      leaving &= ~bit;
      if (queue.hit >= 0 && store_[queue.hit].activated) leaving |= bit;
    }
    // No branches: they would not be foreseen.
    const bool hit = queue.hit >= 0;
    const bool worn = (bank.hits >= hit_limit_) & (queue.hit != queue.oldest);
    times_.want(index, d, hit, (!hit | worn) & !awaited);
  }
}

// For precedence by age.
void DramChannel::plan_order(int index, int direction) {
  const DramQueue& queue = banks_[static_cast<std::size_t>(index)].queue[direction];
  const std::int64_t oldest = store_[queue.oldest].order;
  key_[kRow + direction][static_cast<std::size_t>(index)] = oldest;
  times_.set_order(index, kRow + direction, oldest, false);
  if (queue.hit < 0) return;
  const DramWaiting& hit = store_[queue.hit];
  key_[kColumn + direction][static_cast<std::size_t>(index)] =
      hit.activated ? hit.order - kActivatedFirst : hit.order;
  times_.set_order(index, kColumn + direction, hit.order, hit.activated);
}

// The first cycle in which a command may leave, if nobody comes.
inline std::int64_t DramChannel::next_command() const {
  const int d = writing_ ? kWrite : kRead;
  const bool others = waiting_[1 - d] > 0;
  const BankLanes next = times_.next();
  if (!others) {
    return std::min(std::max(times_.cycle(next[kColumn + d]), column_bus_),
                    std::max(times_.cycle(next[kRow + d]), row_bus_));
  }
  std::int64_t column = times_.cycle(next[kColumn + d]), row = times_.cycle(next[kRow + d]);
  if (c_.mixed) {
    column = std::min(column, times_.cycle(next[kColumn + 1 - d]));
    row = std::min(row, times_.cycle(next[kRow + 1 - d]));
  } else if (c_.activated_leave) {
    for (std::size_t u = 0; u < units_.size(); ++u) {
      for (std::uint64_t left = units_[u].leaving[1 - d]; left != 0; left &= left - 1) {
        const int bank = units_[u].first_bank + std::countr_zero(left);
        column = std::min(column, times_.next_column(bank, 1 - d));
      }
    }
  }
  return std::min(std::max(column, column_bus_), std::max(row, row_bus_));
}

// Who goes first of the banks whose command may leave; kWhat: kColumn or kRow.
template <int kWhat>
DramChannel::Choice DramChannel::first_of(std::uint64_t due) const {
  const int d = writing_ ? kWrite : kRead;
  const bool others = waiting_[1 - d] > 0, both = others && c_.mixed;
  const std::uint64_t due_one = due >> (kWhat + d) & kEveryUnit;
  const std::uint64_t due_other = both ? due >> (kWhat + 1 - d) & kEveryUnit : 0;
  Choice best;
  if (c_.turn == DramTurn::Oldest) {
    if (due_one != 0) offer_oldest<kWhat>(best, d);
    if (due_other != 0) offer_oldest<kWhat>(best, 1 - d);
  } else {
    for (std::uint64_t units = due_one | due_other; units != 0; units &= units - 1) {
      const int unit = std::countr_zero(units) / 4, first = unit * stride_;
      const std::uint64_t one = times_.due_banks<kWhat>(unit, d, now_);
      const std::uint64_t other = both ? times_.due_banks<kWhat>(unit, 1 - d, now_) : 0;
      const int bank = first + next_in_turn(one | other, first);
      best.offer(turns_until(bank), bank, (one >> (bank - first) & 1) != 0 ? d : 1 - d);
    }
  }
  if (kWhat == kColumn && others && !c_.mixed && c_.activated_leave) offer_leaving(best, 1 - d);
  return best;
}

template <int kWhat>
void DramChannel::offer_oldest(Choice& best, int direction) const {
  const std::int64_t* keys = key_[kWhat + direction].data();
  const int bank = times_.oldest_due<kWhat>(direction, now_, keys);
  best.offer(keys[bank], bank, direction);
}

// Of these banks from `first` on, the first behind the last that had a turn. Without branches: they
// would not be foreseen.
int DramChannel::next_in_turn(std::uint64_t banks, int first) const {
  const int next = std::clamp(last_bank_ + 1 - first, 0, 64);
  const std::uint64_t behind = banks & ~0ULL << (next & 63) & -std::uint64_t{next < 64};
  return std::countr_zero(behind | (banks & -std::uint64_t{behind == 0}));
}

std::int64_t DramChannel::turns_until(int bank) const {
  const std::int64_t turns = bank - last_bank_ - 1;
  return turns + (static_cast<std::int64_t>(banks_.size()) & turns >> 63);
}

// Requests of the other direction whose rows were opened for them. They are few.
void DramChannel::offer_leaving(Choice& best, int direction) const {
  const std::int64_t* keys = key_[kColumn + direction].data();
  for (const Unit& unit : units_) {
    for (std::uint64_t left = unit.leaving[direction]; left != 0; left &= left - 1) {
      const int bank = unit.first_bank + std::countr_zero(left);
      if (times_.next_column(bank, direction) > now_) continue;
      const bool oldest = c_.turn == DramTurn::Oldest;
      best.offer(oldest ? keys[bank] : turns_until(bank), bank, direction);
    }
  }
}

void DramChannel::play_cycle() {
  if (now_ >= next_chore_) do_chores();
  if (waiting_[kRead] + waiting_[kWrite] == 0) {
    next_ = next_refresh_;
    return;
  }
  if (c_.mixed) {
    if (draining_ > 0 ? !stuck_ : drain_begins()) drain_mixed();
  } else {
    writing_ = writes_go();
  }
  look();
  const std::uint64_t due = times_.due(now_);
  Choice column, row;
  if (column_bus_ <= now_ && (due & kEitherDirection << kColumn) != 0) {
    column = first_of<kColumn>(due);
  }
  if (row_bus_ <= now_ && (due & kEitherDirection << kRow) != 0) row = first_of<kRow>(due);
  // On one bus the column command goes first, unless turns are taken.
  bool columns_turn = column.any(), rows_turn = row.any();
  if (columns_turn && rows_turn && (!c_.two_buses || row.bank == column.bank)) {
    const bool row_first = c_.turn == DramTurn::RoundRobin && row.order < column.order;
    (row_first ? columns_turn : rows_turn) = false;
  }
  const bool wrote = columns_turn && column.direction == kWrite;
  if (columns_turn) column_command(column.bank, column.direction);
  if (rows_turn) row_command(row.bank, row.direction);
  if (rows_turn) last_bank_ = row.bank;
  if (columns_turn && (!rows_turn || column.order > row.order)) last_bank_ = column.bank;
  look(waiting_[kWrite] > 0 || wrote ? 2 : 1);
  if (columns_turn || last_drained_ == now_) {  // who waits has changed
    const bool news = c_.mixed
                          ? last_drained_ == now_ || drain_begins() || (draining_ > 0 && !stuck_)
                          : writes_go() != writing_;
    if (news) {
      next_ = now_ + 1;
      return;
    }
  }
  next_ = std::max(std::min(next_command(), next_refresh_), now_ + 1);
}

}  // namespace orrery
