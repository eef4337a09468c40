// Problems worked by hand in "How to Scale Your Model" (jax-ml/scaling-book), answered by our own
// rooms.
#include <cmath>

#include "orrery/collective/closed_form.hpp"
#include "orrery/cost/prices.hpp"
#include "orrery/model/build.hpp"
#include "orrery/model/spec.hpp"
#include "orrery/program/lower.hpp"
#include "orrery/serving/serve.hpp"
#include "support/bare_roofline.hpp"
#include "support/catalog.hpp"

namespace orrery {
namespace {

using test::BareRoofline;

// tpus-q4a: int8[16384, 4096] x [B, 4096] on one TPU v5e: FLOP-bound from B = 271.
TEST(ScalingBook, TpusQ4CriticalBatchOfOneMatrix) {
  Chip chip;
  chip.peak.int8 = FlopsPerSecond{3.94e14};
  chip.memory.bandwidth = BytesPerSecond{8.1e11};
  const BareRoofline model(chip);
  Kernel k;
  k.kind = OpKind::Matmul;
  k.compute = k.weights = DType::Int8;
  k.n = 16384;
  k.k = 4096;
  int batch = 1;
  for (; batch < 2000; ++batch) {
    k.m = batch;
    const KernelTime t = model.time(k);
    if (t.flops / chip.peak.int8 >= t.bytes / chip.memory.bandwidth) break;
  }
  EXPECT_NEAR(batch, 271, 9);  // the book rounds 1.34e8 to 1.3e8; exact arithmetic gives 263
}

// shard-q2a: AllGather over one axis of four TPU v4p, bf16[1024, 4096 / 4] a chip row: 23 us at
// 9e10 B/s both ways.
TEST(ScalingBook, ShardingQ2AllGatherOverOneAxis) {
  Cluster cluster;
  Tier tier;
  tier.kind = TierKind::Torus;
  tier.fabric = "bare";
  tier.shape = {4};
  tier.wrap = {true};
  tier.width = 4;
  tier.bandwidth = BytesPerSecond{4.5e10};
  cluster.tiers = {tier};
  cluster.chips = 4;
  CollectiveCall call{CollectiveKind::AllGather, Bytes{2.0 * 1024 * 4096 / 4}, {}};
  call.group.members[0] = 4;
  // The book counts the whole array over W; a ring moves 3/4 of it.
  const double book = 2.0 * 1024 * 4096 / 4 / 9e10;
  EXPECT_NEAR(book, 23e-6, 0.5e-6);
  EXPECT_NEAR(collective_time(call, cluster, {}).bandwidth_part.value(), 0.75 * book, 0.02 * book);
}

// tf-q1: D 4096, F 4 D, V 32000, L 64, three MLP matrices: 16 B parameters, a quarter in attention,
// 512 kB of int8 KV cache a token.
TEST(ScalingBook, TransformersQ1ParametersAndCache) {
  ModelSpec spec;
  spec.layers = 64;
  spec.hidden = 4096;
  spec.ffn = 4 * 4096;
  spec.heads = spec.kv_heads = 32;
  spec.vocabulary = 32000;
  complete(spec);
  const OpGraph graph = build(spec);
  // The book prints 16 for L (3 D F + 4 D N H + D) + 2 D V = 17.4.
  EXPECT_NEAR(parameters(graph) /
                  (64.0 * (3 * 4096 * 16384.0 + 4 * 4096 * 4096.0 + 4096) + 2 * 4096 * 32000.0),
              1.0, 1e-4);
  double attention = 0, layer = 0;
  for (const Op& op : graph.layers[0].ops) {
    layer += static_cast<double>(op.parameters);
    if (op.name.starts_with("attention")) attention += static_cast<double>(op.parameters);
  }
  EXPECT_NEAR(attention / layer, 0.25, 0.001);
  EXPECT_EQ(kv_cache_elements_per_token(graph), 2 * 64 * 4096);
}

// train-q1, at-params, inf-q1: parameters of LLaMA-2 13B, LLaMA-3 70B and an 18B model.
TEST(ScalingBook, ParameterCounts) {
  EXPECT_NEAR(parameters(test::model("llama2-13b")) / 1e9, 13.1, 0.1);
  EXPECT_NEAR(parameters(test::model("llama-3.1-70b")) / 1e9, 70.4, 0.3);
  ModelSpec spec;
  spec.layers = 64;
  spec.hidden = 4096;
  spec.ffn = 16384;
  spec.heads = 32;
  spec.kv_heads = 8;
  spec.head_dim = 256;
  spec.vocabulary = 32128;
  spec.tied_embeddings = true;
  complete(spec);
  EXPECT_NEAR(parameters(build(spec)) / 1e9, 18.4, 0.1);
}

// train-q2a: (2 + 4 + 4) bytes a parameter: 130 GB for 13B.
TEST(ScalingBook, TrainingQ2StateMemory) {
  ParallelPlan plan;
  plan.data = plan.expert_tensor = 1;
  plan.precision.master_weights = false;
  Workload work;
  work.global = 1;
  work.sequence = 1;
  const auto use =
      training_memory(test::model("llama2-13b"), plan, work, test::cluster("dgx-h100", 1), {})
          .front();
  EXPECT_NEAR((use.weights + use.optimizer).value() / 1e9, 130, 1.5);
}

// at-flops, at-total: 6 N FLOP a token, 6.3e24 for 15 T tokens; at-time: 44 days on 8,960 v5p at
// 40% MFU.
TEST(ScalingBook, AppliedTrainingWorkAndTime) {
  const OpGraph graph = test::model("llama-3.1-70b");
  const double per_token = 3 * forward_flops(graph, 1);  // sequence 1: no attention term
  EXPECT_NEAR(per_token / 4.2e11, 1.0, 0.02);
  const Chip chip = test::cluster("tpu-v5p-pod", 8960).chip;
  const double days = per_token * 15e12 / (8960 * chip.peak.bf16.value() * 0.4) / 86400;
  EXPECT_NEAR(days, 44, 1.0);
}

// ai-kv, ai-step, ai-thr: Llama-3 70B in int8 on 8 TPU v5e: 160 kB a token, a decode step of 32
// sequences at 8k takes 17 ms, 1,882 tokens/s.
TEST(ScalingBook, AppliedInferenceDecodeStep) {
  const OpGraph graph = test::model("llama-3.1-70b");
  EXPECT_NEAR(kv_cache_elements_per_token(graph) / 1024, 160, 0.01);
  Cluster cluster = test::cluster("tpu-v5e-pod", 8);
  cluster.chip.memory.bandwidth = BytesPerSecond{8.1e11};
  for (Tier& tier : cluster.tiers)
    tier.bandwidth = BytesPerSecond{1e18};  // the book leaves the wires out
  for (Tier& tier : cluster.tiers) tier.latency = Seconds{0};
  ParallelPlan plan;
  plan.tensor = plan.expert_tensor = 8;
  plan.data = 1;
  plan.precision.weights = plan.precision.kv_cache = DType::Int8;
  const BareRoofline compute(cluster.chip);
  const CollectiveCalibration wires;
  const Prices prices{compute, cluster, wires, {}, 0.0, nullptr};
  const StepTime step = estimate(decode_program(graph, plan, 32, 8192, cluster), prices);
  EXPECT_NEAR(step.total().value() * 1e3, 17, 0.7);
  EXPECT_NEAR(32 / step.total().value(), 1882, 80);
}

// roofline-q2: int8 weights, bf16 products: FLOP-bound from about 120 tokens on a v5e.
TEST(ScalingBook, RooflineQ2CriticalBatch) {
  Chip chip;
  chip.peak.bf16 = FlopsPerSecond{1.97e14};
  chip.memory.bandwidth = BytesPerSecond{8.2e11};
  // 2 B N flops / peak = N bytes / bandwidth
  Kernel k;
  k.kind = OpKind::Matmul;
  k.compute = DType::Bf16;
  k.weights = DType::Int8;
  k.n = k.k = 1e7;  // so large that activations do not count
  k.m = 120;
  const KernelTime t = BareRoofline(chip).time(k);
  EXPECT_NEAR((t.flops / chip.peak.bf16) / (t.bytes / chip.memory.bandwidth), 1.0, 0.01);
}

}  // namespace
}  // namespace orrery
