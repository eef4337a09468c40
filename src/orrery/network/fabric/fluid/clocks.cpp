#include "orrery/network/fabric/fluid/clocks.hpp"

#include <algorithm>
#include <limits>

namespace orrery {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr double kEnded = -1.0;  // no clock reads that

}  // namespace

std::uint32_t Clocks::clock_of(std::uint32_t link) {
  if (clock_of_.size() <= link) clock_of_.resize(link + 1, kNoClock);
  if (clock_of_[link] == kNoClock) {
    clock_of_[link] = static_cast<std::uint32_t>(clocks_.size());
    clocks_.emplace_back();
  }
  return clock_of_[link];
}

void Clocks::advance(Clock& clock, double now) {
  if (clock.ends.empty()) {
    clock.sent = 0.0;  // nobody reads it, and small numbers round less
  } else {
    clock.sent += clock.rate * (now - clock.since);
  }
  clock.since = now;
}

void Clocks::mark_dirty(std::uint32_t clock) {
  if (clocks_[clock].is_dirty) return;
  clocks_[clock].is_dirty = true;
  dirty_.push_back(clock);
}

void Clocks::push(std::uint32_t flow, std::uint32_t clock) {
  std::vector<Reading>& ends = clocks_[clock].ends;
  ends.push_back({running_[flow].end, flow});
  std::push_heap(ends.begin(), ends.end());
  mark_dirty(clock);
}

void Clocks::start(std::uint32_t flow, double bytes, double now) {
  if (running_.size() <= flow) running_.resize(flow + 1);
  Running& running = running_[flow];
  running.end = bytes;
  if (running.clock == kNoClock) return;
  advance(clocks_[running.clock], now);
  running.end += clocks_[running.clock].sent;
  push(flow, running.clock);
}

void Clocks::move(std::uint32_t flow, std::uint32_t link, double now) {
  const std::uint32_t clock = clock_of(link);
  Running& running = running_[flow];
  if (running.clock == clock) return;
  double left = running.end;
  if (running.clock != kNoClock) {
    Clock& old = clocks_[running.clock];
    advance(old, now);
    left = std::max(left - old.sent, 0.0);
    mark_dirty(running.clock);
  }
  Clock& own = clocks_[clock];
  advance(own, now);
  running = {.end = own.sent + left, .clock = clock};
  push(flow, clock);
}

void Clocks::set_rate(std::uint32_t link, double rate, double now) {
  const std::uint32_t clock = clock_of(link);
  Clock& own = clocks_[clock];
  advance(own, now);
  own.rate = rate;
  mark_dirty(clock);
}

void Clocks::forget(std::uint32_t flow) { running_[flow].clock = kNoClock; }

const Clocks::Reading* Clocks::earliest(std::uint32_t clock) {
  std::vector<Reading>& ends = clocks_[clock].ends;
  while (!ends.empty()) {
    const Running& running = running_[ends.front().flow];
    if (running.clock == clock && running.end == ends.front().end) return &ends.front();
    std::pop_heap(ends.begin(), ends.end());
    ends.pop_back();
  }
  return nullptr;
}

void Clocks::update() {
  finish_.begin_update(dirty_.size(), clocks_.size());
  for (const std::uint32_t c : dirty_) {
    Clock& clock = clocks_[c];
    clock.is_dirty = false;
    const Reading* first = earliest(c);
    finish_.set(c, first == nullptr
                       ? kNever
                       : clock.since + std::max(first->end - clock.sent, 0.0) / clock.rate);
  }
  dirty_.clear();
}

double Clocks::next() {
  if (!dirty_.empty()) update();
  return finish_.next();
}

void Clocks::take_until(double time, std::vector<std::uint32_t>& flows) {
  flows.clear();
  finish_.take_until(time, due_);
  for (const std::uint32_t c : due_) {
    Clock& clock = clocks_[c];
    // At least the flow that is due, whatever rounding says of its reading.
    const Reading* first = earliest(c);
    double until = clock.sent + clock.rate * (time - clock.since);
    if (first != nullptr) until = std::max(until, first->end);
    for (; first != nullptr && first->end <= until; first = earliest(c)) {
      flows.push_back(first->flow);
      running_[first->flow].end = kEnded;
    }
    mark_dirty(c);
  }
  std::ranges::sort(flows);
}

}  // namespace orrery
