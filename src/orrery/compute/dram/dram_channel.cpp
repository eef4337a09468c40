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

}  // namespace

DramChannel::DramChannel(const DramSpec& spec) : t_(spec.timing), c_(spec.controller) {
  const DramShape& s = spec.shape;
  ORRERY_CHECK(s.groups > 0 && s.banks > 0 && s.ranks > 0 && t_.burst > 0, "an empty channel");
  if (t_.read_to_write == 0) t_.read_to_write = t_.read_latency + t_.burst + 2 - t_.write_latency;
  groups_in_unit_ = s.groups;
  banks_in_group_ = s.banks;
  ranks_ = s.ranks;
  const int units = s.pseudo_channels * s.ranks;
  for (int u = 0; u < units; ++u) {
    Unit unit;
    unit.pseudo_channel = u / s.ranks;
    unit.activated.fill(-kNever);
    unit.refresh_at = t_.refi > 0 ? t_.refi : kNever;
    units_.push_back(unit);
    for (int g = 0; g < s.groups; ++g) {
      for (int b = 0; b < s.banks; ++b) {
        Bank bank;
        bank.unit = u;
        bank.group = u * s.groups + g;
        banks_.push_back(bank);
      }
    }
  }
  next_refresh_ = t_.refi > 0 ? t_.refi : kNever;
  groups_.resize(static_cast<std::size_t>(units * s.groups));
  for (auto& b : busy_) b.assign((banks_.size() + 63) / 64, 0);
  for (auto& q : quiet_) q.assign(banks_.size(), 0);
}

std::int64_t DramChannel::room(bool write, std::int64_t from) {
  const int d = write ? kWrite : kRead;
  const int most = write ? c_.writes : c_.reads;
  const auto full = [&] {
    return c_.bank_depth > 0 ? static_cast<int>(held_[d].size()) >= most : in_window_[d] >= most;
  };
  advance(from, INT64_MAX);
  while (full()) advance(kNever, served_ + 1);
  return std::max(from, now_);
}

void DramChannel::push(const DramAddress& a, bool write, std::int64_t cycle) {
  advance(cycle, INT64_MAX);
  const int d = write ? kWrite : kRead;
  const int unit = a.pseudo_channel * ranks_ + a.rank;
  const int index = (unit * groups_in_unit_ + a.group) * banks_in_group_ + a.bank;
  const Waiting request{order_++, a.row};
  ++waiting_[d];
  ++in_window_[d];
  const Line& line = banks_[static_cast<std::size_t>(index)].line[static_cast<std::size_t>(d)];
  const bool full = c_.bank_depth > 0 && static_cast<int>(line.queue.size()) >= c_.bank_depth;
  if (full || (c_.mixed && write) || draining_ > 0) {
    held_[d].push_back({index, request});
  } else {
    enter(index, d, request);
  }
}

void DramChannel::enter(int index, int direction, const Waiting& request) {
  Bank& bank = banks_[static_cast<std::size_t>(index)];
  Line& line = bank.line[static_cast<std::size_t>(direction)];
  line.queue.push_back(request);
  busy_[direction][static_cast<std::size_t>(index) / 64] |= 1ULL << (index % 64);
  if (line.hit < 0 && request.row == bank.open_row) {
    line.hit = static_cast<int>(line.queue.size()) - 1;
  }
  wake(index);
}

void DramChannel::wake(int index) {
  quiet_[kRead][static_cast<std::size_t>(index)] = 0;
  quiet_[kWrite][static_cast<std::size_t>(index)] = 0;
}

// Who was held back for this bank comes nearer.
void DramChannel::release(int index, int direction) {
  auto& held = held_[direction];
  for (auto it = held.begin(); it != held.end(); ++it) {
    if (it->bank != index) continue;
    enter(index, direction, it->request);
    held.erase(it);
    return;
  }
}

