#include "orrery/planner/tune.hpp"

#include <algorithm>
#include <ctime>

#include "orrery/base/check.hpp"
#include "orrery/planner/scorer.hpp"
#include "orrery/program/plan_check.hpp"

namespace orrery {
namespace {

using namespace planning;  // NOLINT(google-build-using-namespace): tune is its door

std::int64_t overlap_points(const Choices& choices) {
  std::int64_t product = 1;
  for (std::size_t k = kOverlapTensor; k < kKnobs; ++k)
    product *= static_cast<std::int64_t>(choices[k].size());
  return product;
}

void search_shape(const TuneTask& task, const PlanSpace& space, Shape& shape, std::uint32_t index,
                  Scorer& scorer, TopPoints& top, TuneResult& result) {
  const Choices choices = choices_for(space, shape.plan);
  const std::int64_t points_of_kernels = overlap_points(choices);
  Workload work = task.work;
  work.micro = shape.micro;
  bool is_set = false;
  Pick pick{};
  for (std::size_t k = 0; k < kKnobs; ++k) pick[k] = choices[k].front();
  for (const std::uint8_t sequence : choices[kSequenceParallel]) {
    pick[kSequenceParallel] = sequence;
    for (const std::uint8_t recompute : choices[kRecompute]) {
      pick[kRecompute] = recompute;
      for (const std::uint8_t fused : choices[kFusedAttention]) {
        pick[kFusedAttention] = fused;
        for (const std::uint8_t offload : choices[kOffloadActivations]) {
          pick[kOffloadActivations] = offload;
          result.plans_evaluated += points_of_kernels;
          apply(space, pick, shape.plan);
          const Diagnostics problems =
              check_plan(task.graph, shape.plan, work, task.prices.cluster);
          if (!problems.empty()) {
            result.plans_infeasible[reason_of(problems)] += points_of_kernels;
            continue;
          }
          if (!is_set) scorer.set_shape(shape, index);
          is_set = true;
          const Tally tally = scorer.score(choices, pick, top);
          result.plans_feasible += tally.feasible;
          if (tally.too_big > 0) result.plans_infeasible["memory"] += tally.too_big;
        }
      }
    }
  }
}

RankedPlan ranked(const TuneTask& task, const PlanSpace& space, const Shape& shape,
                  const Point& point) {
  RankedPlan r;
  r.plan = shape.plan;
  r.work = task.work;
  r.work.micro = shape.micro;
  apply(space, point.pick, r.plan);
  const Cluster& cluster = task.prices.cluster;
  const Diagnostics problems = check_plan(task.graph, r.plan, r.work, cluster);
  ORRERY_CHECK(problems.empty(), "the search found an impossible plan: {}", problems.front().what);
  r.step = training_step(task.graph, r.plan, r.work, task.prices, task.memory);
  const Seconds time = r.step.time.total();
  ORRERY_CHECK(time.value() == point.time && r.step.peak().value() == point.peak,
               "the search says {} s and {} B, the estimate {} s and {} B", point.time, point.peak,
               time.value(), r.step.peak().value());
  const Watts power = power_per_chip(r.step.time, cluster, task.power);
  r.energy = cluster.chips * (power * time);
  r.cost = static_cast<double>(cluster.chips) * chip_cost(time, power, cluster, task.money);
  return r;
}

}  // namespace

std::string reason_of(const Diagnostics& problems) {
  std::string where = problems.front().where;
  if (where.starts_with('/')) where.erase(0, 1);
  std::ranges::replace(where, '/', '.');
  return where;
}

TuneResult tune(const TuneTask& task, const PlanSpace& space, const TuneGoal& goal) {
  const std::clock_t start = std::clock();
  TuneResult result;
  std::vector<Shape> all = shapes(space, task.graph, task.base, task.work, task.prices.cluster);
  Scorer scorer(task, space, goal);
  TopPoints top(static_cast<std::size_t>(std::max(1, goal.top)));
  TopPoints best_of_shape(1);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto index = static_cast<std::uint32_t>(i);
    if (goal.ranking == Ranking::EveryPlan) {
      search_shape(task, space, all[i], index, scorer, top, result);
    } else {
      best_of_shape.clear();
      search_shape(task, space, all[i], index, scorer, best_of_shape, result);
      for (const Point& point : best_of_shape.sorted()) top.offer(point);
    }
  }
  for (const Point& point : top.sorted())
    result.best.push_back(ranked(task, space, all[point.shape], point));
  result.cpu_s = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  return result;
}

}  // namespace orrery
