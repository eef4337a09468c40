// Ranking: the best few of many points, in constant space. Internal to the planner.
#pragma once
#include <algorithm>
#include <cstdint>
#include <tuple>
#include <vector>

#include "orrery/planner/choices.hpp"

namespace orrery::planning {

struct Point {
  double score = 0;  // lower is better
  double time = 0, peak = 0;
  std::uint32_t shape = 0;
  Pick pick{};
  friend bool operator<(const Point& a, const Point& b) {
    return std::tuple(a.score, a.time, a.peak, a.shape, order(a.pick)) <
           std::tuple(b.score, b.time, b.peak, b.shape, order(b.pick));
  }
};

class TopPoints {
 public:
  explicit TopPoints(std::size_t most) : most_(most) {}

  // Whether a point of that score could still enter.
  [[nodiscard]] bool may_enter(double score) const {
    return heap_.size() < most_ || score <= heap_.front().score;
  }
  void offer(const Point& point) {
    if (heap_.size() == most_) {
      if (!(point < heap_.front())) return;
      std::pop_heap(heap_.begin(), heap_.end());
      heap_.pop_back();
    }
    heap_.push_back(point);
    std::push_heap(heap_.begin(), heap_.end());
  }
  void clear() { heap_.clear(); }
  [[nodiscard]] std::vector<Point> sorted() const {
    std::vector<Point> out = heap_;
    std::sort(out.begin(), out.end());
    return out;
  }

 private:
  std::size_t most_;
  std::vector<Point> heap_;  // the worst in front
};

}  // namespace orrery::planning
