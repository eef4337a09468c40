// Scores of predictions against measurements; errors are signed fractions of time.
#pragma once
#include <string>
#include <vector>

namespace orrery {

struct Scored {
  double predicted = 0, measured = 0;
  [[nodiscard]] double error() const { return predicted / measured - 1.0; }
};

struct Score {
  int rows = 0;
  double median_abs = 0, mean_abs = 0, p90_abs = 0, mean_abs_log = 0, spearman = 0;
};

Score score_of(const std::vector<Scored>& rows);

// The value below which `share` of the numbers lie (linear between neighbours).
double quantile(std::vector<double> values, double share);

// Kendall's tau-b where two values within `tie` of each other (relative) count as tied.
double kendall_tau_b(const std::vector<double>& a, const std::vector<double>& b, double tie);

double spearman(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace orrery
