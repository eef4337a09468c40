#include "orrery/des/event_wheel.hpp"

#include <gtest/gtest.h>

#include <queue>

#include "orrery/base/rng.hpp"

namespace orrery {
namespace {

TEST(EventWheel, EqualTimesKeepTheOrderOfPosting) {
  EventWheel wheel(100);
  for (std::uint32_t i = 0; i < 1000; ++i) wheel.post(i % 3 * 50, 1, i);
  std::int64_t time = 0;
  std::uint64_t order = 0;
  while (!wheel.empty()) {
    const WheelEvent e = wheel.take();
    EXPECT_TRUE(e.time > time || (e.time == time && e.order > order));
    time = e.time;
    order = e.order;
  }
}

// Against a heap: near and far times, posted while others are taken, for several widths.
TEST(EventWheel, TakesWhatAHeapWouldTake) {
  struct Later {
    bool operator()(const WheelEvent& a, const WheelEvent& b) const { return b < a; }
  };
  for (const std::int64_t width : {1, 64, 5000, 1'000'000}) {
    EventWheel wheel(width);
    std::priority_queue<WheelEvent, std::vector<WheelEvent>, Later> heap;
    Rng rng(7, "wheel");
    std::int64_t now = 0;
    std::uint64_t posted = 0;
    const auto post = [&](std::int64_t time) {
      wheel.post(time, 3, static_cast<std::uint32_t>(posted));
      heap.push({time, ++posted << 8 | 3, static_cast<std::uint32_t>(posted - 1), 0});
    };
    for (int i = 0; i < 500; ++i) post(static_cast<std::int64_t>(rng.below(1'000'000)));
    for (int i = 0; i < 20'000; ++i) {
      ASSERT_FALSE(wheel.empty());
      const WheelEvent taken = wheel.take();
      ASSERT_EQ(taken.time, heap.top().time);
      ASSERT_EQ(taken.subject, heap.top().subject);
      heap.pop();
      now = taken.time;
      const std::uint64_t reach = rng.below(10) == 0 ? 1'000'000'000 : 20'000;
      post(now + static_cast<std::int64_t>(rng.below(reach)));
    }
  }
}

}  // namespace
}  // namespace orrery
