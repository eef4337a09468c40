// Clocks: which flow ends next, where flows share rates.
//
// The flows that one link holds back go at one rate, so one clock counts for all of them the bytes
// that each has sent; a flow ends when its clock reaches the reading it was given at its start. A
// new rate is a change of one clock, not of its flows.
#pragma once
#include <cstdint>
#include <vector>

#include "orrery/network/fabric/fluid/finish_times.hpp"

namespace orrery {

class Clocks {
 public:
  // The flow has that many bytes to go from the instant of its clock's last change, or from when
  // move() gives it its first clock.
  void start(std::uint32_t flow, double bytes, double now);
  // From now on this link holds it back.
  void move(std::uint32_t flow, std::uint32_t link, double now);
  void set_rate(std::uint32_t link, double rate, double now);
  // The flow is gone; it has ended before.
  void forget(std::uint32_t flow);
  // Infinite when there is none.
  [[nodiscard]] double next();
  // Returns, ascending by flow, all that end until then.
  void take_until(double time, std::vector<std::uint32_t>& flows);

 private:
  static constexpr std::uint32_t kNoClock = ~std::uint32_t{0};
  struct Reading {
    double end = 0.0;
    std::uint32_t flow = 0;
    bool operator<(const Reading& o) const {  // heaps of the standard library give the largest
      return end != o.end ? end > o.end : flow > o.flow;
    }
  };
  struct Clock {
    double sent = 0.0;  // at `since`
    double since = 0.0;
    double rate = 0.0;
    bool is_dirty = false;      // its next end is to be told
    std::vector<Reading> ends;  // a heap; readings of flows that have moved away stay until met
  };
  struct Running {
    double end = 0.0;  // reading of its clock, or bytes without one
    std::uint32_t clock = kNoClock;
  };

  [[nodiscard]] std::uint32_t clock_of(std::uint32_t link);
  void advance(Clock& clock, double now);
  void push(std::uint32_t flow, std::uint32_t clock);
  void mark_dirty(std::uint32_t clock);
  // Drops what has moved away; the earliest end, or nullptr.
  [[nodiscard]] const Reading* earliest(std::uint32_t clock);
  void update();

  std::vector<std::uint32_t> clock_of_;  // by link; only links that hold somebody back have one
  std::vector<Clock> clocks_;
  std::vector<Running> running_;  // by flow
  std::vector<std::uint32_t> dirty_;
  std::vector<std::uint32_t> due_;
  FinishTimes finish_;  // of clocks
};

}  // namespace orrery
