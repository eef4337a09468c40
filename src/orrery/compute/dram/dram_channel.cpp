#include "orrery/compute/dram/dram_channel.hpp"

#include <algorithm>
#include <bit>

#include "orrery/base/check.hpp"

namespace orrery {
namespace {

int stride(const DramShape& shape) {
  const auto banks = static_cast<unsigned>(shape.groups * shape.banks);
  ORRERY_CHECK(banks > 0 && banks <= DramChannel::kMostBanks, "{} banks a rank", banks);
  return static_cast<int>(std::bit_ceil(banks));
}

std::size_t words(const DramShape& shape) {
  const int banks = stride(shape) * shape.pseudo_channels * shape.ranks;
  return static_cast<std::size_t>(banks + 63) / 64;
}

}  // namespace

DramChannel::DramChannel(const DramSpec& spec)
    : t_(spec.timing), c_(spec.controller), stride_(stride(spec.shape)), wheel_(words(spec.shape)) {
  const DramShape& s = spec.shape;
  ORRERY_CHECK(s.ranks > 0 && s.pseudo_channels > 0 && t_.burst > 0, "an empty channel");
  ORRERY_CHECK(t_.ccd_l >= t_.ccd_s && t_.rrd_l >= t_.rrd_s && t_.wtr_l >= t_.wtr_s,
               "a gap within a group below that between groups");
  if (t_.read_to_write == 0) t_.read_to_write = t_.read_latency + t_.burst + 2 - t_.write_latency;
  groups_in_unit_ = s.groups;
  banks_in_group_ = s.banks;
  ranks_ = s.ranks;
  const int units = s.pseudo_channels * s.ranks;
  const int banks = units * stride_, groups = units * s.groups;
  banks_.resize(static_cast<std::size_t>(banks));
  groups_.resize(static_cast<std::size_t>(groups));
  for (int u = 0; u < units; ++u) {
    Unit unit;
    unit.pseudo_channel = u / s.ranks;
    unit.activated.fill(-kNever);
    unit.refresh_at = t_.refi > 0 ? t_.refi : kNever;
    unit.first_bank = u * stride_;
    unit.first_group = u * s.groups;
    units_.push_back(unit);
    for (int b = 0; b < s.groups * s.banks; ++b) {
      const int index = unit.first_bank + b;
      Bank& bank = banks_[static_cast<std::size_t>(index)];
      bank.unit = static_cast<std::int16_t>(u);
      bank.group = static_cast<std::int16_t>(u * s.groups + b / s.banks);
      groups_[static_cast<std::size_t>(bank.group)].banks |= 1ULL << b;
    }
  }
  for (const int d : {kRead, kWrite}) {
    column_key_[d].resize(banks_.size());
    row_key_[d].resize(banks_.size());
  }
  next_refresh_ = t_.refi > 0 ? t_.refi : kNever;
  for (auto& held : held_queue_) held.resize(banks_.size());
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
    stuck_ = false;
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
    if (enter(it->bank, kWrite, it->order, it->row)) settle(it->bank);
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
  return waiting_[kRead] == 0 ||
         (writing_ ? waiting_[kWrite] > c_.drain_to : waiting_[kWrite] >= c_.drain_from);
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
      unit.oldest_closed[kRead] = unit.oldest_closed[kWrite] = kUnknown;
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
    if (!late_writes_.empty()) drain_mixed();
  } else {
    writing_ = writes_go();
  }
  wheel_.take(now_, [&](int index) { settle(index); });
  const int d = writing_ ? kWrite : kRead;
  const bool others = waiting_[1 - d] > 0;
  Choice column, row;
  soonest_ = kNever;
  if (column_bus_ <= now_) {
    offer_columns(column, d, false);
    if (others && (c_.mixed || c_.activated_leave)) offer_columns(column, 1 - d, !c_.mixed);
  } else {
    soonest_ = column_bus_;
  }
  if (row_bus_ <= now_) {
    offer_rows(row, d);
    if (others && c_.mixed) offer_rows(row, 1 - d);
  } else {
    soonest_ = std::min(soonest_, row_bus_);
  }
  // On one bus the column command goes first, unless turns are taken.
  bool columns_turn = column.any(), rows_turn = row.any();
  if (columns_turn && rows_turn && (!c_.two_buses || row.bank == column.bank)) {
    const bool row_first = c_.turn == DramTurn::RoundRobin && row.order < column.order;
    (row_first ? columns_turn : rows_turn) = false;
    (row_first ? column : row).others = true;
  }
  next_ = std::min(std::min(soonest_, next_refresh_), wheel_.first(now_ + 1));
  if (columns_turn) column_command(column.bank, column.direction);
  if (rows_turn) row_command(row.bank, row.direction);
  if (rows_turn) last_bank_ = row.bank;
  if (columns_turn && (!rows_turn || column.order > row.order)) last_bank_ = column.bank;
  if (column.others) next_ = std::min(next_, column_bus_);
  if (row.others) next_ = std::min(next_, row_bus_);
  next_ = std::max(next_, now_ + 1);
  if (columns_turn || last_drained_ == now_) {  // who waits has changed
    const bool news = c_.mixed
                          ? last_drained_ == now_ || drain_begins() || (draining_ > 0 && !stuck_)
                          : writes_go() != writing_;
    if (news) next_ = now_ + 1;
  }
}

}  // namespace orrery