// Writes join the banks' queues all together: when their buffer is full, or when it holds some and
// nobody else waits.
void DramChannel::drain_mixed() {
  auto& held = held_[kWrite];
  constexpr std::size_t kWorthwhile = 8;
  const bool idle = waiting_[kRead] + waiting_[kWrite] == static_cast<int>(held.size());
  if (draining_ == 0 && (static_cast<int>(held.size()) >= c_.drain_from ||
                         (idle && (held.size() > kWorthwhile || waiting_[kRead] == 0)))) {
    draining_ = static_cast<int>(held.size());
  }
  // One a cycle. Reads wait at the door meanwhile.
  if (draining_ == 0 || now_ <= last_drained_) return;
  for (auto it = held.begin(); it != held.end(); ++it) {
    const Bank& bank = banks_[static_cast<std::size_t>(it->bank)];
    if (static_cast<int>(bank.line[kWrite].queue.size()) >= c_.bank_depth) continue;
    enter(it->bank, kWrite, it->request);
    held.erase(it);
    last_drained_ = now_;
    if (--draining_ == 0) admit_reads();
    return;
  }
}

void DramChannel::admit_reads() {
  auto& held = held_[kRead];
  for (auto it = held.begin(); it != held.end();) {
    const Bank& bank = banks_[static_cast<std::size_t>(it->bank)];
    if (static_cast<int>(bank.line[kRead].queue.size()) >= c_.bank_depth) {
      ++it;
      continue;
    }
    enter(it->bank, kRead, it->request);
    it = held.erase(it);
  }
}

std::int64_t DramChannel::drain() {
  while (waiting_[kRead] + waiting_[kWrite] > 0) advance(kNever, served_ + 1);
  return data_end_;
}

void DramChannel::find_hit(Bank& bank, int direction) const {
  Line& line = bank.line[static_cast<std::size_t>(direction)];
  line.hit = -1;
  if (bank.open_row < 0) return;
  for (std::size_t i = 0; i < line.queue.size(); ++i) {
    if (line.queue[i].row != bank.open_row) continue;
    line.hit = static_cast<int>(i);
    return;
  }
}

// Writes gather until there are many, or until nobody reads; then they go until few are left.
void DramChannel::choose_direction() {
  const bool wrote = writing_;
  if (!writing_) {
    writing_ = waiting_[kWrite] >= c_.drain_from || waiting_[kRead] == 0;
  } else {
    writing_ = waiting_[kWrite] > c_.drain_to || waiting_[kRead] == 0;
  }
  if (waiting_[kWrite] == 0) writing_ = false;
  if (writing_ != wrote) {  // what a direction may do depends on whose turn it is
    for (auto& q : quiet_) std::fill(q.begin(), q.end(), 0);
  }
}

std::int64_t DramChannel::activation(const Bank& bank) const {
  const Unit& unit = units_[static_cast<std::size_t>(bank.unit)];
  std::int64_t at = std::max(bank.activate, groups_[static_cast<std::size_t>(bank.group)].activate);
  if (t_.faw > 0) at = std::max(at, unit.activated[(unit.count - 4) % 32] + t_.faw);
  if (t_.aw32 > 0) at = std::max(at, unit.activated[unit.count % 32] + t_.aw32);
  return at;
}

std::int64_t DramChannel::precedence(int index, std::int64_t order) const {
  if (c_.turn == DramTurn::Oldest) return order;
  const int all = static_cast<int>(banks_.size());
  return (index - last_bank_ - 1 + all) % all;
}

void DramChannel::consider(int index, int direction, bool activated_only, Next& column, Next& row) {
  const Bank& bank = banks_[static_cast<std::size_t>(index)];
  const Line& line = bank.line[static_cast<std::size_t>(direction)];
  // A rank about to be refreshed takes nothing new.
  if (units_[static_cast<std::size_t>(bank.unit)].refresh_at <= now_) return;
  std::int64_t& quiet = quiet_[direction][static_cast<std::size_t>(index)];
  quiet = kNever;
  // Ready ones by precedence; of those that are not, the one that will be first.
  const auto offer = [&](Next& best, std::int64_t at, std::int64_t order) {
    quiet = std::min(quiet, at);
    const bool ready = at <= now_, was_ready = best.at <= now_;
    const std::int64_t first = precedence(index, order);
    if (ready != was_ready ? ready : ready ? first < best.order : at < best.at) {
      best = {at, first, index, direction};
    }
  };
  const bool worn = c_.hit_limit > 0 && bank.hits >= c_.hit_limit && line.hit > 0;
  if (line.hit >= 0) {
    const Waiting& hit = line.queue[static_cast<std::size_t>(line.hit)];
    const Group& group = groups_[static_cast<std::size_t>(bank.group)];
    if (!activated_only || hit.activated) {
      offer(column,
            std::max({direction == kRead ? bank.read : bank.write, group.column[direction],
                      column_bus_}),
            hit.activated ? hit.order - kActivatedFirst : hit.order);
    }
    if (!worn) return;
  }
  if (activated_only) return;
  // The other direction's hits of the open row, if their row was opened for them, come first.
  const Line& other = bank.line[static_cast<std::size_t>(1 - direction)];
  if (other.hit >= 0 && other.queue[static_cast<std::size_t>(other.hit)].activated) return;
  offer(row, std::max(bank.open_row >= 0 ? bank.precharge : activation(bank), row_bus_),
        line.queue.front().order);
}

