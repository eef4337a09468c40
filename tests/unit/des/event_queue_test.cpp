#include "orrery/des/event_queue.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace orrery {
namespace {

TEST(EventQueue, EqualTimesPopInTheOrderOfPosting) {
  EventQueue queue;
  for (std::uint32_t i = 0; i < 100; ++i) queue.post(SimTime{5}, 0, i);
  for (std::uint32_t i = 0; i < 100; ++i) EXPECT_EQ(queue.pop().arg, i);
  EXPECT_TRUE(queue.empty());
}

RC_GTEST_PROP(EventQueueProperty, PopsByTimeThenByOrderOfPosting, ()) {
  const auto times =
      *rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(0, 20));
  EventQueue queue;
  for (std::size_t i = 0; i < times.size(); ++i) {
    queue.post(SimTime{times[i]}, 0, static_cast<std::uint32_t>(i));
  }
  std::vector<std::uint32_t> expected(times.size());
  for (std::size_t i = 0; i < times.size(); ++i) expected[i] = static_cast<std::uint32_t>(i);
  std::ranges::stable_sort(expected, {}, [&](std::uint32_t i) { return times[i]; });
  for (const std::uint32_t want : expected) RC_ASSERT(queue.pop().arg == want);
  RC_ASSERT(queue.empty());
}

RC_GTEST_PROP(EventQueueProperty, ANoOpEventNeverReordersTheOthers, ()) {
  const auto times = *rc::gen::nonEmpty(
      rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(0, 5)));
  const auto extra = *rc::gen::inRange<std::size_t>(0, times.size());
  const auto order = [&](bool with_extra) {
    EventQueue queue;
    for (std::size_t i = 0; i < times.size(); ++i) {
      if (with_extra && i == extra) queue.post(SimTime{times[i]}, 1, 0);
      queue.post(SimTime{times[i]}, 0, static_cast<std::uint32_t>(i));
    }
    std::vector<std::uint32_t> out;
    while (!queue.empty()) {
      const Event e = queue.pop();
      if (e.kind == 0) out.push_back(e.arg);
    }
    return out;
  };
  RC_ASSERT(order(false) == order(true));
}

}  // namespace
}  // namespace orrery
