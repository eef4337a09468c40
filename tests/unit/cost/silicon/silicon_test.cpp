// Areas, costs and carbon of the catalog's chips against published figures, errors as stated in
// docs/models/silicon.md; and what must hold whatever the figures.
#include <gtest/gtest.h>

#include <cmath>

#include "orrery/cost/silicon/carbon.hpp"
#include "support/catalog.hpp"

namespace orrery {
namespace {

struct Made {
  Chip chip;
  ChipArea area;
  PackageCost cost;
};

Made made(const std::string& name) {
  Made m;
  m.chip = *test::catalog().chip(name, Node{});
  const Technology t = *test::catalog().technology();
  m.area = *chip_area(m.chip, t, name);
  m.cost = package_cost(m.chip, m.area, t);
  return m;
}

Area modelled(const Made& m) {
  Area sum;
  for (const DieArea& d : m.area.dies) sum += d.die.count * d.modelled;
  return sum;
}

TEST(SiliconTest, ModelledAreasAreWithinAFifthOfPublishedDies) {
  struct Row {
    const char* chip;
    double published;  // mm2; sources in the chips' files
  };
  for (const Row& row : {Row{"v100-sxm2-32gb", 815}, Row{"a100-sxm-80gb", 826},
                         Row{"h100-sxm", 814}, Row{"b200", 1600}}) {
    const double error = modelled(made(row.chip)).value() / row.published - 1;
    RecordProperty(row.chip, std::to_string(error));
    EXPECT_LT(std::abs(error), 0.2) << row.chip << " " << error;
  }
  // TPUv4i paper, table 1: below 600 mm2.
  EXPECT_LT(modelled(made("tpu-v4")).value(), 600);
}

TEST(SiliconTest, CostsOfGoodsAreWithinAQuarterOfAnAnalystsBridges) {
  struct Row {
    const char* chip;
    double usd;  // siliconanalysts.com, cost bridges
  };
  for (const Row& row : {Row{"h100-sxm", 3320}, Row{"b200", 6400}, Row{"mi300x", 5300}}) {
    const double error = made(row.chip).cost.total.value() / row.usd - 1;
    RecordProperty(row.chip, std::to_string(error));
    EXPECT_LT(std::abs(error), 0.25) << row.chip << " " << error;
  }
}

TEST(SiliconTest, PartsOfACostAddUpToIt) {
  for (const char* name : {"h100-sxm", "b200", "mi300x", "groq-lpu", "cerebras-wse3", "tpu-v4"}) {
    const PackageCost c = made(name).cost;
    const Dollars sum = c.logic + c.memory + c.carrier + c.test + c.lost;
    EXPECT_NEAR(sum.value(), c.total.value(), 1e-9 * c.total.value()) << name;
    EXPECT_NEAR((c.total * c.yield + c.lost).value(), c.total.value(), 1e-9 * c.total.value());
  }
}

TEST(SiliconTest, TwoHalvesOnTwoDiesLoseFewerToDefectsThanOne) {
  const Technology t = *test::catalog().technology();
  Chip chip = *test::catalog().chip("h100-sxm", Node{});
  chip.package.cores_built = 0;
  const auto logic = [&] {
    return package_cost(chip, *chip_area(chip, t, "chip"), t).logic.value();
  };
  const double one = logic();
  chip.package.dies[0].count = 2;
  chip.package.dies[0].area = chip.package.dies[0].area / 2;
  EXPECT_LT(logic(), one);
}

TEST(SiliconTest, SparesRaiseTheShareOfDiesThatAreSold) {
  const Made m = made("h100-sxm");
  EXPECT_GT(m.cost.dies[0].yield, m.cost.dies[0].untouched);
  EXPECT_LE(m.cost.dies[0].yield, 1);
}

// 814 mm2 of 5 nm on Taiwan's grid, by hand: wafer area a good die x (2.75 kWh x 0.642 + 0.43).
TEST(SiliconTest, EmbodiedCarbonIsThatOfTheWaferSpent) {
  const Made m = made("h100-sxm");
  const Technology t = *test::catalog().technology();
  const EmbodiedCarbon c = embodied_carbon(m.chip, m.area, m.cost, t, *named(t.grids, "taiwan"));
  const double wafer = 3.14159265358979 * 150 * 150 / 100;
  const double squares = wafer / (m.cost.dies[0].per_wafer * m.cost.dies[0].yield * m.cost.yield);
  EXPECT_NEAR((c.fab_energy + c.gases).value(), squares * (2.75 * 0.642 + 0.43), 1e-6);
  EXPECT_NEAR(operational_carbon(Joules{3.6e6}, *named(t.grids, "usa")).value(), 0.369, 1e-12);
}

TEST(SiliconTest, UnknownNamesAreLocatedWithTheKnownOnes) {
  Chip chip = *test::catalog().chip("h100-sxm", Node{});
  chip.package.dies[0].node = "5m";
  const auto area = chip_area(chip, *test::catalog().technology(), "my.yaml:3:4: /package");
  ASSERT_FALSE(area);
  EXPECT_TRUE(
      to_string(area.error()[0])
          .starts_with(
              "my.yaml:3:4: /package: saw the unknown process node '5m'; expected one of 28nm"));
}

}  // namespace
}  // namespace orrery
