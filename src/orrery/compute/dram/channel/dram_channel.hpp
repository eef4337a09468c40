// DramChannel: one channel and its controller, command by command. Time jumps to the next cycle in
// which a command may leave; channels share nothing, so each is advanced only when somebody asks.
#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "orrery/compute/dram/channel/dram_queue.hpp"
#include "orrery/compute/dram/channel/dram_times.hpp"
#include "orrery/compute/dram/dram_spec.hpp"

namespace orrery {

enum class DramCommandKind : std::uint8_t { Activate, Precharge, Read, Write, Refresh };

struct DramCommand {
  std::int64_t cycle = 0;
  DramCommandKind kind = DramCommandKind::Read;
  int bank = 0;  // counted over pseudo-channels, ranks, groups; Refresh: the first of its rank
  int row = 0;   // Activate
};

class DramChannel {
 public:
  static constexpr int kMostBanks = 64;  // in a rank: bits of a word

  explicit DramChannel(const DramSpec& spec);

  // The earliest cycle, `from` or later, in which there is room for another request.
  std::int64_t room(bool write, std::int64_t from) {
    if (arrived_[write] + places_taken(write) >= most(write)) {
      catch_up();
      advance(from, INT64_MAX);
      while (places_taken(write) >= most(write)) advance(kNever, served_ + 1);
    }
    return from > now_ ? from : now_;
  }
  // Precondition: room() said so, and requests come in the order of time.
  void push(const DramAddress& address, bool write, std::int64_t cycle);
  // Serves all; answers when the last data are over.
  std::int64_t drain();

  // Every command from now on is noted there.
  void record(std::vector<DramCommand>& commands) { record_ = &commands; }

  // By the time of the latest request.
  [[nodiscard]] std::int64_t served() {
    catch_up();
    return served_;
  }
  [[nodiscard]] std::int64_t activations() const { return activations_; }  // after drain()

 private:
  static constexpr std::int64_t kNever = INT64_MAX / 4;
  static constexpr int kRead = DramTimes::kRead, kWrite = DramTimes::kWrite;
  static constexpr int kColumn = DramTimes::kColumn, kRow = DramTimes::kRow;
  static constexpr int what_of(int command, int direction) {
    return DramTimes::what_of(command, direction);
  }

  struct Bank {
    int open_row = -1;
    int hits = 0;
    DramQueue queue[2];
    std::int16_t unit = 0, group = 0;  // group: in the unit
  };
  // One rank of one pseudo-channel.
  struct Unit {
    std::uint64_t leaving[2] = {0, 0};  // a bit for banks whose row was opened for the hit
    std::int64_t refresh_at = 0;
    int first_bank = 0;
  };
  struct Late {
    int bank = 0, row = 0;
    std::int64_t order = 0;
  };
  struct Arrival {
    std::int64_t cycle = 0;
    int bank = 0, row = 0;
    bool write = false;
  };
  // Of the commands that may leave in this cycle, the first in precedence.
  struct Choice {
    std::int64_t order = kNever;
    int bank = -1, direction = 0;

    void offer(std::int64_t other, int its_bank, int its_direction) {
      const bool better = other < order;
      order = better ? other : order;
      bank = better ? its_bank : bank;
      direction = better ? its_direction : direction;
    }
    [[nodiscard]] bool any() const { return bank >= 0; }
  };

