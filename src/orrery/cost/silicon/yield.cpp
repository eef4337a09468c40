#include "orrery/cost/silicon/yield.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace orrery {
namespace {

// "Chiplet Actuary", DAC 2022, spec/parameter.ini: clustering of dies, wafer, edge and scribe.
constexpr double kClustering = 10.0;
constexpr double kWafer = 300.0, kEdge = 5.0, kScribe = 0.2;  // mm

double defects_on(Area die, double defects_per_cm2) { return die / Area{100.0} * defects_per_cm2; }

}  // namespace

double die_yield(Area die, double defects_per_cm2, YieldModel model) {
  const double lambda = defects_on(die, defects_per_cm2);
  if (!(lambda > 0)) return 1.0;
  switch (model) {
    case YieldModel::Poisson:
      return std::exp(-lambda);
    case YieldModel::Murphy: {
      const double mean = -std::expm1(-lambda) / lambda;
      return mean * mean;
    }
    case YieldModel::NegativeBinomial:
      return std::pow(1.0 + lambda / kClustering, -kClustering);
  }
  return 0.0;
}

// Clustered defects: k of them fall on the repairable part with the negative binomial's chance,
//   P(k) = C(k + alpha - 1, k) (lambda/alpha)^k (1 + lambda/alpha)^-(k + alpha).
double sellable_yield(Area die, double defects_per_cm2, double repairable, int cores, int spares) {
  repairable = std::clamp(repairable, 0.0, 1.0);
  const double fixed = die_yield((1.0 - repairable) * die, defects_per_cm2);
  if (cores < 1 || spares < 1) return die_yield(die, defects_per_cm2);
  const double ratio = defects_on(repairable * die, defects_per_cm2) / kClustering;
  double chance = std::pow(1.0 + ratio, -kClustering), sum = 0.0;
  for (int k = 0; k <= spares; ++k) {
    sum += chance;
    chance *= (k + kClustering) / (k + 1.0) * ratio / (1.0 + ratio);
  }
  return fixed * std::min(1.0, sum);
}

double dies_per_wafer(Area die) {
  if (!(die > Area{})) return 0.0;
  const double side = std::sqrt(die.value()) + kScribe;
  const double taken = side * side, usable = kWafer - 2.0 * kEdge;
  const double whole = std::numbers::pi * usable * usable / 4.0 / taken -
                       std::numbers::pi * usable / std::sqrt(2.0 * taken);
  return std::max(0.0, std::floor(whole));
}

}  // namespace orrery
