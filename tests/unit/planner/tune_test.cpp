#include "orrery/planner/tune.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "orrery/planner/choices.hpp"
#include "orrery/program/plan_check.hpp"
#include "small_models.hpp"

namespace orrery {
namespace {

using testing::World;

TuneTask task_of(const World& w, const Prices& prices) {
  return {w.graph, w.base, w.work, prices, w.memory, w.money, w.power};
}

TuneResult tuned(const World& w, const PlanSpace& space, const TuneGoal& goal) {
  const Prices prices = w.prices();
  return tune(task_of(w, prices), space, goal);
}

double score_of(const World& w, const TrainingStep& step, Objective objective) {
  const Seconds time = step.time.total();
  const Watts power = power_per_chip(step.time, w.cluster, w.power);
  switch (objective) {
    case Objective::Time:
      return time.value();
    case Objective::Memory:
      return step.peak().value();
    case Objective::Energy:
      return (power * time).value();
    case Objective::Cost:
      return chip_cost(time, power, w.cluster, w.money).value();
  }
  return 0;
}

// Calls `visit` with every product of the lists, whether or not a knob matters there.
template <class Visit>
void every_plan(const World& w, const PlanSpace& s, Visit visit) {
  const std::array<std::size_t, planning::kKnobs> sizes{
      s.sequence_parallel.size(), s.recompute.size(),
      s.fused_attention.size(),   s.offload_activations.size(),
      s.overlap_tensor.size(),    s.overlap_expert.size(),
      s.overlap_context.size(),   s.schedule.size(),
      s.overlap_pipeline.size(),  s.zero.size(),
      s.offload_optimizer.size(), s.overlap_data.size()};
  std::size_t products = 1;
  for (const std::size_t size : sizes) products *= size;
  for (const Shape& shape : shapes(s, w.graph, w.base, w.work, w.cluster)) {
    Workload work = w.work;
    work.micro = shape.micro;
    for (std::size_t product = 0; product < products; ++product) {
      planning::Pick pick{};
      std::size_t rest = product;
      for (std::size_t k = 0; k < sizes.size(); ++k) {
        pick[k] = static_cast<std::uint8_t>(rest % sizes[k]);
        rest /= sizes[k];
      }
      ParallelPlan plan = shape.plan;
      planning::apply(s, pick, plan);
      visit(plan, work);
    }
  }
}

constexpr std::array kObjectives{Objective::Time, Objective::Cost, Objective::Energy,
                                 Objective::Memory};

// Scores of all plans that fit, by objective.
std::array<std::set<double>, 4> scores_of_all(const World& w, const PlanSpace& space) {
  const Prices prices = w.prices();
  std::array<std::set<double>, 4> scores;
  every_plan(w, space, [&](ParallelPlan& plan, const Workload& work) {
    if (!check_plan(w.graph, plan, work, w.cluster).empty()) return;
    const TrainingStep step = training_step(w.graph, plan, work, prices, w.memory);
    if (step.peak() > w.cluster.chip.memory.capacity) return;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      scores[i].insert(score_of(w, step, kObjectives[i]));
    }
  });
  return scores;
}

void expect_the_best_scores(const World& w, const PlanSpace& space) {
  const std::array<std::set<double>, 4> scores = scores_of_all(w, space);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const std::set<double>& all = scores[i];
    ASSERT_GT(all.size(), 20U);
    const Objective objective = kObjectives[i];
    const TuneResult found = tuned(w, space, {.objective = objective, .top = 500});
    std::set<double> best;
    for (const RankedPlan& r : found.best) best.insert(score_of(w, r.step, objective));
    ASSERT_FALSE(best.empty());
    // Of plans as fast that need more memory the search keeps one: by memory only the best must
    // agree.
    const std::size_t compared = objective == Objective::Memory ? 1 : best.size();
    EXPECT_TRUE(
        std::equal(best.begin(), std::next(best.begin(), static_cast<long>(compared)), all.begin()))
        << "objective " << i;
  }
}

PlanSpace small_space(const World& w) {
  PlanSpace s = space_for(w.graph, w.base, w.work, w.cluster);
  s.tensor = {1, 2, 8};
  s.pipeline = {1, 2};
  s.context = {1, 2};
  s.virtual_stages = {1, 3};
  s.micro = {4};
  s.stages = {StageLayout{}};
  s.offload_activations = {false};
  return s;
}

TEST(Tune, FindsWhatBruteForceFindsForADenseModel) {
  const World w = testing::world(testing::dense_graph(), 8, Bytes{12e9});
  expect_the_best_scores(w, small_space(w));
}

TEST(Tune, FindsWhatBruteForceFindsForExperts) {
  World w = testing::world(testing::expert_graph(), 8, Bytes{12e9});
  PlanSpace s = space_for(w.graph, w.base, w.work, w.cluster);
  s.tensor = {1, 2};
  s.pipeline = {1, 4};
  s.context = {1};
  s.expert = {1, 2, 8};
  s.virtual_stages = {1};
  s.micro = {2};
  s.stages = {StageLayout{}, StageLayout{.embedding_is_layer = true, .head_is_layer = true}};
  s.offload_activations = s.offload_optimizer = {true};
  s.recompute = {Recompute::Full, Recompute::None};
  expect_the_best_scores(w, s);
}

