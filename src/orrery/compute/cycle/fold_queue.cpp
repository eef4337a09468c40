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

void FoldQueue::enter(const FoldWork& fold, std::int64_t count) {
  const auto ahead = [](const State& s) {
    return State{{s.entered[0] - s.entered[1], 0},
                 s.loaded - s.entered[1],
                 {s.stored[0] - s.entered[1], s.stored[1] - s.entered[1]},
                 s.memory_free - s.entered[1]};
  };
  const auto alike = [](const State& a, const State& b) {
    return a.entered[0] == b.entered[0] && a.loaded == b.loaded && a.stored[0] == b.stored[0] &&
           a.stored[1] == b.stored[1] && a.memory_free == b.memory_free;
  };
  for (std::int64_t i = 0; i < count; ++i) {
    const State before = now_;
    const std::int64_t waited_before = waited_;
    step(fold);
    if (!alike(ahead(before), ahead(now_))) continue;
    const std::int64_t left = count - 1 - i;
    const std::int64_t period = now_.entered[1] - before.entered[1];
    for (std::int64_t* t : {&now_.entered[0], &now_.entered[1], &now_.loaded, &now_.stored[0],
                            &now_.stored[1], &now_.memory_free}) {
      *t += left * period;
    }
    waited_ += left * (waited_ - waited_before);
    return;
  }
}

std::int64_t FoldQueue::finish() const {
  return std::max({now_.stored[0], now_.stored[1], now_.memory_free});
}

}  // namespace orrery
