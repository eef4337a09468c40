#include <algorithm>

#include "orrery/accuracy/row_opening.hpp"
#include "orrery/accuracy/row_study.hpp"
#include "orrery/program/plan_check.hpp"

namespace orrery {
namespace {

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

DType stored_format(const std::string& name, DType otherwise) {
  if (contains(name, "fp4")) return DType::Fp4;
  if (contains(name, "fp8")) return DType::Fp8;
  if (contains(name, "int8")) return DType::Int8;
  if (contains(name, "int4")) return DType::Int4;
  if (contains(name, "fp16")) return DType::Fp16;
  if (contains(name, "bf16")) return DType::Bf16;
  return otherwise;
}

// Matrix products run in the weights' format where the chip has such a unit, else in 16 bits.
Precision precision_of(const TableRow& row, const Chip& chip) {
  const DType weights = stored_format(folded(row.text("weight_dtype")), DType::Fp16);
  const bool unit = weights == DType::Fp4    ? chip.peak.fp4.value() > 0
                    : weights == DType::Fp8  ? chip.peak.fp8.value() > 0
                    : weights == DType::Int8 ? false  // weight-only in these tables
                                             : true;
  const DType half =
      chip.kind == ChipKind::Tpu || weights != DType::Fp16 ? DType::Bf16 : DType::Fp16;
  Precision p = precision_named(unit && weights != DType::Int4 ? weights : half);
  p.weights = weights;
  p.activations = p.attention = half;
  p.kv_cache = stored_format(folded(row.text("kv_dtype")), half);
  return p;
}

// Which task a row measured, and its time: a latency, or the time per token of a throughput.
bool fill_task(const TableRow& row, RowStudy& out) {
  const std::string phase = folded(row.text("phase")), metric = folded(row.text("metric"));
  Workload& work = out.study.work;
  const double chips = std::max(1, out.study.setting.cluster.chips);
  const auto batch = row.number("batch"), concurrency = row.number("concurrency");
  work.prompt = static_cast<std::int64_t>(row.number("isl").value_or(0));
  work.generated = static_cast<std::int64_t>(row.number("osl").value_or(0));
  work.sequences = static_cast<std::int64_t>(batch ? *batch : concurrency.value_or(0));
  const auto latency = row.number("latency_s"), ttft = row.number("ttft_s"),
             tpot = row.number("tpot_s");
  if (contains(phase, "offline")) {
    work.task = Task::Offline;
    work.sequences = 0;
    out.study.engine.requests = row.number("num_requests").value_or(0);
    const auto rate = row.number("value_per_accel");
    if (!rate || *rate <= 0) return false;
    out.quantity = "time_per_token_s";
    out.measured = 1.0 / (*rate * chips);
    return true;
  }
  if (work.sequences < 1) return false;
  if (phase.starts_with("prefilldecode") || contains(phase, "chat")) {
    work.task = Task::Generate;
    if (latency && *latency > 0) {
      out.quantity = "latency_s";
      out.measured = *latency;
      return true;
    }
    const auto rate = row.number("value_per_accel");
    if (!contains(metric, "throughput") || !rate || *rate <= 0) return false;
    out.quantity = "time_per_token_s";
    out.measured = 1.0 / (*rate * chips);
    return true;
  }
  if (phase.starts_with("prefill")) {
    work.task = Task::Prefill;
    const auto t = ttft ? ttft : latency;
    if (!t || *t <= 0) return false;
    out.quantity = "ttft_s";
    out.measured = *t;
    return true;
  }
  work.task = Task::Decode;
  if (!tpot || *tpot <= 0) return false;
  out.quantity = "tpot_s";
  out.measured = *tpot;
  return true;
}

void fill_plan(const TableRow& row, RowStudy& out) {
  ParallelPlan& plan = out.study.plan;
  const auto degree = [&](const char* column) {
    const auto n = row.number(column);
    return n && *n >= 1 ? static_cast<int>(*n) : 0;
  };
  const int chips = out.study.setting.cluster.chips;
  plan.pipeline = std::max(1, degree("pp"));
  plan.tensor = degree("tp");
  plan.data = degree("dp");
  plan.expert = std::max(1, degree("ep"));
  if (plan.tensor == 0) plan.tensor = std::max(1, chips / plan.pipeline / std::max(1, plan.data));
  plan.data = std::max(1, chips / (plan.tensor * plan.pipeline));
  // "attention DP enabled for MoE; ep size not printed": attention by replicas, experts over all.
  if (out.is_moe && contains(folded(row.text("notes")), "attentiondp") && plan.data == 1 &&
      plan.tensor > 1) {
    plan.data = plan.expert = plan.tensor;
    plan.tensor = 1;
  }
  if (!out.is_moe) plan.expert = 1;
  plan.launch = Launch::Graph;
  plan.zero = 0;
  plan.precision = precision_of(row, out.study.setting.cluster.chip);
  plan.overlap = {false, false, false, false, false};
}

}  // namespace

RowOutcome inference_row(const TableRow& row, const Names& names, const Catalog& catalog) {
  RowOutcome outcome;
  RowStudy out;
  if (!open_row(row, row.text("framework"), names, catalog, out, outcome)) return outcome;
  if (!fill_task(row, out)) {
    outcome.skip = Skip::OtherMetric;
    return outcome;
  }
  fill_plan(row, out);
  const Diagnostics problems =
      check_plan(out.study.graph, out.study.plan, out.study.work, out.study.setting.cluster);
  if (!problems.empty()) {
    outcome.skip = Skip::ContradictoryPlan;
    outcome.detail = to_string(problems.front());
    return outcome;
  }
  outcome.row = std::move(out);
  return outcome;
}

}  // namespace orrery
