#include "orrery/network/fabric/rates/water_fill.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace orrery {
namespace {

FlowUses uses(std::initializer_list<std::initializer_list<LinkUse>> flows) {
  FlowUses out;
  for (const auto& f : flows) {
    out.uses.insert(out.uses.end(), f);
    out.end_flow();
  }
  return out;
}

using Rates = std::vector<double>;

TEST(WaterFill, FlowsOfOneLinkShareItEvenly) {
  const Rates capacity{12.0};
  EXPECT_EQ(water_fill(capacity, uses({{{0}}, {{0}}, {{0}}})), (Rates{4, 4, 4}));
}

// The example of Bertsekas and Gallager, Data Networks, section 6.5.2: links of capacity 1;
// sessions 2, 3 and 5 meet on one link and get a third each, session 1 shares another with session
// 2 and gets the remaining two thirds, session 4 has its link to itself.
TEST(WaterFill, AgreesWithBertsekasAndGallager) {
  const Rates capacity{1.0, 1.0, 1.0};
  const Rates rate = water_fill(capacity, uses({{{1}}, {{0}, {1}}, {{0}}, {{2}}, {{0}}}));
  const Rates expected{2.0 / 3, 1.0 / 3, 1.0 / 3, 1.0, 1.0 / 3};
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(rate[i], expected[i], 1e-15) << i;
}

// A parking lot: one flow over n links of capacity 1, one more on each: all get a half.
TEST(WaterFill, TheLongFlowOfAParkingLotGetsItsShareOfEachLink) {
  const Rates capacity(5, 1.0);
  const Rates rate =
      water_fill(capacity, uses({{{0}, {1}, {2}, {3}, {4}}, {{0}}, {{1}}, {{2}}, {{3}}, {{4}}}));
  for (const double r : rate) EXPECT_DOUBLE_EQ(r, 0.5);
}

// Half of a split flow's bytes cross each link, so 1 = rate / 2 + rate of the other.
TEST(WaterFill, ASharedFlowLoadsALinkByItsShare) {
  const Rates capacity{1.0, 4.0};
  const Rates rate = water_fill(capacity, uses({{{0, 0.5}, {1, 0.5}}, {{0}}}));
  EXPECT_NEAR(rate[0], 2.0 / 3, 1e-15);
  EXPECT_NEAR(rate[1], 2.0 / 3, 1e-15);
}

TEST(WaterFill, AFlowWithoutLinksIsNotHeldBack) {
  EXPECT_EQ(water_fill(Rates{1.0}, uses({{}, {{0}}})),
            (Rates{std::numeric_limits<double>::infinity(), 1.0}));
}

}  // namespace
}  // namespace orrery
