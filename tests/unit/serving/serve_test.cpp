#include "orrery/serving/serve.hpp"

#include "support/catalog.hpp"

namespace orrery {
namespace {

ParallelPlan one_chip() {
  ParallelPlan plan;
  plan.data = plan.expert_tensor = 1;
  plan.launch = Launch::Graph;
  return plan;
}

// scaling-book, applied-inference: on 8 TPU v5e a 70B Llama in int8 leaves room for about 52 caches
// of 8k tokens in int8 (16 GB chips: 128 GB less 70 GB of weights over 8192 x 160 KiB).
TEST(Serving, CachesThatFitFollowFromWhatWeightsLeave) {
  const Cluster cluster = test::cluster("tpu-v5e-pod", 8);
  ParallelPlan plan = one_chip();
  plan.tensor = 8;
  plan.expert_tensor = 8;
  plan.precision.weights = DType::Int8;
  plan.precision.kv_cache = DType::Int8;
  EngineLimits all;
  all.memory_share = 1.0;
  all.tokens_per_pass = 1;  // the book leaves activations out
  const double fit = sequences_that_fit(test::model("llama-3.1-70b"), plan, 8192, cluster, {}, all);
  const double by_hand =
      (8 * cluster.chip.memory.capacity.value() - 70.6e9) / (8192 * 2 * 8 * 128 * 80.0);
  EXPECT_NEAR(fit, by_hand, 1.0);
}

TEST(Serving, LatencyIsTheFirstTokenAndOneStepForEachOther) {
  const Cluster cluster = test::cluster("dgx-h100", 1);
  const test::RoundComputeModel compute;
  const CollectiveCalibration wires;
  const Prices prices{compute, cluster, wires, {}, 0.0, nullptr};
  Workload work;
  work.task = Task::Generate;
  work.sequences = 4;
  work.prompt = 128;
  work.generated = 33;
  const PricedGeneration priced =
      price_generate(test::model("llama-3.1-8b"), one_chip(), work, prices);
  const Generation g = generation(priced, {}, 0.0);
  EXPECT_NEAR(g.latency.value(), g.ttft.value() + 32 * g.tpot.value(), 1e-12);
  EXPECT_NEAR(g.tokens_per_second, 4 * 33 / g.latency.value(), 1e-6);
}

TEST(Serving, NothingFitsWhereWeightsDoNot) {
  const Cluster cluster = test::cluster("dgx-h100", 1);
  EXPECT_LE(sequences_that_fit(test::model("llama-3.1-405b"), one_chip(), 1024, cluster, {}, {}),
            0.0);
}

}  // namespace
}  // namespace orrery
