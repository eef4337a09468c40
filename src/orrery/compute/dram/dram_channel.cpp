#include "orrery/compute/dram/dram_channel.hpp"

#include <algorithm>
#include <bit>

#include "orrery/base/check.hpp"

namespace orrery {
namespace {

constexpr int kRead = 0, kWrite = 1;
constexpr std::int64_t kActivatedFirst = std::int64_t{1} << 60;  // before any order of arrival

void not_before(std::int64_t& earliest, std::int64_t cycle) {
  earliest = std::max(earliest, cycle);
}

template <class Visit>
void each_bit(std::uint64_t bits, int first, Visit visit) {
  for (; bits != 0; bits &= bits - 1) visit(first + std::countr_zero(bits));
}

int stride(const DramShape& shape) {
  const auto banks = static_cast<unsigned>(shape.groups * shape.banks);
  ORRERY_CHECK(banks > 0 && banks <= 64, "{} banks a rank", banks);
  return static_cast<int>(std::bit_ceil(banks));
}

std::size_t words(const DramShape& shape) {
  return static_cast<std::size_t>(stride(shape) * shape.pseudo_channels * shape.ranks + 63) / 64;
}

}  // namespace

DramChannel::DramChannel(const DramSpec& spec)
    : t_(spec.timing),
      c_(spec.controller),
      stride_(stride(spec.shape)),
      wheel_(words(spec.shape)) {
  const DramShape& s = spec.shape;
  ORRERY_CHECK(s.ranks > 0 && s.pseudo_channels > 0 && t_.burst > 0, "an empty channel");
  ORRERY_CHECK(t_.ccd_l >= t_.ccd_s && t_.rrd_l >= t_.rrd_s && t_.wtr_l >= t_.wtr_s,
               "a gap within a group below that between groups");
  if (t_.read_to_write == 0) t_.read_to_write = t_.read_latency + t_.burst + 2 - t_.write_latency;
  groups_in_unit_ = s.groups;
  banks_in_group_ = s.banks;
  ranks_ = s.ranks;
  const int units = s.pseudo_channels * s.ranks;
  banks_.resize(static_cast<std::size_t>(units * stride_));
  groups_.resize(static_cast<std::size_t>(units * s.groups));
  for (int u = 0; u < units; ++u) {
    Unit unit;
    unit.pseudo_channel = u / s.ranks;
    unit.activated.fill(-kNever);
    unit.refresh_at = t_.refi > 0 ? t_.refi : kNever;
    unit.first_bank = u * stride_;
    unit.first_group = u * s.groups;
    units_.push_back(unit);
    for (int b = 0; b < s.groups * s.banks; ++b) {
      Bank& bank = banks_[static_cast<std::size_t>(u * stride_ + b)];
      bank.unit = static_cast<std::int16_t>(u);
      bank.group = static_cast<std::int16_t>(u * s.groups + b / s.banks);
      groups_[static_cast<std::size_t>(bank.group)].banks |= 1ULL << b;
    }
  }
  for (auto* orders : {column_order_, row_order_}) {
    for (const int d : {kRead, kWrite}) orders[d].resize(banks_.size());
  }
  next_refresh_ = t_.refi > 0 ? t_.refi : kNever;
  for (auto& held : held_queue_) held.resize(banks_.size());
}

void DramChannel::note(std::int64_t cycle, DramCommandKind kind, int index, int row) {
  if (record_ == nullptr) return;
  const int bank = index / stride_ * groups_in_unit_ * banks_in_group_ + index % stride_;
  record_->push_back({cycle, kind, bank, row});
}

void DramChannel::push(const DramAddress& a, bool write, std::int64_t cycle) {
  advance(cycle, INT64_MAX);
  const int d = write ? kWrite : kRead;
  const int unit = a.pseudo_channel * ranks_ + a.rank;
  const int index = unit * stride_ + a.group * banks_in_group_ + a.bank;
  const std::int64_t order = order_++;
  ++waiting_[d];
  ++in_window_[d];
  const DramQueue& queue = banks_[static_cast<std::size_t>(index)].queue[d];
  if (c_.mixed && write) {
    late_writes_.push_back({index, a.row, order});
    ++held_[d];
    next_ = now_;
  } else if ((c_.bank_depth > 0 && queue.size >= c_.bank_depth) || draining_ > 0) {
    store_.append(held_queue_[d][static_cast<std::size_t>(index)], order, a.row);
    ++held_[d];
  } else if (enter(index, d, order, a.row)) {
    settle(index);
  }
  if (!c_.mixed && writes_go() != writing_) next_ = now_;
}

// Whether that changes what the bank has to do.
bool DramChannel::enter(int index, int direction, std::int64_t order, int row) {
  Bank& bank = banks_[static_cast<std::size_t>(index)];
  DramQueue& queue = bank.queue[direction];
  const DramPlace before = queue.youngest;
  store_.append(queue, order, row);
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
void DramChannel::drain_mixed() {
  auto& late = late_writes_;
  constexpr std::size_t kWorthwhile = 8;
  const bool idle = waiting_[kRead] + waiting_[kWrite] == static_cast<int>(late.size());
  if (draining_ == 0 && (static_cast<int>(late.size()) >= c_.drain_from ||
                         (idle && (late.size() > kWorthwhile || waiting_[kRead] == 0)))) {
    draining_ = static_cast<int>(late.size());
  }
  // One a cycle. Reads wait at the door meanwhile.
  if (draining_ == 0 || now_ <= last_drained_) return;
  for (auto it = late.begin(); it != late.end(); ++it) {
    if (banks_[static_cast<std::size_t>(it->bank)].queue[kWrite].size >= c_.bank_depth) continue;
    if (enter(it->bank, kWrite, it->order, it->row)) settle(it->bank);
    late.erase(it);
    --held_[kWrite];
    last_drained_ = now_;
    if (--draining_ == 0) admit_reads();
    return;
  }
}

void DramChannel::admit_reads() {
  for (std::size_t b = 0; b < banks_.size() && held_[kRead] > 0; ++b) {
    bool news = false;
    while (held_queue_[kRead][b].size > 0 && banks_[b].queue[kRead].size < c_.bank_depth) {
      news |= release(static_cast<int>(b), kRead);
    }
    if (news) settle(static_cast<int>(b));
  }
}

std::int64_t DramChannel::drain() {
  while (waiting_[kRead] + waiting_[kWrite] > 0) advance(kNever, served_ + 1);
  return data_end_;
}

// Writes gather until there are many, or until nobody reads; then they go until few are left.
bool DramChannel::writes_go() const {
  if (waiting_[kWrite] == 0) return false;
  return waiting_[kRead] == 0 || (writing_ ? waiting_[kWrite] > c_.drain_to
                                           : waiting_[kWrite] >= c_.drain_from);
}

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
    unit.ready_column[d] &= ~bit;
    unit.leaving[d] &= ~bit;
    unit.ready_row[d] &= ~bit;
    if (unit.oldest_closed[d] == index) unit.oldest_closed[d] = -1;
    const DramQueue& queue = bank.queue[d];
    if (queue.size == 0) continue;
    if (queue.hit >= 0) {
      const DramWaiting& hit = store_[queue.hit];
      if (allowed(bank.column[d])) {
        unit.ready_column[d] |= bit;
        if (hit.activated) unit.leaving[d] |= bit;
        column_order_[d][static_cast<std::size_t>(index)] =
            hit.activated ? hit.order - kActivatedFirst : hit.order;
      }
      const bool worn = c_.hit_limit > 0 && bank.hits >= c_.hit_limit && queue.hit != queue.oldest;
      if (!worn) continue;
    }
    // The other direction's hits of the open row, if their row was opened for them, come first.
    const DramPlace other = bank.queue[1 - d].hit;
    if (other >= 0 && store_[other].activated) continue;
    if (allowed(bank.open_row >= 0 ? bank.precharge : bank.activate)) {
      unit.ready_row[d] |= bit;
      const std::int64_t order = store_[queue.oldest].order;
      row_order_[d][static_cast<std::size_t>(index)] = order;
      int& oldest = unit.oldest_closed[d];
      if (bank.open_row < 0 && oldest >= 0 &&
          order < row_order_[d][static_cast<std::size_t>(oldest)]) {
        oldest = index;
      }
    }
  }
  if (later < kNever) next_ = std::min(next_, wheel_.add(index, later, now_));
  if (now) next_ = std::min(next_, now_);
}

