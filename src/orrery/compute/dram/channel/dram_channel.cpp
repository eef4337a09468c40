#include "orrery/compute/dram/channel/dram_channel.hpp"

#include <algorithm>
#include <bit>

#include "orrery/base/check.hpp"

namespace orrery {
DramChannel::DramChannel(const DramSpec& spec)
    : t_(spec.timing), c_(spec.controller), times_(spec), stride_(times_.stride()) {
  const DramShape& s = spec.shape;
  const int banks_in_unit = s.groups * s.banks;
  ORRERY_CHECK(0 < banks_in_unit && banks_in_unit <= kMostBanks, "{} banks a rank", banks_in_unit);
  groups_in_unit_ = s.groups;
  banks_in_group_ = s.banks;
  ranks_ = s.ranks;
  if (c_.hit_limit > 0) hit_limit_ = c_.hit_limit;
  const int units = s.pseudo_channels * s.ranks;
  banks_.resize(static_cast<std::size_t>(units * stride_));
  next_refresh_ = t_.refi > 0 ? t_.refi : kNever;
  for (int u = 0; u < units; ++u) {
    Unit unit;
    unit.refresh_at = next_refresh_;
    unit.first_bank = u * stride_;
    units_.push_back(unit);
    for (int b = 0; b < banks_in_unit; ++b) {
      Bank& bank = banks_[static_cast<std::size_t>(unit.first_bank + b)];
      bank.unit = static_cast<std::int16_t>(u);
      bank.group = static_cast<std::int16_t>(b / s.banks);
    }
  }
  for (const int d : {kRead, kWrite}) {
    key_[what_of(kColumn, d)].resize(banks_.size());
    key_[what_of(kRow, d)].resize(banks_.size());
    held_queue_[d].resize(banks_.size());
  }
}

// A channel is played for many arrivals at a time: its state and its branches stay at hand.
void DramChannel::push(const DramAddress& a, bool write, std::int64_t cycle) {
  const int unit = a.pseudo_channel * ranks_ + a.rank;
  arrivals_.push_back({cycle, unit * stride_ + a.group * banks_in_group_ + a.bank, a.row, write});
  ++arrived_[write];
}

void DramChannel::catch_up() {
  for (const Arrival& arrival : arrivals_) {
    advance(arrival.cycle, INT64_MAX);
    admit(arrival.bank, arrival.row, arrival.write);
  }
  arrivals_.clear();
  arrived_[kRead] = arrived_[kWrite] = 0;
}

void DramChannel::admit(int index, int row, bool write) {
  const int d = write ? kWrite : kRead;
  const std::int64_t order = order_++;
  times_.enter(order, index);
  ++waiting_[d];
  ++in_window_[d];
  const DramQueue& queue = banks_[static_cast<std::size_t>(index)].queue[d];
  if (c_.mixed && write) {
    late_writes_.push_back({index, row, order});
    ++held_[d];
    stuck_ = false;
    next_ = now_;
  } else if ((c_.bank_depth > 0 && queue.size >= c_.bank_depth) || draining_ > 0) {
    store_.append(held_queue_[d][static_cast<std::size_t>(index)], home(index, d), order, row);
    ++held_[d];
  } else if (enter(index, d, order, row)) {
    plan(index);
    touch(banks_[static_cast<std::size_t>(index)].unit);
    if (c_.mixed || d == static_cast<int>(writing_)) {
      column_at_ = std::min(column_at_, std::max(times_.next<kColumn>(index, d), column_bus_));
      row_at_ = std::min(row_at_, std::max(times_.next<kRow>(index, d), row_bus_));
      next_ = std::min(next_, std::min(column_at_, row_at_));
    }
  }
  if (!c_.mixed && writes_go() != writing_) next_ = now_;
}

// Whether that changes what the bank has to do.
bool DramChannel::enter(int index, int direction, std::int64_t order, int row) {
  Bank& bank = banks_[static_cast<std::size_t>(index)];
  DramQueue& queue = bank.queue[direction];
  const DramPlace before = queue.youngest;
  store_.append(queue, home(index, direction), order, row);
  return hit_if_open(index, direction, before);
}

// Who was held back for this bank comes nearer.
bool DramChannel::release(int index, int direction) {
  DramQueue& held = held_queue_[direction][static_cast<std::size_t>(index)];
  if (held.size == 0) return false;
  DramQueue& queue = banks_[static_cast<std::size_t>(index)].queue[direction];
  const DramPlace before = queue.youngest;
  store_.move_oldest(held, queue);
  --held_[direction];
  return hit_if_open(index, direction, before);
}

bool DramChannel::hit_if_open(int index, int direction, DramPlace before) {
  Bank& bank = banks_[static_cast<std::size_t>(index)];
  DramQueue& queue = bank.queue[direction];
  if (queue.hit < 0 && store_[queue.youngest].row == bank.open_row) {
    queue.hit = queue.youngest;
    queue.before_hit = before;
    return true;
  }
  return queue.size == 1;
}

// Writes join the banks' queues all together: when their buffer is full, or when it holds some and
// nobody else waits.
bool DramChannel::drain_begins() const {
  constexpr int kWorthwhile = 8;
  const int late = static_cast<int>(late_writes_.size());
  if (draining_ > 0 || late == 0) return false;
  const bool idle = waiting_[kRead] + waiting_[kWrite] == late;
  return late >= c_.drain_from || (idle && (late > kWorthwhile || waiting_[kRead] == 0));
}

void DramChannel::drain_mixed() {
  auto& late = late_writes_;
  if (drain_begins()) draining_ = static_cast<int>(late.size());
  // One a cycle. Reads wait at the door meanwhile.
  if (draining_ == 0 || stuck_ || now_ <= last_drained_) return;
  for (auto it = late.begin(); it != late.end(); ++it) {
    if (banks_[static_cast<std::size_t>(it->bank)].queue[kWrite].size >= c_.bank_depth) continue;
    if (enter(it->bank, kWrite, it->order, it->row)) {
      plan(it->bank);
      touch(banks_[static_cast<std::size_t>(it->bank)].unit);
      look_again();
    }
    late.erase(it);
    --held_[kWrite];
    last_drained_ = now_;
    if (--draining_ == 0) admit_reads();
    return;
  }
  stuck_ = true;
}

void DramChannel::admit_reads() {
  for (std::size_t b = 0; b < banks_.size() && held_[kRead] > 0; ++b) {
    bool news = false;
    while (held_queue_[kRead][b].size > 0 && banks_[b].queue[kRead].size < c_.bank_depth) {
      news |= release(static_cast<int>(b), kRead);
    }
    if (!news) continue;
    plan(static_cast<int>(b));
    touch(banks_[b].unit);
    look_again();
  }
}

std::int64_t DramChannel::drain() {
  catch_up();
  while (waiting_[kRead] + waiting_[kWrite] > 0) advance(kNever, served_ + 1);
  return data_end_;
}

// Writes gather until there are many, or until nobody reads; then they go until few are left.
bool DramChannel::writes_go() const {
  if (waiting_[kWrite] == 0) return false;
  return waiting_[kRead] == 0 ||
         (writing_ ? waiting_[kWrite] > c_.drain_to : waiting_[kWrite] >= c_.drain_from);
}

void DramChannel::do_chores() {
  if (now_ - rebased_ >= DramTimes::kSpan) {
    times_.rebase(now_);
    rebased_ = now_;
  }
  if (now_ >= next_refresh_) refresh();
  next_chore_ = std::min(next_refresh_, rebased_ + DramTimes::kSpan);
}

// A unit due closes its rows as soon as they may, then refreshes all banks.
void DramChannel::refresh() {
  next_refresh_ = kNever;
  for (std::size_t u = 0; u < units_.size(); ++u) {
    Unit& unit = units_[u];
    while (unit.refresh_at <= now_) {
      const int end = unit.first_bank + groups_in_unit_ * banks_in_group_;
      note(times_.refresh(static_cast<int>(u), now_), DramCommandKind::Refresh, unit.first_bank);
      for (int index = unit.first_bank; index < end; ++index) {
        Bank& bank = banks_[static_cast<std::size_t>(index)];
        bank.open_row = -1;
        bank.queue[kRead].hit = bank.queue[kWrite].hit = -1;
        plan(index);
      }
      touch(static_cast<int>(u));
      look_again();
      unit.refresh_at += t_.refi;
    }
    next_refresh_ = std::min(next_refresh_, unit.refresh_at);
  }
}

}  // namespace orrery
