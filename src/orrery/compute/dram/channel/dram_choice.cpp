// Which commands may leave in this cycle, and which of them does.
#include <algorithm>
#include <bit>

#include "orrery/compute/dram/channel/dram_channel.hpp"

namespace orrery {
namespace {

constexpr std::int64_t kActivatedFirst = std::int64_t{1} << 50;  // before any order of arrival

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
  key_[what_of(kRow, direction)][static_cast<std::size_t>(index)] = oldest;
  times_.set_order(index, what_of(kRow, direction), oldest, false);
  if (queue.hit < 0) return;
  const DramWaiting& hit = store_[queue.hit];
  key_[what_of(kColumn, direction)][static_cast<std::size_t>(index)] =
      hit.activated ? hit.order - kActivatedFirst : hit.order;
  times_.set_order(index, what_of(kColumn, direction), hit.order, hit.activated);
}

// The first cycles in which a column command and a row command may leave, if nobody comes.
inline void DramChannel::look_ahead() {
  const BankLanes next = times_.next();
  const bool others = waiting_[writing_ ? kRead : kWrite] > 0;
  if (others && c_.mixed) {
    column_at_ =
        times_.cycle(std::min(next[what_of(kColumn, kRead)], next[what_of(kColumn, kWrite)]));
    row_at_ = times_.cycle(std::min(next[what_of(kRow, kRead)], next[what_of(kRow, kWrite)]));
  } else if (writing_) {
    column_at_ = times_.cycle(next[what_of(kColumn, kWrite)]);
    row_at_ = times_.cycle(next[what_of(kRow, kWrite)]);
  } else {
    column_at_ = times_.cycle(next[what_of(kColumn, kRead)]);
    row_at_ = times_.cycle(next[what_of(kRow, kRead)]);
  }
  if (others && !c_.mixed && c_.activated_leave) {
    const int d = writing_ ? kRead : kWrite;
    for_leaving(d,
                [&](int bank) { column_at_ = std::min(column_at_, times_.next_column(bank, d)); });
  }
  column_at_ = std::max(column_at_, column_bus_);
  row_at_ = std::max(row_at_, row_bus_);
}

// Who goes first of the banks whose command may leave; kWhat: kColumn or kRow.
template <int kWhat>
DramChannel::Choice DramChannel::first_of() const {
  const int d = writing_ ? kWrite : kRead;
  const bool others = waiting_[1 - d] > 0, both = others && c_.mixed;
  Choice best;
  if (c_.turn == DramTurn::Oldest) {
    offer_oldest<kWhat>(best, d);
    if (both) offer_oldest<kWhat>(best, 1 - d);
  } else {
    for (int unit = 0; unit < units(); ++unit) {
      const int first = unit * stride_;
      const std::uint64_t banks =
          both ? times_.due_banks<kWhat>(unit, now_) : times_.due_banks<kWhat>(unit, d, now_);
      const int bank = first + std::min(next_in_turn(banks, first), stride_ - 1);
      const bool own = !both || times_.next<kWhat>(bank, d) <= now_;
      best.offer(banks != 0 ? turns_until(bank) : kNever, bank, own ? d : 1 - d);
    }
  }
  if (kWhat == kColumn && others && !c_.mixed && c_.activated_leave) {
    for_leaving(1 - d, [&](int bank) {
      if (times_.next_column(bank, 1 - d) > now_) return;
      const bool oldest = c_.turn == DramTurn::Oldest;
      const auto place = static_cast<std::size_t>(bank);
      best.offer(oldest ? key_[what_of(kColumn, 1 - d)][place] : turns_until(bank), bank, 1 - d);
    });
  }
  return best;
}

template <int kWhat>
void DramChannel::offer_oldest(Choice& best, int direction) const {
  const std::int64_t* keys = key_[what_of(kWhat, direction)].data();
  const int bank = times_.oldest_due<kWhat>(direction, now_, keys);
  if (bank >= 0) best.offer(keys[bank], bank, direction);
}

// Of these banks from `first` on, the first behind the last that had a turn. Without branches: they
// would not be foreseen.
int DramChannel::next_in_turn(std::uint64_t banks, int first) const {
  const int next = std::clamp(last_bank_ + 1 - first, 0, 64);
  const std::uint64_t behind = banks & ~0ULL << (next & 63) & -std::uint64_t{next < 64};
  constexpr std::uint64_t kLast = 1ULL << 63;  // for none at all
  return std::countr_zero(behind | (banks & -std::uint64_t{behind == 0}) | kLast);
}

std::int64_t DramChannel::turns_until(int bank) const {
  const std::int64_t turns = bank - last_bank_ - 1;
  return turns + (static_cast<std::int64_t>(banks_.size()) & turns >> 63);
}

void DramChannel::play_cycle() {
  if (now_ >= next_chore_) do_chores();
  if (waiting_[kRead] + waiting_[kWrite] == 0) {
    next_ = next_refresh_;
    column_at_ = row_at_ = kNever;
    return;
  }
  if (c_.mixed) {
    if (draining_ > 0 ? !stuck_ : drain_begins()) drain_mixed();
  } else {
    const bool wrote = writing_;
    writing_ = writes_go();
    if (writing_ != wrote) look_again();
  }
  Choice column, row;
  if (column_at_ <= now_) column = first_of<kColumn>();
  if (row_at_ <= now_) row = first_of<kRow>();
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
      look_again();
      return;
    }
  }
  look_ahead();
  next_ = std::max(std::min(std::min(column_at_, row_at_), next_refresh_), now_ + 1);
}

}  // namespace orrery