void DramChannel::offer(Choice& best, int index, int direction, std::int64_t order) const {
  if (c_.turn == DramTurn::RoundRobin) {
    order = index - last_bank_ - 1;
    if (order < 0) order += static_cast<std::int64_t>(banks_.size());
  }
  if (order < best.order) best = {order, index, direction};
}

void DramChannel::offer_first(Choice& best, const Unit& unit, std::uint64_t banks, int direction,
                              const std::vector<std::int64_t>& orders) const {
  if (banks == 0) return;
  if (c_.turn == DramTurn::RoundRobin) {
    const int last = last_bank_ - unit.first_bank;
    const std::uint64_t behind = last >= 0 && last < 63 ? banks & (~0ULL << (last + 1)) : 0;
    const int first = std::countr_zero(behind != 0 ? behind : banks);
    offer(best, unit.first_bank + first, direction, 0);
    return;
  }
  each_bit(banks, unit.first_bank, [&](int index) {
    offer(best, index, direction, orders[static_cast<std::size_t>(index)]);
  });
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
    offer_first(best, unit, banks, direction, column_order_[direction]);
  }
}

int DramChannel::oldest_closed(Unit& unit, std::uint64_t closed, int direction) const {
  int& oldest = unit.oldest_closed[direction];
  if (oldest < 0) {
    std::int64_t least = kNever;
    each_bit(closed, unit.first_bank, [&](int index) {
      const std::int64_t order = row_order_[direction][static_cast<std::size_t>(index)];
      if (order < least) {
        least = order;
        oldest = index;
      }
    });
  }
  return oldest;
}

