// What a command changes: its bank, and the earliest cycles of those that follow it.
#include <algorithm>

#include "orrery/compute/dram/channel/dram_channel.hpp"

namespace orrery {

void DramChannel::column_command(int index, int direction) {
  Bank& bank = banks_[static_cast<std::size_t>(index)];
  DramQueue& queue = bank.queue[direction];
  if (!store_[queue.hit].activated) --in_window_[direction];
  store_.remove_hit(queue, home(index, direction));
  store_.find_hit(queue, home(index, direction), bank.open_row);
  --waiting_[direction];
  ++served_;
  ++bank.hits;
  if (c_.bank_depth > 0 && !(c_.mixed && direction == kWrite) && draining_ == 0) {
    release(index, direction);
  }
  const bool reads = direction == kRead;
  if (!reads) stuck_ = false;
  note(now_, reads ? DramCommandKind::Read : DramCommandKind::Write, index);
  data_end_ = std::max(data_end_, now_ + (reads ? t_.read_latency : t_.write_latency) + t_.burst);
  Unit& unit = units_[static_cast<std::size_t>(bank.unit)];
  times_.column(index, bank.unit, bank.group, direction, now_);
  column_bus_ = now_ + 1;
  if (!c_.two_buses) row_bus_ = now_ + 1;
  if (queue.size == 0) {
    times_.want(index, direction, false, false);
    unit.leaving[direction] &= ~(1ULL << (index - unit.first_bank));
  }
  if (queue.size + bank.queue[1 - direction].size > 0) plan(index);
  const int first_rank = bank.unit / ranks_ * ranks_;
  touched_ |= ((1ULL << ranks_) - 1) << first_rank;
}

void DramChannel::row_command(int index, int direction) {
  if (banks_[static_cast<std::size_t>(index)].open_row >= 0) {
    precharge(index);
    row_bus_ = now_ + t_.precharge_slots;
  } else {
    activate(index, direction);
    row_bus_ = now_ + t_.activate_slots;
  }
  if (!c_.two_buses) column_bus_ = row_bus_;
  touch(banks_[static_cast<std::size_t>(index)].unit);
}

void DramChannel::precharge(int index) {
  Bank& bank = banks_[static_cast<std::size_t>(index)];
  note(now_, DramCommandKind::Precharge, index);
  bank.open_row = -1;
  times_.precharge(index, now_);
  if (bank.queue[kRead].hit < 0 && bank.queue[kWrite].hit < 0) return;  // it wants the same
  bank.queue[kRead].hit = bank.queue[kWrite].hit = -1;
  plan(index);
}

void DramChannel::activate(int index, int direction) {
  Bank& bank = banks_[static_cast<std::size_t>(index)];
  DramQueue& own = bank.queue[direction];
  DramWaiting& request = store_[own.oldest];
  note(now_, DramCommandKind::Activate, index, request.row);
  if (c_.activated_leave && !request.activated) {
    request.activated = true;
    --in_window_[direction];
  }
  bank.open_row = request.row;
  bank.hits = 0;
  ++activations_;
  times_.activate(index, bank.unit, bank.group, now_);
  own.hit = own.oldest;
  own.before_hit = -1;
  DramQueue& other = bank.queue[1 - direction];
  if (other.size > 0) store_.find_first_hit(other, home(index, 1 - direction), bank.open_row);
  plan(index, other.size > 0 ? 2 : 1 + direction);
}

}  // namespace orrery
