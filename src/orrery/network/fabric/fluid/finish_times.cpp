#include "orrery/network/fabric/fluid/finish_times.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace orrery {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr std::uint32_t kNowhere = 0xffffffff;
// An update of a heap costs about this many looks of a scan.
constexpr std::size_t kLooksPerUpdate = 8;

}  // namespace

void FinishTimes::begin_update(std::size_t changes, std::size_t active) {
  known_ = false;
  const bool many = changes * kLooksPerUpdate > active && active * 4 >= time_.size();
  if (many) {
    scanning_ = true;
  } else if (scanning_) {
    scanning_ = false;
    heapify();
  }
}

void FinishTimes::set(std::uint32_t flow, double time) {
  if (time_.size() <= flow) {
    time_.resize(flow + 1, kNever);
    place_.resize(flow + 1, kNowhere);
  }
  const double old = time_[flow];
  time_[flow] = time;
  if (scanning_) return;
  if (place_[flow] == kNowhere) {
    heap_.push_back(flow);
    place_[flow] = static_cast<std::uint32_t>(heap_.size() - 1);
    sift_up(heap_.size() - 1);
  } else if (time < old) {
    sift_up(place_[flow]);
  } else {
    sift_down(place_[flow]);
  }
}

double FinishTimes::next() {
  if (!scanning_) return heap_.empty() ? kNever : time_[heap_.front()];
  if (known_) return next_;
  // Four minima at once: one would wait for itself.
  std::array<double, 4> least{kNever, kNever, kNever, kNever};
  std::size_t i = 0;
  for (; i + 4 <= time_.size(); i += 4) {
    for (std::size_t k = 0; k < 4; ++k)
      least[k] = time_[i + k] < least[k] ? time_[i + k] : least[k];
  }
  for (; i < time_.size(); ++i) least[0] = std::min(least[0], time_[i]);
  next_ = *std::ranges::min_element(least);
  known_ = true;
  return next_;
}

void FinishTimes::take_until(double time, std::vector<std::uint32_t>& flows) {
  flows.clear();
  if (scanning_) {
    if (next() > time) return;
    for (std::uint32_t f = 0; f < time_.size(); ++f) {
      if (time_[f] > time) continue;
      flows.push_back(f);
      time_[f] = kNever;
    }
    known_ = false;
    return;
  }
  while (!heap_.empty() && time_[heap_.front()] <= time) {
    const std::uint32_t f = heap_.front();
    flows.push_back(f);
    time_[f] = kNever;
    place_[f] = kNowhere;
    const std::uint32_t last = heap_.back();
    heap_.pop_back();
    if (!heap_.empty()) {
      put(0, last);
      sift_down(0);
    }
  }
  std::ranges::sort(flows);
}

void FinishTimes::heapify() {
  heap_.clear();
  std::ranges::fill(place_, kNowhere);
  for (std::uint32_t f = 0; f < time_.size(); ++f) {
    if (time_[f] == kNever) continue;
    place_[f] = static_cast<std::uint32_t>(heap_.size());
    heap_.push_back(f);
  }
  for (std::size_t i = heap_.size() / 2; i-- > 0;) sift_down(i);
}

void FinishTimes::sift_up(std::size_t at) {
  const std::uint32_t flow = heap_[at];
  while (at > 0) {
    const std::size_t parent = (at - 1) / 2;
    if (!(time_[flow] < time_[heap_[parent]])) break;
    put(at, heap_[parent]);
    at = parent;
  }
  put(at, flow);
}

void FinishTimes::sift_down(std::size_t at) {
  const std::uint32_t flow = heap_[at];
  for (;;) {
    std::size_t child = 2 * at + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && time_[heap_[child + 1]] < time_[heap_[child]]) ++child;
    if (!(time_[heap_[child]] < time_[flow])) break;
    put(at, heap_[child]);
    at = child;
  }
  put(at, flow);
}

}  // namespace orrery