void DramChannel::offer_rows(Choice& best, int direction) {
  const std::vector<std::int64_t>& orders = row_order_[direction];
  for (Unit& unit : units_) {
    const std::uint64_t ready = unit.ready_row[direction];
    if (ready == 0) continue;
    offer_first(best, unit, ready & unit.open, direction, orders);
    std::uint64_t closed = ready & ~unit.open;
    if (closed == 0) continue;
    if (unit.activate > now_) {
      soonest_ = std::min(soonest_, unit.activate);
      continue;
    }
    if (unit.group_activate > now_) {
      for (int g = unit.first_group; g < unit.first_group + groups_in_unit_; ++g) {
        const Group& group = groups_[static_cast<std::size_t>(g)];
        if (group.activate <= now_ || (closed & group.banks) == 0) continue;
        closed &= ~group.banks;
        soonest_ = std::min(soonest_, group.activate);
      }
      offer_first(best, unit, closed, direction, orders);
    } else if (c_.turn == DramTurn::Oldest) {
      const int oldest = oldest_closed(unit, closed, direction);
      offer(best, oldest, direction, orders[static_cast<std::size_t>(oldest)]);
    } else {
      offer_first(best, unit, closed, direction, orders);
    }
  }
}

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
  note(now_, reads ? DramCommandKind::Read : DramCommandKind::Write, index);
  const std::int64_t written = now_ + t_.write_latency + t_.burst;
  data_end_ = std::max(data_end_, reads ? now_ + t_.read_latency + t_.burst : written);
  not_before(bank.precharge, reads ? now_ + t_.rtp : written + t_.wr);
  Unit& own = units_[static_cast<std::size_t>(bank.unit)];
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
  Bank& bank = banks_[static_cast<std::size_t>(index)];
  if (bank.open_row >= 0) {
    note(now_, DramCommandKind::Precharge, index);
    bank.open_row = -1;
    Unit& unit = units_[static_cast<std::size_t>(bank.unit)];
    unit.open &= ~(1ULL << (index - unit.first_bank));
    bank.queue[kRead].hit = bank.queue[kWrite].hit = -1;
    not_before(bank.activate, now_ + t_.rp);
    row_bus_ = now_ + t_.precharge_slots;
  } else {
    activate(index, direction);
    row_bus_ = now_ + t_.activate_slots;
  }
  if (!c_.two_buses) column_bus_ = row_bus_;
  settle(index);
}