  // Plays the commands of cycles before `until`, or until `served_until` requests are served.
  void advance(std::int64_t until, std::int64_t served_until) {
    while (served_ < served_until) {
      const std::int64_t next = next_ > now_ ? next_ : now_;
      if (next >= until) {
        if (until > now_ && until < kNever) now_ = until;
        return;
      }
      if (until >= kNever && waiting_[0] + waiting_[1] == 0) return;
      now_ = next;
      play_cycle();
      ++now_;
    }
  }
  [[nodiscard]] int most(bool write) const { return write ? c_.writes : c_.reads; }
  [[nodiscard]] int places_taken(bool write) const {
    return c_.bank_depth > 0 ? held_[write] : in_window_[write];
  }
  void catch_up();
  void admit(int index, int row, bool write);
  void play_cycle();
  void look_ahead();
  void look_again() {  // in this cycle, if the buses are free
    column_at_ = column_bus_;
    row_at_ = row_bus_;
  }
  template <int kWhat>
  [[nodiscard]] Choice first_of() const;
  template <int kWhat>
  void offer_oldest(Choice& best, int direction) const;
  // Calls visit(bank) for requests whose rows were opened for them. They are few.
  template <class Visit>
  void for_leaving(int direction, Visit visit) const {
    for (const Unit& unit : units_) {
      for (std::uint64_t left = unit.leaving[direction]; left != 0; left &= left - 1) {
        visit(unit.first_bank + std::countr_zero(left));
      }
    }
  }
  [[nodiscard]] int units() const { return static_cast<int>(units_.size()); }
  [[nodiscard]] int next_in_turn(std::uint64_t banks, int first) const;
  [[nodiscard]] std::int64_t turns_until(int bank) const;
  void look(int directions) {
    for (; touched_ != 0; touched_ &= touched_ - 1) {
      directions == 1 ? times_.look<1>(std::countr_zero(touched_))
                      : times_.look<2>(std::countr_zero(touched_));
    }
  }
  void column_command(int index, int direction);
  void row_command(int index, int direction);
  void activate(int index, int direction);
  void precharge(int index);
  void do_chores();
  void refresh();
  bool enter(int index, int direction, std::int64_t order, int row);
  bool release(int index, int direction);
  [[nodiscard]] bool hit_if_open(int index, int direction, DramPlace before);
  static int home(int index, int direction) { return 2 * index + direction; }
  void plan(int index, int directions = 2);
  void plan_order(int index, int direction);
  void touch(int unit) { touched_ |= 1ULL << unit; }
  [[nodiscard]] bool drain_begins() const;
  void drain_mixed();
  void admit_reads();
  [[nodiscard]] bool writes_go() const;
  void note(std::int64_t cycle, DramCommandKind kind, int index, int row = 0) {
    if (record_ == nullptr) return;
    const int bank = index / stride_ * groups_in_unit_ * banks_in_group_ + index % stride_;
    record_->push_back({cycle, kind, bank, row});
  }

  DramTiming t_;
  DramController c_;
  int hit_limit_ = INT32_MAX;  // of c_, where there is one
  DramTimes times_;
  int ranks_ = 1, groups_in_unit_ = 1, banks_in_group_ = 1;
  int stride_ = 1;  // from the banks of a unit to those of the next
  std::vector<Bank> banks_;
  std::vector<Unit> units_;
  std::uint64_t touched_ = 0;         // units to be looked at
  std::vector<std::int64_t> key_[4];  // by what a bank wants: the lower goes first
  DramStore store_;
  std::vector<DramQueue> held_queue_[2];  // beyond the banks' queues, for each bank
  std::vector<Late> late_writes_;         // mixed: writes that have not joined
  std::vector<Arrival> arrivals_;         // not yet played, while there is room for all of them
  int arrived_[2] = {0, 0};
  int held_[2] = {0, 0};       // of either kind
  int waiting_[2] = {0, 0};    // not yet served
  int in_window_[2] = {0, 0};  // of them, those that take a place
  int draining_ = 0;           // mixed: writes still to join
  bool stuck_ = false;         // no late write finds room
  int last_bank_ = 0;          // RoundRobin: who had the last turn
  bool writing_ = false;
  std::int64_t last_drained_ = -1;
  std::int64_t now_ = 0, order_ = 0, served_ = 0, activations_ = 0, data_end_ = 0;
  std::int64_t next_ = 0;                      // nothing happens before, if nobody comes
  std::int64_t column_at_ = 0, row_at_ = 0;    // no such command leaves before
  std::int64_t next_chore_ = 0, rebased_ = 0;  // refresh, or the times move to a later base
  std::int64_t column_bus_ = 0, row_bus_ = 0;  // free from this cycle on
  std::int64_t next_refresh_ = 0;
  std::vector<DramCommand>* record_ = nullptr;
};

}  // namespace orrery
