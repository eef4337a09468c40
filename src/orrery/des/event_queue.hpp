// EventQueue: pops events in (time, order of posting). Equal times never depend on the heap.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "orrery/base/sim_time.hpp"
namespace orrery {
struct Event {
  SimTime time;
  std::uint64_t seq;   // assigned by post(); breaks ties
  std::uint32_t kind;  // owner's enum
  std::uint32_t arg;   // index into the owner's table; never a pointer
};
static_assert(sizeof(Event) == 24);
class EventQueue {
 public:
  void post(SimTime at, std::uint32_t kind, std::uint32_t arg) {
    heap_.push_back({at, next_seq_++, kind, arg});
    std::push_heap(heap_.begin(), heap_.end(), later);
  }
  Event pop() {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    Event e = heap_.back();
    heap_.pop_back();
    return e;
  }
  [[nodiscard]] bool empty() const { return heap_.empty(); }

 private:
  static bool later(const Event& a, const Event& b) {
    return a.time != b.time ? a.time > b.time : a.seq > b.seq;
  }
  std::vector<Event> heap_;
  std::uint64_t next_seq_ = 0;
};
}  // namespace orrery
