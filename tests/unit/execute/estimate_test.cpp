#include "orrery/execute/estimate.hpp"

#include <cmath>

#include "orrery/execute/time_tree.hpp"
#include "orrery/program/lower.hpp"
#include "support/catalog.hpp"

namespace orrery {
namespace {

Workload work_of(std::int64_t global, double micro, std::int64_t sequence) {
  Workload work;
  work.global = global;
  work.micro = micro;
  work.sequence = sequence;
  return work;
}

StepTime step_of(const ParallelPlan& plan, const Workload& work, const Cluster& cluster,
                 const char* model, Stack stack = {}) {
  static const test::RoundComputeModel compute;
  static const CollectiveCalibration wires;
  const Prices prices{compute, cluster, wires, stack, 0.0, nullptr};
  return estimate(lower_training(test::model(model), plan, work, cluster), prices);
}

ParallelPlan single() {
  ParallelPlan plan;
  plan.data = plan.expert_tensor = 1;
  return plan;
}

// 2 FLOP a weight and token forward, twice that backward: 6 N per token over the matrices (Kaplan
// et al. 2020).
TEST(Estimate, MatrixWorkOfADenseStepIsSixNPerToken) {
  const OpGraph graph = test::model("llama-3.1-8b");
  const Cluster cluster = test::cluster("dgx-h100", 1);
  const StepTime step = step_of(single(), work_of(1, 1, 64), cluster, "llama-3.1-8b");
  const double embedding = 128256.0 * 4096;  // gathered, not multiplied
  double norms = 0;
  for (const LayerRun& run : graph.body) {
    for (const Op& op : graph.layers[static_cast<std::size_t>(run.layer)].ops) {
      if (op.kind == OpKind::Norm) norms += run.count * static_cast<double>(op.parameters);
    }
  }
  const double matrices = parameters(graph) - embedding - norms - 4096;
  EXPECT_NEAR(step.flops.value() / (6 * matrices * 64), 1.0, 0.001);
}

// m micro-batches of t on p equal stages take (m + p - 1) t with 1F1B (Narayanan et al. 2021,
// section 2.2).
TEST(PipelineBubble, IsTheOtherStagesOfOneMicroBatch) {
  const std::vector<Seconds> stages(4, Seconds{2.0});
  const std::vector<Seconds> weight(4, Seconds{0.5});
  EXPECT_DOUBLE_EQ(pipeline_bubble(Schedule::OneFOneB, 1, stages, weight, 0).value(), 6.0);
  EXPECT_DOUBLE_EQ(pipeline_bubble(Schedule::GPipe, 1, stages, weight, 0).value(), 6.0);
  EXPECT_DOUBLE_EQ(pipeline_bubble(Schedule::Interleaved, 3, stages, weight, 0).value(), 2.0);
  EXPECT_DOUBLE_EQ(pipeline_bubble(Schedule::ZeroBubble, 1, stages, weight, 0).value(), 4.5);
}

TEST(Estimate, FullRecomputeAddsOneForwardPassOfTheLayers) {
  const Cluster cluster = test::cluster("dgx-h100", 1);
  ParallelPlan plan = single();
  const StepTime none = step_of(plan, work_of(1, 1, 128), cluster, "gpt-22b");
  plan.recompute = Recompute::Full;
  const StepTime full = step_of(plan, work_of(1, 1, 128), cluster, "gpt-22b");
  Seconds layers, again;
  for (int w = 0; w < kWorks; ++w) {
    if (static_cast<Work>(w) == Work::Vocabulary) continue;
    layers += none.work[0][static_cast<std::size_t>(w)];
    again += full.work[1][static_cast<std::size_t>(w)];
  }
  EXPECT_NEAR(again / layers, 1.0, 1e-3);  // all but the final norm
}

TEST(Estimate, StoppingEarlyLeavesOutTheLastProduct) {
  const Cluster cluster = test::cluster("dgx-h100", 1);
  ParallelPlan plan = single();
  plan.recompute = Recompute::Full;
  const auto linear = static_cast<std::size_t>(Work::Linear);
  const Seconds whole = step_of(plan, work_of(1, 1, 128), cluster, "gpt-22b").work[1][linear];
  plan.recompute_stops_early = true;
  const Seconds early = step_of(plan, work_of(1, 1, 128), cluster, "gpt-22b").work[1][linear];
  EXPECT_NEAR(early / whole, 8.0 / 12.0, 1e-9);  // 4 h^2 of 12 h^2 are the down projection
}

TEST(Estimate, LeavesOfTheTreeAddUpToTheStep) {
  const Cluster cluster = test::cluster("h100-superpod", 64);
  ParallelPlan plan;
  plan.tensor = 4;
  plan.pipeline = 4;
  plan.virtual_stages = 2;
  plan.data = 4;
  plan.expert_tensor = 4;
  plan.sequence_parallel = true;
  const StepTime step = step_of(plan, work_of(64, 1, 2048), cluster, "llama-3.1-70b");
  const TimeNode tree = time_tree(step);
  Seconds leaves;
  for (const TimeNode& part : tree.children) {
    if (part.children.empty()) leaves += part.time;
    for (const TimeNode& leaf : part.children) leaves += leaf.time;
  }
  EXPECT_NEAR(leaves / step.total(), 1.0, 1e-12);
}

TEST(Estimate, MicroBatchesCostAlikeBeyondTheFill) {
  const Cluster cluster = test::cluster("dgx-h100", 8);
  ParallelPlan plan;
  plan.pipeline = 8;
  plan.data = plan.expert_tensor = 1;
  plan.overlap.pipeline = true;
  const auto at = [&](std::int64_t m) {
    return step_of(plan, work_of(m, 1, 512), cluster, "llama-3.1-8b").total();
  };
  const Seconds first = at(16) - at(8), second = at(24) - at(16);
  EXPECT_NEAR(first / second, 1.0, 1e-9);
}

TEST(Estimate, HiddenTrafficCostsOnlyWhatTheStackSaysItCosts) {
  const Cluster cluster = test::cluster("h100-superpod", 64);
  ParallelPlan plan;
  plan.data = 64;
  plan.expert_tensor = 1;
  plan.zero = 3;
  Stack perfect, none;
  perfect.overlap = 1.0;
  none.overlap = 0.0;
  const auto data = static_cast<std::size_t>(CommPurpose::Data);
  const StepTime hidden = step_of(plan, work_of(64, 1, 8192), cluster, "llama-3.1-8b", perfect);
  const StepTime shown = step_of(plan, work_of(64, 1, 8192), cluster, "llama-3.1-8b", none);
  EXPECT_NEAR(shown.exposed[data] / shown.busy[data], 1.0, 1e-12);
  EXPECT_LT(hidden.exposed[data], 0.2 * shown.exposed[data]);
}

TEST(Estimate, AdaptersSpareTheWeightGradientOfTheBase) {
  const Cluster cluster = test::cluster("dgx-h100", 1);
  ParallelPlan plan = single();
  const StepTime full = step_of(plan, work_of(1, 1, 256), cluster, "llama2-7b");
  plan.lora_rank = 16;
  const StepTime lora = step_of(plan, work_of(1, 1, 256), cluster, "llama2-7b");
  const auto linear = static_cast<std::size_t>(Work::Linear);
  // 4 N instead of 6 N, and adapters of rank 16 on matrices thousands wide.
  EXPECT_NEAR(
      (lora.work[0][linear] + lora.work[2][linear]) / (full.work[0][linear] + full.work[2][linear]),
      4.0 / 6.0, 0.02);
}

}  // namespace
}  // namespace orrery
