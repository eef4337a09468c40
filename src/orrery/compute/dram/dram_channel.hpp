// DramChannel: one channel and its controller, command by command. Time jumps to the next cycle in
// which a command may leave; channels share nothing, so each is advanced only when somebody asks.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "orrery/compute/dram/bank_wheel.hpp"
#include "orrery/compute/dram/dram_queue.hpp"
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
    advance(from, INT64_MAX);
    while (full(write)) advance(kNever, served_ + 1);
    return from > now_ ? from : now_;
  }
  // Precondition: room() said so, and requests come in the order of time.
  void push(const DramAddress& address, bool write, std::int64_t cycle);
  // Serves all; answers when the last data are over.
  std::int64_t drain();

  // Every command from now on is noted there.
  void record(std::vector<DramCommand>& commands) { record_ = &commands; }

  [[nodiscard]] std::int64_t served() const { return served_; }
  [[nodiscard]] std::int64_t activations() const { return activations_; }

 private:
  static constexpr std::int64_t kNever = BankWheel::kNever;
  static constexpr int kRead = 0, kWrite = 1;  // directions
  static constexpr std::int64_t kUnknown = INT64_MAX;

  // Cycles are the earliest ones that earlier commands leave to later ones of their kind: by the
  // bank's own timings here, by those of its group and its rank below.
  struct alignas(64) Bank {
    std::int64_t activate = 0, precharge = 0, column[2] = {0, 0};  // column: reads, writes
    int open_row = -1;
    int hits = 0;
    DramQueue queue[2];
    std::int16_t unit = 0, group = 0;
  };
  struct Group {
    std::int64_t activate = 0, column[2] = {0, 0};
    std::uint64_t banks = 0;  // their bits in the unit
  };
  // One rank of one pseudo-channel. Of its banks, a bit each, those are ready that have something
  // to do which their own timings allow.
  struct Unit {
    std::int64_t activate = 0, column[2] = {0, 0};
    std::int64_t group_activate = 0, group_column[2] = {0, 0};  // the latest of its groups
    std::uint64_t ready_column[2] = {0, 0};
    std::uint64_t leaving[2] = {0, 0};    // of them, those whose row was opened for the request
    std::uint64_t ready_row[2] = {0, 0};  // precharge of an open bank, activation of a closed one
    std::uint64_t open = 0;               // ready or not
    std::int64_t refresh_at = 0;
    std::int64_t oldest_closed[2] = {kUnknown, kUnknown};  // its key
    int first_bank = 0, first_group = 0;
    int pseudo_channel = 0;
    std::uint32_t count = 0;
    std::array<std::int64_t, 32> activated{};

    void forget(std::uint64_t bank) {
      for (const int d : {kRead, kWrite}) {
        ready_column[d] &= ~bank;
        leaving[d] &= ~bank;
        ready_row[d] &= ~bank;
      }
    }
  };
  struct Late {
    int bank = 0, row = 0;
    std::int64_t order = 0;
  };
  // Of the commands that may leave in this cycle, the first in precedence.
  struct Choice {
    std::int64_t order = kNever;
    int bank = -1, direction = 0;
    bool others = false;  // more than this one may leave
    [[nodiscard]] bool any() const { return bank >= 0; }
  };

  // Plays the commands of cycles before `until`, or until `served_until` requests are served.
  void advance(std::int64_t until, std::int64_t served_until) {
    while (now_ < until && served_ < served_until) {
      if (next_ <= now_) {
        play_cycle();
        ++now_;
      } else {
        if (until >= kNever && waiting_[0] + waiting_[1] == 0) return;
        now_ = next_ < until ? next_ : until;
      }
    }
  }
  [[nodiscard]] bool full(bool write) const {
    const int most = write ? c_.writes : c_.reads;
    return (c_.bank_depth > 0 ? held_[write] : in_window_[write]) >= most;
  }
  static void not_before(std::int64_t& earliest, std::int64_t cycle) {
    if (earliest < cycle) earliest = cycle;
  }
  void play_cycle();
  void offer_columns(Choice& best, int direction, bool activated_only);
  void offer_rows(Choice& best, int direction);
  void offer(Choice& best, const Unit& unit, std::uint64_t banks, int direction,
             const std::int64_t* keys) const;
  [[nodiscard]] std::int64_t key(std::int64_t order, int index) const;
  void column_command(int index, int direction);
  void row_command(int index, int direction);
  void activate(int index, int direction);
  void precharge(int index);
  void refresh();
  bool enter(int index, int direction, std::int64_t order, int row);
  bool release(int index, int direction);
  [[nodiscard]] bool hit_if_open(int index, int direction, DramPlace before);
  void settle(int index);
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
  int ranks_ = 1, groups_in_unit_ = 1, banks_in_group_ = 1;
  int stride_ = 1;  // from the banks of a unit to those of the next, a power of two
  std::vector<Bank> banks_;
  std::vector<Group> groups_;
  std::vector<Unit> units_;
  std::vector<std::int64_t> column_key_[2], row_key_[2];  // of ready banks' commands
  BankWheel wheel_;  // banks by the cycle in which their own timings allow them something
  DramStore store_;
  std::vector<DramQueue> held_queue_[2];  // beyond the banks' queues, for each bank
  std::vector<Late> late_writes_;         // mixed: writes that have not joined
  int held_[2] = {0, 0};                  // of either kind
  int waiting_[2] = {0, 0};               // not yet served
  int in_window_[2] = {0, 0};             // of them, those that take a place
  int draining_ = 0;                      // mixed: writes still to join
  bool stuck_ = false;                    // no late write finds room
  int last_bank_ = 0;                     // RoundRobin: who had the last turn
  bool writing_ = false;
  std::int64_t last_drained_ = -1;
  std::int64_t now_ = 0, order_ = 0, served_ = 0, activations_ = 0, data_end_ = 0;
  std::int64_t next_ = 0;                      // nothing happens before, if nobody comes
  std::int64_t soonest_ = 0;                   // of the commands that may not leave yet
  std::int64_t column_bus_ = 0, row_bus_ = 0;  // free from this cycle on
  std::int64_t next_refresh_ = 0;
  std::vector<DramCommand>* record_ = nullptr;
};

}  // namespace orrery
