// Which commands may leave in this cycle, and which of them does.
#include <algorithm>
#include <bit>

#include "orrery/compute/dram/dram_channel.hpp"

namespace orrery {
namespace {

constexpr std::int64_t kActivatedFirst = std::int64_t{1} << 50;  // before any order of arrival

}  // namespace

// What the bank has to do, now or when its own timings allow it. To be called when it changes.
void DramChannel::settle(int index) {
  const Bank& bank = banks_[static_cast<std::size_t>(index)];
  Unit& unit = units_[static_cast<std::size_t>(bank.unit)];
  const std::uint64_t bit = 1ULL << (index - unit.first_bank);
  std::int64_t later = kNever;
  bool now = false;
  const auto allowed = [&](std::int64_t at) {
    if (at <= now_) return now = true;
    later = std::min(later, at);
    return false;
  };
  for (const int d : {kRead, kWrite}) {
    const DramQueue& queue = bank.queue[d];
    if (queue.size == 0) continue;
    unit.ready_column[d] &= ~bit;
    unit.leaving[d] &= ~bit;
    unit.ready_row[d] &= ~bit;
    if (queue.hit >= 0) {
      const DramWaiting& hit = store_[queue.hit];
      if (allowed(bank.column[d])) {
        unit.ready_column[d] |= bit;
        if (hit.activated) unit.leaving[d] |= bit;
        column_key_[d][static_cast<std::size_t>(index)] =
            key(hit.activated ? hit.order - kActivatedFirst : hit.order, index);
      }
      const bool worn = c_.hit_limit > 0 && bank.hits >= c_.hit_limit && queue.hit != queue.oldest;
      if (!worn) continue;
    }
    // The other direction's hits of the open row, if their row was opened for them, come first.
    const DramPlace other = bank.queue[1 - d].hit;
    if (other >= 0 && store_[other].activated) continue;
    if (allowed(bank.open_row >= 0 ? bank.precharge : bank.activate)) {
      unit.ready_row[d] |= bit;
      const std::int64_t own = key(store_[queue.oldest].order, index);
      row_key_[d][static_cast<std::size_t>(index)] = own;
      std::int64_t& oldest = unit.oldest_closed[d];
      if (bank.open_row < 0 && oldest != kUnknown) oldest = std::min(oldest, own);
    }
  }
  if (later < kNever) next_ = std::min(next_, wheel_.add(index, later, now_));
  if (now) next_ = std::min(next_, now_);
}

// A number that the lower gives precedence, and the bank in its last bits.
std::int64_t DramChannel::key(std::int64_t order, int index) const {
  return order * kMostBanks + (index & (stride_ - 1));
}

// The first in precedence of those banks of the unit.
void DramChannel::offer(Choice& best, const Unit& unit, std::uint64_t banks, int direction,
                        const std::int64_t* keys) const {
  if (banks == 0) return;
  best.others |= best.any() || (banks & (banks - 1)) != 0;
  std::int64_t first = kNever;
  int index = 0;
  if (c_.turn == DramTurn::RoundRobin) {
    const int last = last_bank_ - unit.first_bank;
    const std::uint64_t behind = last >= 0 && last < 63 ? banks & (~0ULL << (last + 1)) : 0;
    index = unit.first_bank + std::countr_zero(behind != 0 ? behind : banks);
    first = index - last_bank_ - 1;
    if (first < 0) first += static_cast<std::int64_t>(banks_.size());
  } else {
    keys += unit.first_bank;
    for (; banks != 0; banks &= banks - 1) first = std::min(first, keys[std::countr_zero(banks)]);
    index = unit.first_bank + static_cast<int>(first & (kMostBanks - 1));
  }
  if (first >= best.order) return;
  best.order = first;
  best.bank = index;
  best.direction = direction;
}

void DramChannel::offer_columns(Choice& best, int direction, bool activated_only) {
  for (Unit& unit : units_) {
    std::uint64_t banks = (activated_only ? unit.leaving : unit.ready_column)[direction];
    if (banks == 0) continue;
    if (unit.column[direction] > now_) {
      soonest_ = std::min(soonest_, unit.column[direction]);
      continue;
    }
    if (unit.group_column[direction] > now_) {
      for (int g = unit.first_group; g < unit.first_group + groups_in_unit_; ++g) {
        const Group& group = groups_[static_cast<std::size_t>(g)];
        if (group.column[direction] <= now_ || (banks & group.banks) == 0) continue;
        banks &= ~group.banks;
        soonest_ = std::min(soonest_, group.column[direction]);
      }
    }
    offer(best, unit, banks, direction, column_key_[direction].data());
  }
}

void DramChannel::offer_rows(Choice& best, int direction) {
  const std::int64_t* keys = row_key_[direction].data();
  for (Unit& unit : units_) {
    const std::uint64_t ready = unit.ready_row[direction];
    if (ready == 0) continue;
    offer(best, unit, ready & unit.open, direction, keys);
    std::uint64_t closed = ready & ~unit.open;
    if (closed == 0) continue;
    if (unit.activate > now_) {
      soonest_ = std::min(soonest_, unit.activate);
      continue;
    }
    std::uint64_t first = closed;  // those among whom it is
    if (c_.turn == DramTurn::Oldest) {
      std::int64_t& oldest = unit.oldest_closed[direction];
      if (oldest == kUnknown) {
        for (std::uint64_t left = closed; left != 0; left &= left - 1) {
          oldest = std::min(oldest, keys[unit.first_bank + std::countr_zero(left)]);
        }
      }
      first = 1ULL << (oldest & (kMostBanks - 1));
    }
    if (unit.group_activate > now_) {
      for (int g = unit.first_group; g < unit.first_group + groups_in_unit_; ++g) {
        const Group& group = groups_[static_cast<std::size_t>(g)];
        if (group.activate <= now_ || (closed & group.banks) == 0) continue;
        closed &= ~group.banks;
        soonest_ = std::min(soonest_, group.activate);
      }
      first = (first & closed) != 0 ? first & closed : closed;
    }
    best.others |= (closed & (closed - 1)) != 0;
    offer(best, unit, first, direction, keys);
  }
}

}  // namespace orrery
