#include "orrery/compute/cycle/fold_queue.hpp"

#include <algorithm>
#include <cmath>

namespace orrery {

std::int64_t MemoryPort::cycles(std::int64_t bytes) const {
  if (bytes_per_cycle <= 0.0 || bytes == 0) return 0;
  return static_cast<std::int64_t>(std::ceil(static_cast<double>(bytes) / bytes_per_cycle));
}

// load(i)    waits for a free buffer: until fold i - 2 has left the array
// compute(i) waits for load(i), for fold i - 1, and until store(i - 2) has emptied the buffer for
// its
//            results, which come `rest` cycles after its steps
// store(i)   waits for compute(i)
// Memory serves in the order of asking: load(i) was asked before store(i - 1), as fold i - 2 left.
void FoldQueue::step(const FoldWork& fold) {
  ++simulated_;
  const std::int64_t load = std::max(port_.cycles(fold.loads), fold.load_cycles);
  const std::int64_t store = std::max(port_.cycles(fold.stores), fold.store_cycles);
  const std::int64_t load_begins = std::max(now_.entered[0], now_.memory_free);
  const std::int64_t load_ends = load_begins + load;
  if (fold.loads > 0) now_.memory_free = load_ends;
  now_.loaded = fold.loads > 0 ? load_ends + port_.latency : now_.entered[0];
  const std::int64_t begin = std::max({now_.entered[1], now_.loaded, now_.stored[0] - fold.rest});
  waited_ += begin - now_.entered[1];
  const std::int64_t free_again = begin + fold.interval;
  const std::int64_t results = free_again + fold.rest;
  std::int64_t stored = results;
  if (fold.stores > 0) {
    stored = std::max(results, now_.memory_free) + store;
    // The bus is taken only while the store moves; loads asked meanwhile go before it.
    now_.memory_free += store;
  }
  now_.entered[0] = now_.entered[1];
  now_.entered[1] = free_again;
  now_.stored[0] = now_.stored[1];
  now_.stored[1] = stored;
  // Nothing can be asked before this: an idle memory is as good as one free since just now.
  now_.memory_free = std::max(now_.memory_free, now_.entered[0]);
}

FoldQueue::State FoldQueue::ahead() const {
  const std::int64_t now = now_.entered[1];
  return {{now_.entered[0] - now, 0},
          now_.loaded - now,
          {now_.stored[0] - now, now_.stored[1] - now},
          now_.memory_free - now};
}

FoldQueue::Mark FoldQueue::mark() const { return {ahead(), now_.entered[1], waited_}; }

void FoldQueue::repeat(const Mark& since, std::int64_t times) {
  const std::int64_t period = now_.entered[1] - since.now, waited = waited_ - since.waited;
  for (std::int64_t* t : {&now_.entered[0], &now_.entered[1], &now_.loaded, &now_.stored[0],
                          &now_.stored[1], &now_.memory_free}) {
    *t += times * period;
  }
  waited_ += times * waited;
}

// The state a fold ago is looked at, and one further back, which is moved up at every power of two:
// so a cycle of any length is found (R. P. Brent, An improved Monte Carlo factorization algorithm,
// BIT 20, 1980, section 2).
void FoldQueue::enter(const FoldWork& fold, std::int64_t count) {
  Mark far = mark();
  std::int64_t far_at = 0, next = 1;
  for (std::int64_t i = 1; i <= count; ++i) {
    const Mark near = mark();
    step(fold);
    const State state = ahead();
    const bool steady = state == near.ahead;
    if (steady || state == far.ahead) {
      const std::int64_t period = steady ? 1 : i - far_at, times = (count - i) / period;
      repeat(steady ? near : far, times);
      for (i += times * period; i < count; ++i) step(fold);
      return;
    }
    if (i == next) {
      far = mark();
      far_at = i;
      next *= 2;
    }
  }
}

std::int64_t FoldQueue::finish() const {
  return std::max({now_.stored[0], now_.stored[1], now_.memory_free});
}

}  // namespace orrery
