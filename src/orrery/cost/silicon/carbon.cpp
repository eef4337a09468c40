#include "orrery/cost/silicon/carbon.hpp"

#include <numbers>

namespace orrery {
namespace {

constexpr Joules kKilowattHour{3.6e6};
constexpr double kGigabyte = 1e9;
constexpr Area kWafer{std::numbers::pi * 150.0 * 150.0};  // 300 mm across
constexpr Area kSquareCentimetre{100.0};

}  // namespace

Mass operational_carbon(Joules energy, const Grid& grid) {
  return Mass{grid.kilograms_per_kilowatt_hour * (energy / kKilowattHour)};
}

EmbodiedCarbon embodied_carbon(const Chip& chip, const ChipArea& area, const PackageCost& cost,
                               const Technology& technology, const Grid& fab) {
  EmbodiedCarbon out;
  for (std::size_t i = 0; i < area.dies.size(); ++i) {
    const DieArea& d = area.dies[i];
    const ProcessNode* node = named(technology.nodes, d.die.node);
    if (node == nullptr) continue;
    const DieCost& c = cost.dies[i];
    const Area spent = d.die.count * kWafer / (c.per_wafer * c.yield * cost.yield);
    const double squares = spent / kSquareCentimetre;
    out.fab_energy += operational_carbon(squares * node->fab_energy_per_cm2, fab);
    out.gases += squares * node->gases_per_cm2;
  }
  if (const MemoryKind* m = named(technology.memories, chip.package.memory)) {
    out.memory =
        Mass{m->kilograms_per_gigabyte * chip.memory.capacity.value() / kGigabyte / cost.yield};
  }
  return out;
}

}  // namespace orrery