void DramChannel::activate(int index, int direction) {
  Bank& bank = banks_[static_cast<std::size_t>(index)];
  DramWaiting& request = store_[bank.queue[direction].oldest];
  bank.open_row = request.row;
  Unit& unit = units_[static_cast<std::size_t>(bank.unit)];
  unit.open |= 1ULL << (index - unit.first_bank);
  note(now_, DramCommandKind::Activate, index, request.row);
  if (c_.activated_leave) {
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
  for (const int d : {kRead, kWrite}) store_.find_first_hit(bank.queue[d], bank.open_row);
}

// A unit due closes its rows as soon as they may, then refreshes all banks.
void DramChannel::refresh() {
  next_refresh_ = kNever;
  for (Unit& unit : units_) {
    while (unit.refresh_at <= now_) {
      const int end = unit.first_bank + groups_in_unit_ * banks_in_group_;
      std::int64_t begin = now_;
      for (int index = unit.first_bank; index < end; ++index) {
        const Bank& bank = banks_[static_cast<std::size_t>(index)];
        begin = std::max(begin, bank.open_row >= 0 ? bank.precharge + t_.rp : bank.activate);
      }
      note(begin, DramCommandKind::Refresh, unit.first_bank);
      unit.open = 0;
      for (int index = unit.first_bank; index < end; ++index) {
        Bank& bank = banks_[static_cast<std::size_t>(index)];
        bank.open_row = -1;
        bank.queue[kRead].hit = bank.queue[kWrite].hit = -1;
        not_before(bank.activate, begin + t_.rfc);
        settle(index);
      }
      unit.refresh_at += t_.refi;
    }
    next_refresh_ = std::min(next_refresh_, unit.refresh_at);
  }
}

void DramChannel::play_cycle() {
  if (now_ >= next_refresh_) refresh();
  if (waiting_[kRead] + waiting_[kWrite] == 0) {
    wheel_.clear();
    next_ = next_refresh_;
    return;
  }
  if (c_.mixed) {
    drain_mixed();
  } else {
    writing_ = writes_go();
  }
  wheel_.take(now_, [&](int index) { settle(index); });
  const int d = writing_ ? kWrite : kRead;
  Choice column, row;
  soonest_ = kNever;
  if (column_bus_ <= now_) {
    offer_columns(column, d, false);
    if (c_.mixed || c_.activated_leave) offer_columns(column, 1 - d, !c_.mixed);
  } else {
    soonest_ = column_bus_;
  }
  if (row_bus_ <= now_) {
    offer_rows(row, d);
    if (c_.mixed) offer_rows(row, 1 - d);
  } else {
    soonest_ = std::min(soonest_, row_bus_);
  }
  // On one bus the column command goes first, unless turns are taken.
  bool columns_turn = column.any(), rows_turn = row.any();
  if (columns_turn && rows_turn && (!c_.two_buses || row.bank == column.bank)) {
    const bool row_first = c_.turn == DramTurn::RoundRobin && row.order < column.order;
    (row_first ? columns_turn : rows_turn) = false;
  }
  if (columns_turn) column_command(column.bank, column.direction);
  if (rows_turn) row_command(row.bank, row.direction);
  if (rows_turn) last_bank_ = row.bank;
  if (columns_turn && (!rows_turn || column.order > row.order)) last_bank_ = column.bank;
  // The next cycle after a command; else the first in which one may leave or a refresh is due.
  if (columns_turn || rows_turn || last_drained_ == now_) {
    next_ = now_ + 1;
  } else {
    next_ = std::min({soonest_, wheel_.first(now_ + 1), next_refresh_});
  }
}

}  // namespace orrery