// Knobs that no space frees still reach every part of a step.
TEST(Tune, FindsWhatBruteForceFindsWhateverTheBasePlanSays) {
  std::vector<ParallelPlan> bases(6);
  bases[0].lora_rank = 16;
  bases[1].recompute_ops = {"mlp"};
  bases[2].shard = 2;
  bases[3].precision = precision_named(DType::Fp16);
  bases[3].precision.gradients = DType::Bf16;
  bases[4].context_exchange = ContextExchange::AllToAll;
  bases[4].launch = Launch::Graph;
  bases[5].recompute_layers = 1;
  for (const ParallelPlan& base : bases) {
    World w = testing::world(testing::dense_graph(), 8, Bytes{12e9});
    w.base = base;
    w.stack.attention = 1.3;
    PlanSpace s = small_space(w);
    s.tensor = {1, 2};
    s.pipeline = {1, 4};  // six layers on four stages
    s.virtual_stages = {1};
    s.micro = {1};
    s.offload_optimizer = {false};
    expect_the_best_scores(w, s);
  }
}

TEST(Tune, ReasonsAndFeasiblePlansAddUpToAllPlans) {
  for (const double capacity : {4e9, 12e9, 80e9}) {
    const World w = testing::world(testing::dense_graph(), 16, Bytes{capacity});
    const TuneResult r = tuned(w, space_for(w.graph, w.base, w.work, w.cluster), {});
    std::int64_t total = r.plans_feasible;
    for (const auto& [reason, count] : r.plans_infeasible) total += count;
    EXPECT_EQ(total, r.plans_evaluated);
    EXPECT_GT(r.plans_evaluated, 10000);
  }
}

TEST(Tune, CountsEveryPlanWhereEveryKnobMatters) {
  World w = testing::world(testing::dense_graph(), 16, Bytes{6e9});
  PlanSpace s = space_for(w.graph, w.base, w.work, w.cluster);
  s.tensor = s.pipeline = s.context = {2};
  s.overlap_expert = {false};
  s.virtual_stages = {1, 3};
  s.micro = {1, 2, 8};
  const Prices prices = w.prices();
  std::int64_t feasible = 0, memory = 0, impossible = 0;
  every_plan(w, s, [&](ParallelPlan& plan, const Workload& work) {
    if (!check_plan(w.graph, plan, work, w.cluster).empty()) {
      ++impossible;
      return;
    }
    const auto uses = training_memory(w.graph, plan, work, w.cluster, w.memory);
    const bool fits = std::ranges::all_of(
        uses, [&](const MemoryUse& u) { return u.total() <= w.cluster.chip.memory.capacity; });
    ++(fits ? feasible : memory);
  });
  const TuneResult r = tuned(w, s, {});
  EXPECT_GT(memory, 0);
  EXPECT_GT(impossible, 0);
  EXPECT_EQ(r.plans_feasible, feasible);
  EXPECT_EQ(r.plans_infeasible.at("memory"), memory);
  EXPECT_EQ(r.plans_infeasible.at("plan.virtual_stages"), impossible);
  EXPECT_EQ(r.plans_evaluated, feasible + memory + impossible);
}

TEST(Tune, MoreMemoryNeverMakesTheBestPlanSlower) {
  double before = 1e300;
  std::int64_t fit_before = 0;
  for (const double capacity : {3e9, 5e9, 8e9, 12e9, 20e9, 40e9, 80e9}) {
    const World w = testing::world(testing::dense_graph(), 8, Bytes{capacity});
    const TuneResult r = tuned(w, space_for(w.graph, w.base, w.work, w.cluster), {.top = 1});
    EXPECT_GE(r.plans_feasible, fit_before);
    fit_before = r.plans_feasible;
    if (r.best.empty()) continue;
    const double time = r.best[0].step.time.total().value();
    EXPECT_LE(time, before);
    before = time;
  }
  EXPECT_LT(before, 1e300);
}

TEST(Tune, NothingFitsIsAnAnswer) {
  const World w = testing::world(testing::dense_graph(), 8, Bytes{1e6});
  const TuneResult r = tuned(w, space_for(w.graph, w.base, w.work, w.cluster), {});
  EXPECT_TRUE(r.best.empty());
  EXPECT_EQ(r.plans_feasible, 0);
  EXPECT_GT(r.plans_infeasible.at("memory"), 0);
}

TEST(Tune, AShareOfTheMemoryIsRespected) {
  const World w = testing::world(testing::dense_graph(), 8, Bytes{20e9});
  const TuneResult r =
      tuned(w, space_for(w.graph, w.base, w.work, w.cluster), {.top = 50, .memory_share = 0.5});
  ASSERT_FALSE(r.best.empty());
  for (const RankedPlan& plan : r.best) EXPECT_LE(plan.step.peak().value(), 10e9);
}

TEST(Tune, TheBestOfEachShapeHasShapesOnce) {
  const World w = testing::world(testing::dense_graph(), 8, Bytes{20e9});
  const PlanSpace space = space_for(w.graph, w.base, w.work, w.cluster);
  const TuneResult every = tuned(w, space, {.top = 1});
  const TuneResult r = tuned(w, space, {.top = 30, .ranking = Ranking::BestOfEachShape});
  ASSERT_EQ(r.best.size(), 30U);
  EXPECT_EQ(r.best[0].plan, every.best[0].plan);
  std::set<std::tuple<int, int, int, int, bool, bool, double>> seen;
  for (const RankedPlan& p : r.best) {
    EXPECT_TRUE(seen.insert({p.plan.tensor, p.plan.pipeline, p.plan.virtual_stages, p.plan.context,
                             p.plan.stages.head_is_layer, p.plan.stages.balanced, p.work.micro})
                    .second);
  }
}

}  // namespace
}  // namespace orrery
