#include "orrery/network/torus_axes.hpp"

#include <gtest/gtest.h>

namespace orrery {
namespace {

Tier torus(std::vector<int> shape, std::vector<bool> wrap = {}) {
  int width = 1;
  for (const int d : shape) width *= d;
  return {
      .kind = TierKind::Torus, .width = width, .shape = std::move(shape), .wrap = std::move(wrap)};
}

struct Case {
  Tier torus;
  int members;
  int count, links, longest;
};
class TorusAxesTest : public testing::TestWithParam<Case> {};

TEST_P(TorusAxesTest, TakesWholeAxesWhereItCan) {
  const Case& c = GetParam();
  const TorusAxes axes = map_to_torus(c.torus, c.members);
  EXPECT_EQ(axes.count, c.count);
  EXPECT_EQ(axes.links(), c.links);
  EXPECT_EQ(axes.longest(), c.longest);
  int product = 1;
  for (int i = 0; i < axes.count; ++i) product *= axes.length[i];
  EXPECT_EQ(product, c.members);
}
INSTANTIATE_TEST_SUITE_P(
    Groups, TorusAxesTest,
    testing::Values(Case{torus({16, 16}), 256, 2, 4, 16}, Case{torus({16, 16}), 16, 1, 2, 16},
                    Case{torus({16, 16}), 4, 1, 1, 4}, Case{torus({4, 4, 4}), 16, 2, 4, 4},
                    Case{torus({8, 16}, {false, true}), 16, 1, 2, 16},
                    Case{torus({2, 2, 4}, {false, false, false}), 8, 2, 2, 4},
                    Case{torus({16, 16}), 32, 2, 3, 16}, Case{torus({4, 4}), 3, 1, 1, 3}));

TEST(TorusAxes, AGroupOfOneUsesNoAxis) { EXPECT_EQ(map_to_torus(torus({4, 4}), 1).count, 0); }

}  // namespace
}  // namespace orrery
