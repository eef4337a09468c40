#include "orrery/cost/prices.hpp"

#include <algorithm>

namespace orrery {

Watts power_per_chip(const StepTime& step, const Cluster& cluster) {
  const Seconds total = step.total();
  if (!(total > Seconds{})) return cluster.chip.idle;
  // A memory-bound kernel at full bandwidth draws about half of the dynamic power of a matrix
  // product.
  const double load = std::min(1.0, step.math / total + 0.5 * (step.memory / total));
  const Watts board = cluster.chip.idle + load * (cluster.chip.tdp - cluster.chip.idle);
  return cluster.pue * (cluster.node_overhead + board);
}

Dollars chip_cost(Seconds time, Watts power, const Cluster& cluster, const PriceList& prices) {
  if (cluster.chip.rent.value() > 0) return cluster.chip.rent * time;
  const auto purchase =
      cluster.chip.price * cluster.price_factor / (prices.amortisation * prices.utilisation);
  return purchase * time + prices.electricity * (power * time);
}

}  // namespace orrery
