// Memory of GPT-22B to 1T on A100-80GB beside Calculon's (calculon-ai/calculon@caa4b11, its
// validation.py run as it stands), part by part and in all.
//
// Calculon counts transformer blocks, each stage n of them: weights and gradients of 2 bytes a
// parameter, 12 of optimizer, what n - 1 blocks save, and for the block at work a second gradient,
// all its activations and all their gradients at once. It leaves out the embedding with its dropout
// mask, the head, the driver, NCCL's buffers and the allocator's holes.
#include <set>
#include <string>

#include "orrery/program/lower.hpp"
#include "orrery/program/memory.hpp"
#include "support/catalog.hpp"

namespace orrery {
namespace {

constexpr double kGib = 1024.0 * 1024.0 * 1024.0;

struct Machine {
  const char* model;
  int pipeline, virtual_stages;
  std::int64_t global;
  double micro;
};
constexpr Machine k22b{"gpt-22b", 1, 1, 4, 4}, k175b{"gpt-175b", 8, 3, 64, 1},
    k530b{"gpt-530b", 35, 3, 280, 1}, k1t{"gpt-1t", 64, 1, 512, 1};

// In GiB. `kept`: act_space - block_act_working_space + act_checkpoint_size; `at_work`: the rest of
// act_space with act_grad_space and one block's weight_grad_space; `total`: mem_tier1_req_GiB.
struct CalculonRow {
  Machine machine;
  const char* mode;
  double weights, optimizer, kept, at_work, total;
};

constexpr CalculonRow kRows[] = {
    {k22b, "full", 5.0647, 30.3882, 4.5000, 3.1368, 48.1543},
    {k22b, "none", 5.0647, 30.3882, 58.0156, 3.1368, 101.6700},
    {k22b, "sel", 5.0647, 30.3882, 24.2344, 3.1368, 67.8887},
    {k22b, "seq", 5.0647, 30.3882, 38.7383, 2.1993, 81.4551},
    {k22b, "seqsel", 5.0647, 30.3882, 9.3633, 2.1993, 52.0801},
    {k175b, "full", 5.0636, 30.3816, 5.8125, 1.7814, 48.1026},
    {k175b, "none", 5.0636, 30.3816, 66.3047, 1.7814, 108.5948},
    {k175b, "sel", 5.0636, 30.3816, 31.7109, 1.7814, 74.0011},
    {k175b, "seq", 5.0636, 30.3816, 41.0801, 1.3127, 82.9015},
    {k175b, "seqsel", 5.0636, 30.3816, 12.2520, 1.3127, 54.0733},
    {k530b, "full", 3.5161, 21.0965, 10.8594, 3.2814, 42.2694},
    {k530b, "none", 3.5161, 21.0965, 113.2031, 3.2814, 144.6132},
    {k530b, "sel", 3.5161, 21.0965, 59.2969, 3.2814, 90.7069},
    {k530b, "seq", 3.5161, 21.0965, 66.0352, 2.5001, 96.6640},
    {k530b, "seqsel", 3.5161, 21.0965, 22.9102, 2.5001, 53.5390},
    {k1t, "full", 3.6625, 21.9749, 12.5000, 4.4679, 46.2679},
    {k1t, "none", 3.6625, 21.9749, 130.2246, 4.4679, 163.9925},
    {k1t, "sel", 3.6625, 21.9749, 68.2129, 4.4679, 101.9808},
    {k1t, "seq", 3.6625, 21.9749, 75.9644, 3.4914, 108.7557},
    {k1t, "seqsel", 3.6625, 21.9749, 26.3550, 3.4914, 59.1463},
};

// The rows' study: fp16 with fp16 gradients, unfused attention, no ZeRO, tensor 8.
ParallelPlan plan_of(const CalculonRow& row) {
  const std::string mode = row.mode;
  ParallelPlan plan;
  plan.tensor = plan.expert_tensor = 8;
  plan.pipeline = row.machine.pipeline;
  plan.virtual_stages = row.machine.virtual_stages;
  plan.data = 1;
  plan.zero = 0;
  plan.fused_attention = false;
  plan.precision = precision_named(DType::Fp16);
  plan.sequence_parallel = mode.starts_with("seq");
  plan.recompute = mode == "full"          ? Recompute::Full
                   : mode.ends_with("sel") ? Recompute::Selective
                                           : Recompute::None;
  return plan;
}

Workload work_of(const CalculonRow& row) {
  Workload work;
  work.global = row.machine.global;
  work.micro = row.machine.micro;
  work.sequence = 2048;
  return work;
}

// The first stage without the embedding: the blocks alone.
struct Blocks {
  double weights, optimizer, kept, saved_of_one;  // GiB
};

Blocks blocks_of(const CalculonRow& row) {
  const OpGraph graph = test::model(row.machine.model);
  const ParallelPlan plan = plan_of(row);
  const Workload work = work_of(row);
  const Cluster cluster = test::cluster("selene", 8 * row.machine.pipeline);
  StageContents stage = stages_of(graph, plan).front();
  stage.has_input = stage.has_output = false;
  const Footprint f = training_footprint(graph, stage, plan, training_batch(plan, work));
  const double in_flight =
      micro_batches_in_flight(plan, static_cast<double>(work.global) / work.micro, 0);
  const MemoryUse use = training_use(f, plan, groups_of(plan, cluster), in_flight, {});
  const double one = f.per_micro_batch.value() / stage.layers() / kGib;
  return {use.weights.value() / kGib, use.optimizer.value() / kGib,
          in_flight * f.per_micro_batch.value() / kGib, one};
}

std::string name_of(const CalculonRow& row) {
  return std::string(row.machine.model) + " " + row.mode;
}

// Biases and norms apart (0.03%), 2 + 12 bytes a parameter on both sides.
TEST(CalculonMemory, WeightsAndOptimizerOfTheBlocksAreEqual) {
  for (const CalculonRow& row : kRows) {
    const Blocks ours = blocks_of(row);
    EXPECT_NEAR(ours.weights / row.weights, 1.0, 1e-3) << name_of(row);
    EXPECT_NEAR(ours.optimizer / row.optimizer, 1.0, 1e-3) << name_of(row);
  }
}

// All but one block of all micro-batches in flight (the last counts as at work); under full
// recompute every checkpoint. The printed figures have four decimals.
TEST(CalculonMemory, KeptActivationsAreEqualButForSelectiveRecomputeAlone) {
  for (const CalculonRow& row : kRows) {
    const std::string mode = row.mode;
    const Blocks ours = blocks_of(row);
    const double kept = mode == "full" ? ours.kept : ours.kept - ours.saved_of_one;
    if (mode == "sel") {
      // Table 2 of arXiv:2205.05198: s b h (10 + 24/t) = 13 s b h with t = 8. Calculon keeps 11.
      EXPECT_NEAR(kept / row.kept, 13.0 / 11.0, 1e-4) << name_of(row);
    } else {
      EXPECT_NEAR(kept, row.kept, 1e-4) << name_of(row);
    }
  }
}

// What selective recompute drops (the scores) does not depend on sequence parallelism: table 2
// drops 5 a s / (h t) in both. Calculon's own rows drop 2 s b h more without it.
TEST(CalculonMemory, CalculonsSelectiveRecomputeContradictsItsOtherRows) {
  for (std::size_t first = 0; first < std::size(kRows); first += 5) {
    const CalculonRow *none = &kRows[first + 1], *sel = none + 1, *seq = none + 2, *both = none + 3;
    const Blocks ours_none = blocks_of(*none), ours_sel = blocks_of(*sel),
                 ours_seq = blocks_of(*seq), ours_both = blocks_of(*both);
    EXPECT_NEAR(ours_none.kept - ours_sel.kept, ours_seq.kept - ours_both.kept, 1e-9)
        << name_of(*none);
    const double surplus = (none->kept - sel->kept) - (seq->kept - both->kept);
    EXPECT_NEAR(surplus / (sel->kept / 11), 2.0, 1e-3) << name_of(*none);
  }
}

// Ours, tensors alone, with the embedding that Calculon leaves out: within 5%, but for the listed.
TEST(CalculonMemory, TensorsInAllAreWithinFivePercentButForTheListedRows) {
  const std::set<std::string> misses = {
      // 2 s b h a block too little on Calculon's side (the tests above).
      "gpt-175b sel", "gpt-530b sel", "gpt-1t sel",
      // The first of 64 stages holds two layers, the embedding (3.2 GiB of states) and 64 dropout
      // masks of its output (3.1 GiB); Calculon has none of these.
      "gpt-1t full"};
  for (const CalculonRow& row : kRows) {
    const OpGraph graph = test::model(row.machine.model);
    const Cluster cluster = test::cluster("selene", 8 * row.machine.pipeline);
    const double ours =
        training_memory(graph, plan_of(row), work_of(row), cluster, {}).front().total().value() /
        kGib;
    const double error = ours / row.total - 1.0;
    if (misses.contains(name_of(row))) {
      EXPECT_GT(error, 0.05) << name_of(row) << " no longer misses: take it off the list";
      EXPECT_LT(error, 0.15) << name_of(row);
    } else {
      EXPECT_LT(std::abs(error), 0.05) << name_of(row) << ": " << ours << " GiB";
    }
  }
}

// The block at work explains what remains: blocks of ours plus Calculon's transient buffers give
// Calculon's total, where it keeps what table 2 says.
TEST(CalculonMemory, BlocksPlusCalculonsBlockAtWorkGiveItsTotal) {
  for (const CalculonRow& row : kRows) {
    const std::string mode = row.mode;
    if (mode == "sel") continue;
    const Blocks ours = blocks_of(row);
    const double kept = mode == "full" ? ours.kept : ours.kept - ours.saved_of_one;
    EXPECT_NEAR((2 * ours.weights + ours.optimizer + kept + row.at_work) / row.total, 1.0, 1e-3)
        << name_of(row);
  }
}

}  // namespace
}  // namespace orrery
