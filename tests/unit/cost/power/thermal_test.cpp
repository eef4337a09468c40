// Die temperatures: the measured range that set the catalog's resistances, and the formula's
// inverse.
#include "orrery/cost/power/thermal.hpp"

#include <gtest/gtest.h>

#include "support/catalog.hpp"

namespace orrery {
namespace {

// arXiv 2507.16781, abstract: H100s under load, 54 to 72 C in air, 41 to 50 C on cold plates.
TEST(ThermalTest, AnH100AtItsLimitIsAsHotAsMeasured) {
  const auto t = *test::catalog().technology();
  const Area die{814};
  EXPECT_NEAR(die_temperature(*named(t.coolings, "air"), Watts{686}, die).value(), 72, 1);
  EXPECT_NEAR(die_temperature(*named(t.coolings, "liquid"), Watts{686}, die).value(), 50, 1);
}

TEST(ThermalTest, AtItsHeatLimitADieIsAtItsHottest) {
  const auto t = *test::catalog().technology();
  for (const Cooling& c : t.coolings) {
    for (const double area : {100.0, 814.0, 1600.0}) {
      const Watts most = heat_limit(c, Area{area});
      EXPECT_NEAR(die_temperature(c, most, Area{area}).value(), c.hottest.value(), 1e-9) << c.name;
    }
  }
}

TEST(ThermalTest, LiquidTakesMoreThanTwiceWhatAirDoes) {
  const auto t = *test::catalog().technology();
  EXPECT_GT(heat_limit(*named(t.coolings, "liquid"), Area{814}),
            2 * heat_limit(*named(t.coolings, "air"), Area{814}));
}

}  // namespace
}  // namespace orrery
