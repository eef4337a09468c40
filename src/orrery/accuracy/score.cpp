#include "orrery/accuracy/score.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace orrery {
namespace {

std::vector<double> ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
  std::vector<double> out(values.size());
  for (std::size_t i = 0; i < order.size();) {
    std::size_t j = i;
    while (j + 1 < order.size() && values[order[j + 1]] == values[order[i]]) ++j;
    for (std::size_t k = i; k <= j; ++k) out[order[k]] = 0.5 * static_cast<double>(i + j);
    i = j + 1;
  }
  return out;
}

int sign_of(double x, double y, double tie) {
  if (std::abs(x - y) <= tie * std::max(std::abs(x), std::abs(y))) return 0;
  return x < y ? -1 : 1;
}

}  // namespace

double quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0.0;
  std::ranges::sort(values);
  const double at = share * static_cast<double>(values.size() - 1);
  const auto low = static_cast<std::size_t>(std::floor(at));
  const std::size_t high = std::min(low + 1, values.size() - 1);
  return values[low] + (at - static_cast<double>(low)) * (values[high] - values[low]);
}

double spearman(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() < 2) return 0.0;
  const std::vector<double> x = ranks(a), y = ranks(b);
  const double mean = 0.5 * static_cast<double>(a.size() - 1);
  double xy = 0, xx = 0, yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mean) * (y[i] - mean);
    xx += (x[i] - mean) * (x[i] - mean);
    yy += (y[i] - mean) * (y[i] - mean);
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : 0.0;
}

double kendall_tau_b(const std::vector<double>& a, const std::vector<double>& b, double tie) {
  double concordant = 0, a_untied = 0, b_untied = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = i + 1; j < a.size(); ++j) {
      const int x = sign_of(a[i], a[j], tie), y = sign_of(b[i], b[j], tie);
      concordant += x * y;
      a_untied += x != 0 ? 1 : 0;
      b_untied += y != 0 ? 1 : 0;
    }
  }
  return a_untied > 0 && b_untied > 0 ? concordant / std::sqrt(a_untied * b_untied) : 0.0;
}

Score score_of(const std::vector<Scored>& rows) {
  Score score;
  score.rows = static_cast<int>(rows.size());
  if (rows.empty()) return score;
  std::vector<double> errors, predicted, measured;
  for (const Scored& row : rows) {
    errors.push_back(std::abs(row.error()));
    predicted.push_back(row.predicted);
    measured.push_back(row.measured);
    score.mean_abs += errors.back() / static_cast<double>(rows.size());
    score.mean_abs_log +=
        std::abs(std::log(row.predicted / row.measured)) / static_cast<double>(rows.size());
  }
  score.median_abs = quantile(errors, 0.5);
  score.p90_abs = quantile(errors, 0.9);
  score.spearman = spearman(predicted, measured);
  return score;
}

}  // namespace orrery