void DramChannel::column_command(int index, int direction) {
  Bank& bank = banks_[static_cast<std::size_t>(index)];
  Line& line = bank.line[static_cast<std::size_t>(direction)];
  if (!line.queue[static_cast<std::size_t>(line.hit)].activated) --in_window_[direction];
  line.queue.erase(line.queue.begin() + line.hit);
  --waiting_[direction];
  ++served_;
  ++bank.hits;
  if (c_.bank_depth > 0 && !(c_.mixed && direction == kWrite) && draining_ == 0) {
    release(index, direction);
  }
  if (line.queue.empty()) {
    busy_[direction][static_cast<std::size_t>(index) / 64] &= ~(1ULL << (index % 64));
  }
  find_hit(bank, direction);
  wake(index);
  const bool reads = direction == kRead;
  note(now_, reads ? DramCommandKind::Read : DramCommandKind::Write, index);
  const std::int64_t written = now_ + t_.write_latency + t_.burst;
  data_end_ = std::max(data_end_, reads ? now_ + t_.read_latency + t_.burst : written);
  not_before(bank.precharge, reads ? now_ + t_.rtp : written + t_.wr);
  const int pseudo_channel = units_[static_cast<std::size_t>(bank.unit)].pseudo_channel;
  for (std::size_t u = 0; u < units_.size(); ++u) {
    if (units_[u].pseudo_channel != pseudo_channel) continue;
    const bool own_unit = static_cast<int>(u) == bank.unit;
    for (int g = 0; g < groups_in_unit_; ++g) {
      const int at = static_cast<int>(u) * groups_in_unit_ + g;
      Group& group = groups_[static_cast<std::size_t>(at)];
      const bool own = at == bank.group;
      const int gap = std::max(own ? t_.ccd_l : own_unit ? t_.ccd_s : t_.ccd_r, t_.burst);
      not_before(group.column[direction], now_ + gap);
      if (reads) {
        not_before(group.column[kWrite], now_ + t_.read_to_write);
      } else if (own_unit) {
        not_before(group.column[kRead], written + (own ? t_.wtr_l : t_.wtr_s));
      } else {
        not_before(group.column[kRead], written + t_.ccd_r - t_.read_latency);
      }
    }
  }
  column_bus_ = now_ + 1;
  if (!c_.two_buses) row_bus_ = now_ + 1;
}

void DramChannel::row_command(int index, int direction) {
  Bank& bank = banks_[static_cast<std::size_t>(index)];
  if (bank.open_row >= 0) {
    note(now_, DramCommandKind::Precharge, index);
    bank.open_row = -1;
    not_before(bank.activate, now_ + t_.rp);
    row_bus_ = now_ + t_.precharge_slots;
  } else {
    Waiting& request = bank.line[static_cast<std::size_t>(direction)].queue.front();
    bank.open_row = request.row;
    note(now_, DramCommandKind::Activate, index, request.row);
    if (c_.activated_leave) {
      request.activated = true;
      --in_window_[direction];
    }
    bank.hits = 0;
    ++activations_;
    not_before(bank.read, now_ + t_.rcd_read);
    not_before(bank.write, now_ + t_.rcd_write);
    not_before(bank.precharge, now_ + t_.ras);
    not_before(bank.activate, now_ + t_.rc);
    Unit& unit = units_[static_cast<std::size_t>(bank.unit)];
    unit.activated[unit.count++ % 32] = now_;
    for (int g = 0; g < groups_in_unit_; ++g) {
      const int at = bank.unit * groups_in_unit_ + g;
      not_before(groups_[static_cast<std::size_t>(at)].activate,
                 now_ + (at == bank.group ? t_.rrd_l : t_.rrd_s));
    }
    // Closed banks of the rank can only activate, and not before this: no need to look at them.
    std::int64_t next = now_ + std::min(t_.rrd_s, t_.rrd_l);
    if (t_.faw > 0) next = std::max(next, unit.activated[(unit.count - 4) % 32] + t_.faw);
    if (t_.aw32 > 0) next = std::max(next, unit.activated[unit.count % 32] + t_.aw32);
    const int first = bank.unit * groups_in_unit_ * banks_in_group_;
    for (int b = first; b < first + groups_in_unit_ * banks_in_group_; ++b) {
      const auto at = static_cast<std::size_t>(b);
      if (banks_[at].open_row >= 0) continue;
      not_before(quiet_[kRead][at], next);
      not_before(quiet_[kWrite][at], next);
    }
    row_bus_ = now_ + t_.activate_slots;
  }
  if (!c_.two_buses) column_bus_ = row_bus_;
  find_hit(bank, kRead);
  find_hit(bank, kWrite);
  wake(index);
}

