#include "orrery/accuracy/mlperf_row.hpp"

#include <algorithm>
#include <cmath>

namespace orrery {
namespace {

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

// Mean length of a pre-training sample of the benchmark's BERT data, in tokens of the 512 at most.
// Submissions drop the padding: about half of the slots are real (MLCommons BERT reference, phase
// 2).
constexpr double kBertMeanLength = 256;
constexpr double kBertMaskedShare = 76.0 / 512.0;

}  // namespace

std::string mlperf_framework(const TableRow& row) {
  const bool amd = contains(folded(row.text("accelerator")), "instinct");
  return std::string("MLPerf ") + (amd ? "AMD " : "NVIDIA ") + row.text("model");
}

void apply_mlperf(const TableRow& row, int replicas, RowStudy& out) {
  ParallelPlan& plan = out.study.plan;
  Workload& work = out.study.work;
  const Cluster& cluster = out.study.setting.cluster;
  const std::string model = folded(row.text("model"));
  plan.launch = Launch::Graph;
  plan.zero = 1;
  plan.recompute = Recompute::None;
  plan.fused_attention = true;
  plan.sequence_parallel = plan.tensor > 1;
  plan.precision.communication = DType::Bf16;
  plan.precision.gradients = DType::Bf16;
  plan.overlap = {};
  plan.overlap.tensor = true;
  if (contains(model, "bert")) {
    work.packing = Packing::Unpadded;
    work.mean_length = std::min(kBertMeanLength, static_cast<double>(work.sequence));
    // The head runs on the masked positions alone: 76 of 512 (MLCommons BERT reference,
    // max_predictions_per_seq).
    compute_outputs_for(out.study.graph, kBertMaskedShare);
  }
  const std::string hint = folded(row.text("precision_hint"));
  const bool low = cluster.chip.peak.fp8.value() > 0 && cluster.chip.generation != "ada" &&
                   !contains(hint, "bf16");
  if (low) {
    const DType format =
        contains(hint, "fp4") && cluster.chip.peak.fp4.value() > 0 ? DType::Fp4 : DType::Fp8;
    const DType kept = contains(model, "lora")
                           ? DType::Fp8
                           : DType::Bf16;  // a frozen base is kept as it is multiplied
    plan.precision.compute = format;
    plan.precision.weights = kept;
    plan.precision.scaling = format == DType::Fp4 ? Scaling::Block : Scaling::Tensor;
  }
  // Splits that are not printed: the ranks a micro-batch of one sequence leaves over. Tensor ranks
  // up to 4 where 80 GiB chips force them, context ranks otherwise.
  const auto accumulation = row.number("grad_accum");
  if (contains(model, "lora") && !row.number("tp") && accumulation && *accumulation > 0) {
    const double data = static_cast<double>(work.global) / *accumulation;
    const int split = static_cast<int>(std::lround(cluster.chips / std::max(1.0, data)));
    if (split >= 1 && cluster.chips % split == 0) {
      const bool small = cluster.chip.memory.capacity < Bytes{100.0 * 0x1p30};
      plan.tensor = small ? std::min(split, 4) : 1;
      plan.context = split / plan.tensor;
      plan.sequence_parallel = plan.tensor > 1;
      replicas = cluster.chips / split;
    }
  }
  if (accumulation && *accumulation > 0 && replicas > 0 && !row.number("micro_batch")) {
    work.micro = static_cast<double>(work.global) / (*accumulation * replicas);
    out.micro_is_open = false;
  }
}

}  // namespace orrery
