#include "orrery/compute/dram/channel/bank_lanes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "orrery/base/rng.hpp"

namespace orrery {
namespace {

using Eight = std::array<std::int16_t, kBankLanes>;

BankLanes drawn(Rng& rng, Eight& values) {
  BankLanes lanes;
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<std::int16_t>(rng.next());
    lanes[static_cast<int>(i)] = values[i];
  }
  return lanes;
}

TEST(BankLanes, OneLaneIsItAndNoOther) {
  for (unsigned lane = 0; lane < kBankLanes; ++lane) {
    const BankLanes mask = one_lane(lane);
    for (unsigned i = 0; i < kBankLanes; ++i) {
      EXPECT_EQ(mask[static_cast<int>(i)], i == lane ? -1 : 0);
    }
    EXPECT_EQ(lane_bits(mask, kAllNever), 1ULL << lane);
    EXPECT_EQ(lane_bits(BankLanes{}, mask), 1ULL << (kBankLanes + lane));
  }
}

// Beside the standard library, lane by lane.
TEST(BankLanes, EarliestIsTheLeastOfEach) {
  Rng rng(1, "lanes");
  for (int turn = 0; turn < 1000; ++turn) {
    Eight values[4];
    const BankLanes a = drawn(rng, values[0]), b = drawn(rng, values[1]);
    const BankLanes c = drawn(rng, values[2]), d = drawn(rng, values[3]);
    const BankLanes least = earliest(a, b, c, d), least_a = least_of(a);
    for (int i = 0; i < kBankLanes; ++i) {
      const Eight& own = values[i % 4];
      EXPECT_EQ(least[i], *std::min_element(own.begin(), own.end()));
      EXPECT_EQ(least_a[i], *std::min_element(values[0].begin(), values[0].end()));
      const auto lane = static_cast<std::size_t>(i);
      EXPECT_EQ(later(a, b)[i], std::max(values[0][lane], values[1][lane]));
      EXPECT_EQ(earlier(a, b)[i], std::min(values[0][lane], values[1][lane]));
      EXPECT_EQ(choice(a < b, c, d)[i],
                values[0][lane] < values[1][lane] ? values[2][lane] : values[3][lane]);
    }
  }
}

}  // namespace
}  // namespace orrery
