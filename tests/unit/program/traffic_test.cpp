// What tensor ranks and ZeRO put on the wire, counted by hand.
#include "orrery/program/lower.hpp"
#include "support/catalog.hpp"

namespace orrery {
namespace {

// One layer of Llama 3.1 8B on two tensor ranks, one sequence of 1,024 tokens.
Program lowered(const ParallelPlan& plan, int chips) {
  Workload work;
  work.global = plan.data;
  work.micro = 1;
  work.sequence = 1024;
  return lower_training(test::model("llama-3.1-8b"), plan, work, test::cluster("dgx-h100", chips));
}

ParallelPlan two_tensor_ranks() {
  ParallelPlan plan;
  plan.tensor = plan.expert_tensor = 2;
  plan.data = 1;
  plan.sequence_parallel = true;
  return plan;
}

double bytes_of(const Program& program, Phase phase, CollectiveKind kind, CommPurpose traffic) {
  double sum = 0;
  for (const Segment& segment : program.segments) {
    if (segment.phase != phase || !segment.is_layer) continue;
    for (const CommTask& task : segment.comm) {
      if (task.call.kind == kind && task.traffic == traffic) sum += task.call.size.value();
    }
  }
  return sum;
}

constexpr double kActivation = 1024.0 * 4096 * 2;  // tokens, hidden size, bf16

// Korthikanti et al. 2022, section 4.2.2: a gather and a scatter around attention and MLP each way,
// and one more gather of each input in the backward pass.
TEST(SequenceParallelTraffic, BackwardGathersEachInputOnceMore) {
  const Program program = lowered(two_tensor_ranks(), 2);
  const auto gathered = [&](Phase phase) {
    return bytes_of(program, phase, CollectiveKind::AllGather, CommPurpose::Tensor);
  };
  EXPECT_EQ(gathered(Phase::Forward), 2 * kActivation);
  EXPECT_EQ(gathered(Phase::Backward), 4 * kActivation);
  EXPECT_EQ(bytes_of(program, Phase::Backward, CollectiveKind::ReduceScatter, CommPurpose::Tensor),
            2 * kActivation);
}

TEST(SequenceParallelTraffic, ACompilerThatKeepsTheGatheredInputGathersOnce) {
  ParallelPlan plan = two_tensor_ranks();
  plan.gathers_inputs_again = false;
  EXPECT_EQ(
      bytes_of(lowered(plan, 2), Phase::Backward, CollectiveKind::AllGather, CommPurpose::Tensor),
      2 * kActivation);
}

TEST(SequenceParallelTraffic, ActivationsCastBeforeTheGatherAreHalfAsLong) {
  ParallelPlan plan = two_tensor_ranks();
  plan.precision = precision_named(DType::Fp8);
  plan.precision.casts_gathered_activations = true;
  const Program program = lowered(plan, 2);
  EXPECT_EQ(bytes_of(program, Phase::Forward, CollectiveKind::AllGather, CommPurpose::Tensor),
            kActivation);
  EXPECT_EQ(bytes_of(program, Phase::Forward, CollectiveKind::ReduceScatter, CommPurpose::Tensor),
            2 * kActivation);
}

TEST(ZeroTraffic, WeightsCastBeforeTheGatherAreHalfAsLong) {
  ParallelPlan plan;
  plan.data = 2;
  plan.expert_tensor = 1;
  plan.zero = 3;
  plan.precision = precision_named(DType::Fp8);
  const auto gathered = [&] {
    return bytes_of(lowered(plan, 2), Phase::Forward, CollectiveKind::AllGather, CommPurpose::Data);
  };
  const double bf16 = gathered();
  plan.precision.casts_gathered_weights = true;
  EXPECT_EQ(gathered(), bf16 / 2);
}

}  // namespace
}  // namespace orrery
