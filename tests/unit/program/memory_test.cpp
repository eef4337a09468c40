#include "orrery/program/memory.hpp"

#include "orrery/program/lower.hpp"
#include "support/catalog.hpp"

namespace orrery {
namespace {

constexpr double kSequence = 2048, kHidden = 6144, kHeads = 64, kMicro = 4;

ParallelPlan gpt_plan(int tensor, bool sequence_parallel, Recompute recompute) {
  ParallelPlan plan;
  plan.tensor = tensor;
  plan.data = 1;
  plan.expert_tensor = tensor;
  plan.sequence_parallel = sequence_parallel;
  plan.recompute = recompute;
  plan.fused_attention = false;
  plan.precision = precision_named(DType::Fp16);
  return plan;
}

Workload gpt_work() {
  Workload work;
  work.micro = kMicro;
  work.global = static_cast<std::int64_t>(kMicro);
  work.sequence = static_cast<std::int64_t>(kSequence);
  return work;
}

// Bytes a layer keeps, in units of s b h.
double layer_in_sbh(int tensor, bool sequence_parallel, Recompute recompute) {
  const OpGraph graph = test::model("gpt-22b");
  const ParallelPlan plan = gpt_plan(tensor, sequence_parallel, recompute);
  const Batch batch = training_batch(plan, gpt_work());
  const Shard shard(plan, batch);
  const double width = 2.0;
  const Bytes input{batch.tokens * kHidden * width / (sequence_parallel ? tensor : 1)};
  return saved_of_layer(graph.layers[0], shard, plan, input).value() /
         (kSequence * kMicro * kHidden);
}

// Korthikanti et al. 2022 (arXiv:2205.05198), table 2, all six rows.
TEST(ActivationMemory, EqualsTheClosedFormsOfKorthikanti) {
  const double scores = 5 * kHeads * kSequence / kHidden;  // 5 a s / h
  EXPECT_DOUBLE_EQ(layer_in_sbh(1, false, Recompute::None), 34 + scores);
  for (const int t : {2, 4, 8}) {
    EXPECT_DOUBLE_EQ(layer_in_sbh(t, false, Recompute::None), 10 + 24.0 / t + scores / t);
    EXPECT_DOUBLE_EQ(layer_in_sbh(t, true, Recompute::None), 34.0 / t + scores / t);
    EXPECT_DOUBLE_EQ(layer_in_sbh(t, false, Recompute::Selective), 10 + 24.0 / t);
    EXPECT_DOUBLE_EQ(layer_in_sbh(t, true, Recompute::Selective), 34.0 / t);
    EXPECT_DOUBLE_EQ(layer_in_sbh(t, false, Recompute::Full), 2);
  }
}

// Of the 34 s b h + scores of table 2, the layer's input (2 s b h) is its checkpoint.
TEST(ActivationMemory, ARebuiltLayerDoesNotHoldItsInputTwice) {
  const OpGraph graph = test::model("gpt-22b");
  const ParallelPlan plan = gpt_plan(1, false, Recompute::Full);
  const Footprint f = training_footprint(graph, {.runs = {{.layer = 0, .count = 1}}}, plan,
                                         training_batch(plan, gpt_work()));
  const double scores = 5 * kHeads * kSequence / kHidden;
  EXPECT_DOUBLE_EQ((f.per_micro_batch + f.rebuilt).value(),
                   (34 + scores) * kSequence * kMicro * kHidden);
}

// Section 4.2.3: the first stage holds p micro-batches of its layers, interleaving p (1 + (p-1)/(p
// v)).
TEST(ActivationMemory, FirstStageHoldsWhatTheScheduleKeepsInFlight) {
  ParallelPlan plan;
  plan.pipeline = 8;
  EXPECT_DOUBLE_EQ(micro_batches_in_flight(plan, 64, 0), 8);
  EXPECT_DOUBLE_EQ(micro_batches_in_flight(plan, 64, 7), 1);
  plan.virtual_stages = 3;
  EXPECT_DOUBLE_EQ(micro_batches_in_flight(plan, 64, 0), 8 * (1 + 7.0 / (8 * 3)));
  plan.virtual_stages = 1;
  plan.schedule = Schedule::GPipe;
  EXPECT_DOUBLE_EQ(micro_batches_in_flight(plan, 64, 0), 64);
}

// Mixed precision Adam with fp32 gradients: 2 + 4 + 12 bytes a parameter; ZeRO divides the last 12,
// then the gradients, then the weights (Rajbhandari et al. 2020, figure 1).
TEST(StateMemory, ZeroStagesDivideOptimizerGradientsAndWeights) {
  const OpGraph graph = test::model("llama-3.1-8b");
  const Cluster cluster = test::cluster("dgx-h100", 8);
  const double n = parameters(graph);
  Workload work;
  work.global = 8;
  work.sequence = 128;
  const double expected[4][3] = {
      {2, 4, 12}, {2, 4, 12.0 / 8}, {2, 4.0 / 8, 12.0 / 8}, {2.0 / 8, 4.0 / 8, 12.0 / 8}};
  for (int zero = 0; zero < 4; ++zero) {
    ParallelPlan plan;
    plan.data = 8;
    plan.expert_tensor = 1;
    plan.zero = zero;
    const auto use = training_memory(graph, plan, work, cluster, {}).front();
    EXPECT_NEAR(use.weights.value(), expected[zero][0] * n, 1e-6 * n) << zero;
    EXPECT_NEAR(use.gradients.value(), expected[zero][1] * n, 1e-6 * n) << zero;
    EXPECT_NEAR(use.optimizer.value(), expected[zero][2] * n, 1e-6 * n) << zero;
  }
}

// 2 (K and V) x layers x KV heads x head dim x bytes: 160 kB a token in int8 for a 70B Llama
// (scaling-book, applied-inference, read as 163,840 B).
TEST(ServingMemory, KvCacheOfLlama70bIs160KibATokenInOneByte) {
  const OpGraph graph = test::model("llama-3.1-70b");
  ParallelPlan plan;
  plan.data = 1;
  plan.expert_tensor = 1;
  plan.precision.kv_cache = DType::Fp8;
  Batch pass;
  pass.tokens = pass.sequences = 1;
  const auto use =
      serving_memory(graph, plan, pass, 1, 1000, test::cluster("dgx-h100", 1), {}).front();
  EXPECT_DOUBLE_EQ(use.kv_cache.value(), 1000.0 * 2 * 8 * 128 * 80);
}

}  // namespace
}  // namespace orrery
