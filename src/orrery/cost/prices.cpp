#include "orrery/cost/prices.hpp"

#include <algorithm>

#include "orrery/cost/power/board_power.hpp"

namespace orrery {

Watts power_per_chip(const StepTime& step, const Cluster& cluster, const PowerCalibration& power) {
  const Chip& chip = cluster.chip;
  const Seconds total = step.total();
  if (!(total > Seconds{})) return cluster.pue * (cluster.node_overhead + chip.idle);
  Flops vector = step.flops;
  Joules energy;
  for (std::size_t i = 0; i < step.products.size(); ++i) {
    energy += flop_energy(power, static_cast<DType>(i)) * step.products[i];
    vector -= step.products[i];
  }
  energy += power.flop.vector * std::max(Flops{}, vector);
  energy += (power.main_memory + power.on_chip) * step.bytes;
  const Seconds busy = std::min(step.kernels(), total);
  energy += std::max(1, chip.cores) * power.core * busy;
  const Watts running = board_power(chip, power, energy, busy).mean;
  const Watts board =
      standing_power(chip, power) + (running - standing_power(chip, power)) * (busy / total);
  return cluster.pue * (cluster.node_overhead + board);
}

Dollars chip_cost(Seconds time, Watts power, const Cluster& cluster, const PriceList& prices) {
  if (cluster.chip.rent.value() > 0) return cluster.chip.rent * time;
  const auto purchase =
      cluster.chip.price * cluster.price_factor / (prices.amortisation * prices.utilisation);
  return purchase * time + prices.electricity * (power * time);
}

}  // namespace orrery
