#include "orrery/planner/search_space.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace orrery {
namespace {

constexpr std::int64_t kLeastTokensOfContextRank = 2048;  // below, attention kernels starve

std::vector<int> divisors(std::int64_t whole, std::int64_t most) {
  std::vector<int> out;
  for (std::int64_t i = 1; i <= std::min(whole, most); ++i) {
    if (whole % i == 0) out.push_back(static_cast<int>(i));
  }
  return out;
}

bool is_training(const Workload& work) {
  return work.task == Task::Train || work.task == Task::Finetune;
}

struct Bounds {
  std::int64_t heads = 0, experts = 0;
};

Bounds bounds_of(const OpGraph& graph) {
  Bounds b;
  for (const Layer& layer : graph.layers) {
    for (const Op& op : layer.ops) {
      if (op.kind == OpKind::Attention) b.heads = std::gcd(b.heads, op.attention.heads);
      b.experts = std::gcd(b.experts, op.moe.experts);
    }
  }
  return b;
}

bool splits_batch(const ParallelPlan& plan, const Workload& work, double micro) {
  if (!is_training(work)) return true;
  const double m = static_cast<double>(work.global) / (plan.data * micro);
  return m >= 1.0 - 1e-9 && std::abs(m - std::round(m)) < 1e-9;
}

bool chunks_are_alike(const ParallelPlan& plan, int layers) {
  if (plan.virtual_stages == 1) return true;
  if (plan.pipeline == 1) return false;
  const StageLayout& s = plan.stages;
  if (!s.layers.empty()) return true;  // check_plan() knows
  return (layers + s.embedding_is_layer + s.head_is_layer) %
             (plan.pipeline * plan.virtual_stages) ==
         0;
}

}  // namespace

PlanSpace space_of(const ParallelPlan& base, const Workload& work) {
  PlanSpace s;
  s.tensor = {base.tensor};
  s.pipeline = {base.pipeline};
  s.virtual_stages = {base.virtual_stages};
  s.context = {base.context};
  s.expert = {base.expert};
  s.expert_tensor = {base.expert_tensor};
  s.micro = {work.micro};
  s.stages = {base.stages};
  s.sequence_parallel = {base.sequence_parallel};
  s.fused_attention = {base.fused_attention};
  s.offload_activations = {base.offload.activations};
  s.recompute = {base.recompute};
  s.zero = {base.zero};
  s.schedule = {base.schedule};
  s.offload_optimizer = {base.offload.optimizer};
  s.overlap_data = {base.overlap.data};
  s.overlap_tensor = {base.overlap.tensor};
  s.overlap_pipeline = {base.overlap.pipeline};
  s.overlap_expert = {base.overlap.expert};
  s.overlap_context = {base.overlap.context};
  return s;
}

PlanSpace degrees_for(const OpGraph& graph, const ParallelPlan& base, const Workload& work,
                      const Cluster& cluster) {
  PlanSpace s = space_of(base, work);
  const Bounds bounds = bounds_of(graph);
  const int layers = depth(graph);
  s.tensor = divisors(std::gcd<std::int64_t>(cluster.chips, bounds.heads), cluster.chips);
  s.pipeline = divisors(cluster.chips, layers);
  s.expert =
      divisors(std::gcd<std::int64_t>(bounds.experts, bounds.experts > 0 ? cluster.chips : 1),
               cluster.chips);
  if (s.expert.empty()) s.expert = {1};
  s.expert_tensor = {0};
  s.stages = {base.stages};
  if (!base.stages.layers.empty()) s.stages = {StageLayout{}};  // a list fits one pipeline only
  if (!is_training(work)) return s;
  s.context = divisors(std::gcd<std::int64_t>(cluster.chips, work.sequence),
                       work.sequence / kLeastTokensOfContextRank);
  if (s.context.empty()) s.context = {1};
  s.virtual_stages.clear();
  for (int v = 1; v <= layers; ++v) s.virtual_stages.push_back(v);
  s.micro.clear();
  for (const int micro : divisors(work.global, work.global)) s.micro.push_back(micro);
  if (std::ranges::find(s.micro, work.micro) == s.micro.end()) s.micro.push_back(work.micro);
  s.recompute = {Recompute::None, Recompute::Selective, Recompute::Full};
  s.zero = {1, 0, 2, 3};
  return s;
}

PlanSpace space_for(const OpGraph& graph, const ParallelPlan& base, const Workload& work,
                    const Cluster& cluster) {
  PlanSpace s = degrees_for(graph, base, work, cluster);
  if (!is_training(work)) return s;
  s.stages = {StageLayout{}, StageLayout{.embedding_is_layer = true, .head_is_layer = true}};
  s.sequence_parallel = {false, true};
  s.offload_activations = s.offload_optimizer = {false, true};
  s.schedule = {Schedule::OneFOneB, Schedule::GPipe, Schedule::ZeroBubble};
  s.overlap_data = s.overlap_pipeline = s.overlap_context = {true, false};
  s.overlap_tensor = s.overlap_expert = {false, true};
  return s;
}

std::vector<Shape> shapes(const PlanSpace& space, const OpGraph& graph, const ParallelPlan& base,
                          const Workload& work, const Cluster& cluster) {
  std::vector<Shape> out;
  const int layers = depth(graph);
  Shape shape{base, work.micro};
  ParallelPlan& p = shape.plan;
  const auto micro_batches = [&] {
    for (const double micro : space.micro) {
      shape.micro = micro;
      if (splits_batch(p, work, micro)) out.push_back(shape);
    }
  };
  const auto stages = [&] {
    for (std::size_t i = 0; i < space.stages.size(); ++i) {
      if (p.pipeline == 1 && i > 0) break;  // one stage holds everything in any layout
      p.stages = space.stages[i];
      for (const int chunks : space.virtual_stages) {
        p.virtual_stages = chunks;
        if (chunks_are_alike(p, layers)) micro_batches();
      }
    }
  };
  for (const int tensor : space.tensor) {
    for (const int pipeline : space.pipeline) {
      for (const int context : space.context) {
        const std::int64_t inner = static_cast<std::int64_t>(tensor) * pipeline * context;
        if (inner > cluster.chips || cluster.chips % inner != 0) continue;
        p.tensor = tensor;
        p.pipeline = pipeline;
        p.context = context;
        p.data = static_cast<int>(cluster.chips / inner);
        for (const int expert : space.expert) {
          p.expert = expert;
          for (const int expert_tensor : space.expert_tensor) {
            p.expert_tensor = expert_tensor;
            stages();
          }
        }
      }
    }
  }
  return out;
}

}  // namespace orrery
