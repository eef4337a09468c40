// Means of ratios, shares and times, each value with its weight.
#pragma once
#include <cmath>
#include <cstddef>
#include <vector>

namespace orrery {

// Precondition: as many weights as values, none negative, not all zero.
inline double plain_mean(const std::vector<double>& values, const std::vector<double>& weights) {
  double sum = 0, weight = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    sum += weights[i] * values[i];
    weight += weights[i];
  }
  return sum / weight;
}

// Geometric; plain where one that counts is not above zero.
inline double geometric_mean(const std::vector<double>& values,
                             const std::vector<double>& weights) {
  double logs = 0, weight = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (weights[i] <= 0.0) continue;
    if (values[i] <= 0.0) return plain_mean(values, weights);
    logs += weights[i] * std::log(values[i]);
    weight += weights[i];
  }
  return std::exp(logs / weight);
}

}  // namespace orrery
