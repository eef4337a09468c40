// DramChannel: one channel and its controller, command by command. Time jumps to the next cycle in
// which a command may leave; channels share nothing, so each is advanced only when somebody asks.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

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
  explicit DramChannel(const DramSpec& spec);

  // The earliest cycle, `from` or later, in which there is room for another request.
  std::int64_t room(bool write, std::int64_t from);
  // Precondition: room() said so, and requests come in the order of time.
  void push(const DramAddress& address, bool write, std::int64_t cycle);
  // Serves all; answers when the last data are over.
  std::int64_t drain();

  // Every command from now on is noted there.
  void record(std::vector<DramCommand>& commands) { record_ = &commands; }

  [[nodiscard]] std::int64_t served() const { return served_; }
  [[nodiscard]] std::int64_t activations() const { return activations_; }

 private:
  static constexpr std::int64_t kNever = INT64_MAX / 4;

  struct Waiting {
    std::int64_t order = 0;
    int row = 0;
    bool activated = false;  // its row was opened for it
  };
  // Requests of one direction, oldest first.
  struct Line {
    std::vector<Waiting> queue;
    int hit = -1;  // index of the oldest one for the open row
  };
  struct Bank {
    int open_row = -1;
    int hits = 0;
    int unit = 0, group = 0;  // its rank of a pseudo-channel, its bank group
    std::int64_t activate = 0, read = 0, write = 0, precharge = 0;  // earliest cycles
    std::array<Line, 2> line;                                       // reads, writes
  };
  struct Group {
    std::int64_t activate = 0, column[2] = {0, 0};
  };
  // One rank of one pseudo-channel: activation windows, refresh.
  struct Unit {
    int pseudo_channel = 0;
    std::array<std::int64_t, 32> activated{};
    std::uint32_t count = 0;
    std::int64_t refresh_at = 0;
  };
  struct Held {
    int bank = 0;
    Waiting request;
  };
  // What a bank would do next, and when it may.
  struct Next {
    std::int64_t at = kNever;
    std::int64_t order = kNever;  // the lower goes first
    int bank = -1, direction = 0;
  };

  void advance(std::int64_t until, std::int64_t served_until);
  void find_hit(Bank& bank, int direction) const;
  void consider(int index, int direction, bool activated_only, Next& column, Next& row);
  void wake(int index);
  void note(std::int64_t cycle, DramCommandKind kind, int bank, int row = 0) {
    if (record_ != nullptr) record_->push_back({cycle, kind, bank, row});
  }
  void column_command(int index, int direction);
  void row_command(int index, int direction);
  void enter(int index, int direction, const Waiting& request);
  void release(int index, int direction);
  void drain_mixed();
  void admit_reads();
  [[nodiscard]] std::int64_t precedence(int index, std::int64_t order) const;
  bool refresh();
  void choose_direction();
  [[nodiscard]] std::int64_t activation(const Bank& bank) const;

  DramTiming t_;
  DramController c_;
  int ranks_ = 1, groups_in_unit_ = 1, banks_in_group_ = 1;
  std::vector<Bank> banks_;
  std::vector<Group> groups_;
  std::vector<Unit> units_;
  std::vector<std::uint64_t> busy_[2];  // bit a bank: somebody waits for it
  std::vector<Held> held_[2];           // beyond their banks' queues
  // No command of the bank leaves before this cycle. Others' commands only put it off, so it holds
  // until the bank's own state changes.
  std::vector<std::int64_t> quiet_[2];
  int waiting_[2] = {0, 0};    // not yet served
  int in_window_[2] = {0, 0};  // of them, those that take a place
  int draining_ = 0;           // mixed: writes still to join
  int last_bank_ = 0;          // RoundRobin: who had the last turn
  bool writing_ = false;
  std::int64_t last_drained_ = -1;
  std::int64_t now_ = 0, order_ = 0, served_ = 0, activations_ = 0, data_end_ = 0;
  std::int64_t column_bus_ = 0, row_bus_ = 0;  // free from this cycle on
  std::int64_t next_refresh_ = 0;
  std::vector<DramCommand>* record_ = nullptr;
};

}  // namespace orrery
