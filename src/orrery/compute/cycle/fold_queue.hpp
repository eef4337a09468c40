// FoldQueue: folds on their way through three queues, load, compute and store, each operand and
// result double buffered, one main memory behind loads and stores. All times in whole cycles.
#pragma once
#include <cstdint>

namespace orrery {

struct MemoryPort {
  double bytes_per_cycle = 0;  // 0: never waited for
  std::int64_t latency = 0;    // of a load, hidden by no other than the buffers

  [[nodiscard]] std::int64_t cycles(std::int64_t bytes) const;
};

// What one fold asks for. `interval`: cycles until the next may enter the array; `rest`: further
// cycles until its results are out.
struct FoldWork {
  std::int64_t interval = 0, rest = 0;
  std::int64_t loads = 0, stores = 0;  // bytes
  // That these take at least, whatever the port's rate.
  std::int64_t load_cycles = 0, store_cycles = 0;

  friend bool operator==(const FoldWork&, const FoldWork&) = default;
};

class FoldQueue {
 public:
  // Times of the newest fold and of the one before it.
  struct State {
    std::int64_t entered[2] = {0, 0};  // the array is free again
    std::int64_t loaded = 0;           // the newest fold's operands are in
    std::int64_t stored[2] = {0, 0};
    std::int64_t memory_free = 0;

    friend bool operator==(const State&, const State&) = default;
  };
  // How far the queues are ahead of the array, and when: what follows depends on the former alone.
  struct Mark {
    State ahead;
    std::int64_t now = 0, waited = 0;
  };

  explicit FoldQueue(const MemoryPort& port) : port_(port) {}

  // `count` folds alike, one after another. Once every queue is as far ahead of the array as it
  // was some folds earlier, the rest of them are one multiplication.
  void enter(const FoldWork& fold, std::int64_t count);

  [[nodiscard]] Mark mark() const;
  // What was entered since the mark, so many times more. The queues are as far ahead as then.
  void repeat(const Mark& since, std::int64_t times);

  [[nodiscard]] std::int64_t finish() const;  // when the last result is in memory
  // Cycles in which the array could have taken a fold and had none, or no room for its results.
  [[nodiscard]] std::int64_t waited() const { return waited_; }
  [[nodiscard]] std::int64_t simulated() const { return simulated_; }  // folds not multiplied

 private:
  [[nodiscard]] State ahead() const;
  void step(const FoldWork& fold);

  MemoryPort port_;
  State now_;
  std::int64_t waited_ = 0, simulated_ = 0;
};

}  // namespace orrery
