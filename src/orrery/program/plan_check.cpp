#include "orrery/program/plan_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "orrery/program/stages.hpp"

namespace orrery {
namespace {

// Far above any run; products of two or three stay exact and finite.
constexpr int kMostRanks = 1'000'000;
constexpr std::int64_t kMostSequences = 1'000'000'000, kLongest = 1'000'000'000;
constexpr double kLeastSequences = 1e-6;

struct Limits {
  std::int64_t heads = 0, kv_heads = 0, experts = 0;
};

Limits limits_of(const OpGraph& graph) {
  Limits l;
  for (const Layer& layer : graph.layers) {
    for (const Op& op : layer.ops) {
      if (op.kind == OpKind::Attention) l.heads = std::gcd(l.heads, op.attention.heads);
      l.experts = std::max(l.experts, op.moe.experts);
    }
  }
  return l;
}

class Checker {
 public:
  explicit Checker(Diagnostics& problems) : problems_(problems) {}

  template <class T>
  void within(const char* where, T value, T least, T most) {
    if (!(value >= least && value <= most)) {
      fail(where, fmt::format("saw {}; expected {} to {}", value, least, most));
    }
  }
  void divides(const char* where, std::int64_t part, std::int64_t whole, const char* what) {
    if (part < 1 || whole < 1 || whole % part == 0) return;
    fail(where, fmt::format("saw {}; expected a divisor of the {} {}, such as {}", part, whole,
                            what, nearest_divisor(whole, part)));
  }
  void fail(const char* where, std::string what) { problems_.push_back({where, std::move(what)}); }

