// What a command changes: its bank, and the earliest cycles of those that follow it.
#include <algorithm>

#include "orrery/compute/dram/dram_channel.hpp"

namespace orrery {

void DramChannel::column_command(int index, int direction) {
  Bank& bank = banks_[static_cast<std::size_t>(index)];
  DramQueue& queue = bank.queue[direction];
  if (!store_[queue.hit].activated) --in_window_[direction];
  store_.remove_hit(queue);
  store_.find_hit(queue, bank.open_row);
  --waiting_[direction];
  ++served_;
  ++bank.hits;
  if (c_.bank_depth > 0 && !(c_.mixed && direction == kWrite) && draining_ == 0) {
    release(index, direction);
  }
  const bool reads = direction == kRead;
  if (!reads) stuck_ = false;
  note(now_, reads ? DramCommandKind::Read : DramCommandKind::Write, index);
  const std::int64_t written = now_ + t_.write_latency + t_.burst;
  data_end_ = std::max(data_end_, reads ? now_ + t_.read_latency + t_.burst : written);
  not_before(bank.precharge, reads ? now_ + t_.rtp : written + t_.wr);
  Unit& own = units_[static_cast<std::size_t>(bank.unit)];
  own.forget(1ULL << (index - own.first_bank));
  Group& group = groups_[static_cast<std::size_t>(bank.group)];
  not_before(group.column[direction], now_ + std::max(t_.ccd_l, t_.burst));
  not_before(own.group_column[direction], group.column[direction]);
  if (!reads) {
    not_before(group.column[kRead], written + t_.wtr_l);
    not_before(own.group_column[kRead], group.column[kRead]);
  }
  for (Unit& unit : units_) {
    if (unit.pseudo_channel != own.pseudo_channel) continue;
    const bool same = &unit == &own;
    not_before(unit.column[direction], now_ + std::max(same ? t_.ccd_s : t_.ccd_r, t_.burst));
    if (reads) {
      not_before(unit.column[kWrite], now_ + t_.read_to_write);
    } else {
      not_before(unit.column[kRead], written + (same ? t_.wtr_s : t_.ccd_r - t_.read_latency));
    }
  }
  column_bus_ = now_ + 1;
  if (!c_.two_buses) row_bus_ = now_ + 1;
  settle(index);
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
}

void DramChannel::precharge(int index) {
  Bank& bank = banks_[static_cast<std::size_t>(index)];
  Unit& unit = units_[static_cast<std::size_t>(bank.unit)];
  note(now_, DramCommandKind::Precharge, index);
  bank.open_row = -1;
  bank.queue[kRead].hit = bank.queue[kWrite].hit = -1;
  not_before(bank.activate, now_ + t_.rp);
  const std::uint64_t bit = 1ULL << (index - unit.first_bank);
  unit.open &= ~bit;
  unit.forget(bit);
  // All it can do is to be activated.
  next_ = std::min(next_, wheel_.add(index, bank.activate, now_));
}

void DramChannel::activate(int index, int direction) {
  Bank& bank = banks_[static_cast<std::size_t>(index)];
  DramWaiting& request = store_[bank.queue[direction].oldest];
  bank.open_row = request.row;
  Unit& unit = units_[static_cast<std::size_t>(bank.unit)];
  const std::uint64_t bit = 1ULL << (index - unit.first_bank);
  unit.open |= bit;
  unit.oldest_closed[kRead] = unit.oldest_closed[kWrite] = kUnknown;
  note(now_, DramCommandKind::Activate, index, request.row);
  if (c_.activated_leave && !request.activated) {
    request.activated = true;
    --in_window_[direction];
  }
  bank.hits = 0;
  ++activations_;
  not_before(bank.column[kRead], now_ + t_.rcd_read);
  not_before(bank.column[kWrite], now_ + t_.rcd_write);
  not_before(bank.precharge, now_ + t_.ras);
  not_before(bank.activate, now_ + t_.rc);
  not_before(groups_[static_cast<std::size_t>(bank.group)].activate, now_ + t_.rrd_l);
  not_before(unit.group_activate, now_ + t_.rrd_l);
  unit.activated[unit.count++ % 32] = now_;
  not_before(unit.activate, now_ + t_.rrd_s);
  if (t_.faw > 0) not_before(unit.activate, unit.activated[(unit.count - 4) % 32] + t_.faw);
  if (t_.aw32 > 0) not_before(unit.activate, unit.activated[unit.count % 32] + t_.aw32);
  DramQueue& own = bank.queue[direction];
  own.hit = own.oldest;
  own.before_hit = -1;
  if (bank.queue[1 - direction].size == 0) {  // all it can do is that
    unit.forget(bit);
    next_ = std::min(next_, wheel_.add(index, bank.column[direction], now_));
  } else {
    store_.find_first_hit(bank.queue[1 - direction], bank.open_row);
    settle(index);
  }
}

}  // namespace orrery