// A unit due closes its rows as soon as they may, then refreshes all banks.
bool DramChannel::refresh() {
  if (now_ < next_refresh_) return false;
  next_refresh_ = kNever;
  for (std::size_t u = 0; u < units_.size(); ++u) {
    Unit& unit = units_[u];
    if (unit.refresh_at <= now_) {
      std::int64_t begin = now_;
      for (const Bank& bank : banks_) {
        if (bank.unit != static_cast<int>(u)) continue;
        begin = std::max(begin, bank.open_row >= 0 ? bank.precharge + t_.rp : bank.activate);
      }
      note(begin, DramCommandKind::Refresh,
           static_cast<int>(u) * groups_in_unit_ * banks_in_group_);
      for (Bank& bank : banks_) {
        if (bank.unit != static_cast<int>(u)) continue;
        bank.open_row = -1;
        wake(static_cast<int>(&bank - banks_.data()));
        bank.line[kRead].hit = bank.line[kWrite].hit = -1;
        not_before(bank.activate, begin + t_.rfc);
      }
      unit.refresh_at += t_.refi;
    }
    next_refresh_ = std::min(next_refresh_, unit.refresh_at);
  }
  return true;
}

// Plays commands of cycles before `until`, or until `served_until` requests are served.
void DramChannel::advance(std::int64_t until, std::int64_t served_until) {
  while (now_ < until && served_ < served_until) {
    while (refresh()) {
    }
    if (waiting_[kRead] + waiting_[kWrite] == 0) {
      if (until >= kNever) return;
      now_ = until > next_refresh_ ? next_refresh_ : until;
      continue;
    }
    if (c_.mixed) {
      drain_mixed();
    } else {
      choose_direction();
    }
    const int d = writing_ ? kWrite : kRead;
    Next column, row;
    std::int64_t soonest = kNever;
    const auto look = [&](int direction, bool activated_only) {
      for (std::size_t word = 0; word < busy_[direction].size(); ++word) {
        for (std::uint64_t bits = busy_[direction][word]; bits != 0; bits &= bits - 1) {
          const int index = static_cast<int>(word * 64) + std::countr_zero(bits);
          const std::int64_t quiet = quiet_[direction][static_cast<std::size_t>(index)];
          if (quiet > now_) {
            soonest = std::min(soonest, quiet);
          } else {
            consider(index, direction, activated_only, column, row);
          }
        }
      }
    };
    look(d, false);
    if (c_.mixed || c_.activated_leave) look(1 - d, !c_.mixed);
    // On one bus the column command goes first, unless turns are taken.
    bool columns_turn = column.at <= now_, rows_turn = row.at <= now_;
    if (columns_turn && rows_turn && (!c_.two_buses || row.bank == column.bank)) {
      const bool row_first = c_.turn == DramTurn::RoundRobin && row.order < column.order;
      (row_first ? columns_turn : rows_turn) = false;
    }
    if (columns_turn) column_command(column.bank, column.direction);
    if (rows_turn) row_command(row.bank, row.direction);
    if (rows_turn) last_bank_ = row.bank;
    if (columns_turn && (!rows_turn || column.order > row.order)) last_bank_ = column.bank;
    // The next cycle after a command; else the first in which one may leave or a refresh is due.
    std::int64_t next = std::min({column.at, row.at, next_refresh_, soonest});
    if (columns_turn || rows_turn || last_drained_ == now_) next = now_ + 1;
    now_ = std::min(std::max(next, now_ + 1), std::max(until, now_ + 1));
  }
}

}  // namespace orrery