 private:
  Diagnostics& problems_;
};

void check_ranges(const ParallelPlan& plan, int layers, Checker& check) {
  check.within("/plan/tensor", plan.tensor, 1, kMostRanks);
  check.within("/plan/pipeline", plan.pipeline, 1, kMostRanks);
  check.within("/plan/virtual_stages", plan.virtual_stages, 1, kMostRanks);
  check.within("/plan/context", plan.context, 1, kMostRanks);
  check.within("/plan/expert", plan.expert, 1, kMostRanks);
  check.within("/plan/data", plan.data, 0, kMostRanks);
  check.within("/plan/expert_tensor", plan.expert_tensor, 0, kMostRanks);
  check.within("/plan/shard", plan.shard, 0, kMostRanks);
  check.within("/plan/zero", plan.zero, 0, 3);
  check.within("/plan/recompute_layers", plan.recompute_layers, 0, std::max(1, layers));
  check.within("/plan/lora_rank", plan.lora_rank, 0, 1 << 20);
  check.within("/plan/imbalance", plan.imbalance, 1.0, 1e6);
  check.within("/plan/capacity_factor", plan.capacity_factor, 0.0, 1e6);
  for (const int count : plan.stages.layers)
    check.within("/plan/stages/layers", count, 0, std::max(1, layers));
}

void check_ranks(ParallelPlan& plan, const Cluster& cluster, Checker& check) {
  const std::int64_t inner = static_cast<std::int64_t>(plan.tensor) * plan.pipeline * plan.context;
  if (inner < 1) return;
  if (inner > cluster.chips) {
    check.fail("/plan",
               fmt::format("saw tensor {} x pipeline {} x context {} = {} ranks; expected at "
                           "most the {} chips of the cluster",
                           plan.tensor, plan.pipeline, plan.context, inner, cluster.chips));
    return;
  }
  if (plan.data == 0) {
    if (cluster.chips % inner != 0) {
      check.fail("/plan",
                 fmt::format("saw tensor x pipeline x context = {}; expected a divisor of the {} "
                             "chips, such as {}",
                             inner, cluster.chips, nearest_divisor(cluster.chips, inner)));
      return;
    }
    plan.data = static_cast<int>(cluster.chips / inner);
  }
  if (inner * plan.data != cluster.chips) {
    check.fail(
        "/plan",
        fmt::format("saw tensor {} x pipeline {} x context {} x data {} = {} ranks; expected "
                    "the {} chips of the cluster (data: {} would do)",
                    plan.tensor, plan.pipeline, plan.context, plan.data, inner * plan.data,
                    cluster.chips, std::max<std::int64_t>(1, cluster.chips / inner)));
  }
}

void check_experts(ParallelPlan& plan, const Limits& limits, Checker& check) {
  if (plan.expert_tensor == 0) plan.expert_tensor = plan.expert > 1 ? 1 : plan.tensor;
  if (plan.expert > 1 && limits.experts == 0) {
    check.fail("/plan/expert",
               fmt::format("saw {}; expected 1, for the model has no experts", plan.expert));
    return;
  }
  check.divides("/plan/expert", plan.expert, limits.experts, "experts");
  const std::int64_t ranks = static_cast<std::int64_t>(plan.tensor) * plan.context * plan.data;
  check.divides("/plan/expert", static_cast<std::int64_t>(plan.expert) * plan.expert_tensor, ranks,
                "ranks of a stage (expert x expert_tensor cut tensor x context x data)");
}

void check_pipeline(const OpGraph& graph, const ParallelPlan& plan, const Workload& work,
                    bool training, Checker& check) {
  const int layers = depth(graph);
  const std::int64_t chunks = std::int64_t{plan.pipeline} * plan.virtual_stages;
  if (plan.virtual_stages > 1 && plan.pipeline == 1) {
    check.fail("/plan/virtual_stages",
               fmt::format("saw {} with one stage; expected 1", plan.virtual_stages));
  }
  if (chunks > layers + 2 || chunks < 1) {
    check.fail("/plan/pipeline",
               fmt::format("saw {} chunks (pipeline x virtual_stages) for {} layers; "
                           "expected at most one a layer",
                           chunks, layers));
    return;
  }
  const std::vector<int> sizes = chunk_sizes(graph, plan);
  if (sizes.empty()) {
    const auto& given = plan.stages.layers;
    const std::string entries = chunks == plan.pipeline ? fmt::format("{}", chunks)
                                                        : fmt::format("{} or {}", plan.pipeline, chunks);
    check.fail(
        "/plan/stages/layers",
        fmt::format(
            "saw {} entries with {} layers in all; expected {} entries that add up to {}",
            given.size(), std::accumulate(given.begin(), given.end(), 0), entries, layers));
  }
  for (const int size : sizes) {
    if (size < 0)
      check.fail("/plan/stages", "saw a stage with fewer than zero layers; expected fewer stages");
  }
  if (!training || plan.pipeline == 1) return;
  const double m = static_cast<double>(work.global) / (plan.data * work.micro);
  if (m < 1.0 || m != std::round(m)) return;  // check_batch() says so
  if (plan.virtual_stages > 1 && std::fmod(m, plan.pipeline) != 0.0) {
    check.fail("/plan/virtual_stages",
               fmt::format(
                   "saw {:g} micro-batches a replica; expected, for the interleaved schedule, a "
                   "multiple of the {} stages (the nearest is {:g})",
                   m, plan.pipeline, std::max(1.0, std::round(m / plan.pipeline)) * plan.pipeline));
  }
}

void check_batch_ranges(const Workload& work, Checker& check) {
  check.within<std::int64_t>("/batch/global", work.global, 1, kMostSequences);
  check.within<std::int64_t>("/batch/sequence", work.sequence, 1, kLongest);
  if (work.mean_length != 0.0) check.within<double>("/batch/mean_length", work.mean_length, 1, kLongest);
  // A fraction is a sequence split over ranks: at least one token of the longest one.
  if (!(work.micro >= kLeastSequences && work.micro <= kMostSequences)) {
    check.fail("/batch/micro", fmt::format("saw {:g}; expected {:g} to {}", work.micro,
                                           kLeastSequences, kMostSequences));
  }
}

void check_batch(const ParallelPlan& plan, const Workload& work, Checker& check) {
  const double m = static_cast<double>(work.global) / (plan.data * work.micro);
  if (m < 1.0 - 1e-9 || std::abs(m - std::round(m)) > 1e-9) {
    const double unit = plan.data * work.micro;
    check.fail(
        "/batch/global",
        fmt::format("saw {}; expected a multiple of data {} x micro {:g} = {:g} (the "
                    "nearest is {:g})",
                    work.global, plan.data, work.micro, unit,
                    std::max(1.0, std::round(static_cast<double>(work.global) / unit)) * unit));
  }
  check.divides("/plan/context", plan.context, work.sequence, "tokens of a sequence");
  if (work.mean_length > 0 && work.mean_length < 1) {
    check.fail("/batch/mean_length",
               fmt::format("saw {:g}; expected 0 or at least 1 token", work.mean_length));
  }
  if (work.mean_length > static_cast<double>(work.sequence)) {
    check.fail("/batch/mean_length", fmt::format("saw {:g}; expected at most the sequence, {}",
                                                 work.mean_length, work.sequence));
  }
}

}  // namespace

std::int64_t nearest_divisor(std::int64_t whole, std::int64_t wanted) {
  std::int64_t best = 1;
  for (std::int64_t i = 1; i <= whole && i <= 2 * wanted; ++i) {
    if (whole % i == 0 && std::llabs(i - wanted) < std::llabs(best - wanted)) best = i;
  }
  return best;
}

Diagnostics check_plan(const OpGraph& graph, ParallelPlan& plan, const Workload& work,
                       const Cluster& cluster) {
  Diagnostics problems;
  Checker check(problems);
  const bool training = work.task == Task::Train || work.task == Task::Finetune;
  check_ranges(plan, depth(graph), check);
  if (training) check_batch_ranges(work, check);
  if (!problems.empty()) return problems;
  const Limits limits = limits_of(graph);
  if (limits.heads > 0) check.divides("/plan/tensor", plan.tensor, limits.heads, "attention heads");
  check_ranks(plan, cluster, check);
  if (!problems.empty()) return problems;
  check_experts(plan, limits, check);
  check_pipeline(graph, plan, work, training, check);
  if (training) check_batch(plan, work, check);
  const int ranks = plan.data * plan.context;
  if (plan.shard > 0) check.divides("/plan/shard", plan.shard, ranks, "data x context ranks");
  return problems;
}

}  // namespace orrery
