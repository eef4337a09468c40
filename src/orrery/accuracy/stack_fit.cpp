#include "orrery/accuracy/stack_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace orrery {
namespace {

// The search's coordinates: log efficiency, overhead (ms), overlap, log MoE overhead,
// log attention. Four are free at most: MoE overhead where there are experts, else attention.
using Point = std::array<double, 5>;
constexpr Point kLow{-1.0, 0.0, 0.0, -0.7, -0.7};
constexpr Point kHigh{0.5, 20.0, 1.0, 1.4, 1.6};
// One unit of these costs as much as a mean error of 1 on kPullRows rows.
constexpr Point kPull{1.0, 0.02, 0.3, 0.5, 0.3};
constexpr double kPullRows = 1.0;

Stack stack_at(const std::string& name, const Point& x) {
  Stack s;
  s.name = name;
  s.efficiency = std::exp(x[0]);
  s.overhead_per_layer = Seconds{x[1] * 1e-3};
  s.overlap = x[2];
  s.moe_overhead = std::exp(x[3]);
  s.attention = std::exp(x[4]);
  return s;
}

Point point_of(const Stack& s) {
  return {std::log(s.efficiency), s.overhead_per_layer.value() * 1e3, s.overlap,
          std::log(s.moe_overhead), std::log(s.attention)};
}

double loss(const Point& x, const std::vector<FitRow>& rows, const Point& prior) {
  const Stack stack = stack_at("", x);
  double sum = 0, weight = 0;
  for (const FitRow& row : rows) {
    const auto t = row.evaluator->predict(stack);
    if (!t) continue;
    sum += row.weight * std::abs(std::log(*t / row.measured));
    weight += row.weight;
  }
  double pull = 0;
  for (std::size_t i = 0; i < x.size(); ++i) pull += kPull[i] * std::abs(x[i] - prior[i]);
  return (sum + kPullRows * pull) / (weight + kPullRows);
}

}  // namespace

Stack neutral_stack(const std::string& name) { 
  return stack_at(name, {0.0, 0.1, 0.8, 0.0, 0.0});
}

Stack fit_stack(const std::string& name, const std::vector<FitRow>& rows, FitFor purpose,
                const Stack& prior) {
  const Point start = point_of(prior);
  const bool any_moe = std::ranges::any_of(rows, &FitRow::is_moe);
  std::vector<std::size_t> free{0};
  if (rows.size() >= 4) free = {0, 1, 2, any_moe ? std::size_t{3} : std::size_t{4}};
  if (purpose == FitFor::Mixture) free = {0, 2, 3, 4};
  Point best = start;
  double best_loss = loss(best, rows, start);
  if (std::ranges::find(free, std::size_t{1}) !=
      free.end()) {  // a stream that waits for its host is another valley: look there too
    Point slow = start;
    slow[1] = 4.0;
    if (const double l = loss(slow, rows, start); l < best_loss) {
      best = slow;
      best_loss = l;
    }
  }
  Point step{0.2, 0.5, 0.2, 0.3, 0.3};
  for (int round = 0; round < 9; ++round) {
    for (bool improved = true; improved;) {
      improved = false;
      for (const std::size_t i : free) {
        for (const double direction : {1.0, -1.0}) {
          Point x = best;
          x[i] = std::clamp(x[i] + direction * step[i], kLow[i], kHigh[i]);
          const double l = loss(x, rows, start);
          if (l < best_loss - 1e-9) {
            best_loss = l;
            best = x;
            improved = true;
          }
        }
      }
    }
    for (double& s : step) s *= 0.5;
  }
  return stack_at(name, best);
}

std::string to_yaml(const Stack& s) {
  return fmt::format(
      "name: {}\nefficiency: {:.4f}\noverhead_per_layer: {:.4f} ms\noverlap: {:.4f}\nmoe_overhead: "
      "{:.4f}\n"
      "attention: {:.4f}\nsource: \"{}\"\n",
      s.name, s.efficiency, s.overhead_per_layer.value() * 1e3, s.overlap, s.moe_overhead,
      s.attention, s.source);
}

}  // namespace orrery
