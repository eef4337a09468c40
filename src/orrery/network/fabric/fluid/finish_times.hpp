// FinishTimes: which of many ends is next, while they move.
//
// When few change at a time this is an indexed heap; when most do, keeping a heap in order costs
// more than looking at all of them, so it becomes a scan until changes are few again.
#pragma once
#include <cstdint>
#include <vector>

namespace orrery {

class FinishTimes {
 public:
  // How many of `active` flows are about to be set.
  void begin_update(std::size_t changes, std::size_t active);
  void set(std::uint32_t flow, double time);
  // Infinite when there is none.
  [[nodiscard]] double next();
  // Removes and returns, ascending by flow, all that end until then.
  void take_until(double time, std::vector<std::uint32_t>& flows);

 private:
  void sift_up(std::size_t at);
  void sift_down(std::size_t at);
  void heapify();
  void put(std::size_t at, std::uint32_t flow) {
    heap_[at] = flow;
    place_[flow] = static_cast<std::uint32_t>(at);
  }

  std::vector<double> time_;  // by flow; infinite: not running
  std::vector<std::uint32_t> heap_;
  std::vector<std::uint32_t> place_;  // in heap_, or kNowhere
  bool scanning_ = false;
  bool known_ = false;  // scanning: next_ is right
  double next_ = 0.0;
};

}  // namespace orrery
