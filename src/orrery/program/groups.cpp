#include "orrery/program/groups.hpp"

#include <algorithm>

namespace orrery {

GroupShape placed(int size, int stride, const Cluster& cluster) {
  GroupShape shape;
  int left = size;
  int step = stride;  // in members of the current tier
  const std::size_t tiers = std::min<std::size_t>(cluster.tiers.size(), kMostTiers);
  for (std::size_t t = 0; t < tiers && left > 1; ++t) {
    const int width = std::max(cluster.tiers[t].width, 1);
    const bool last = t + 1 == tiers;
    const int inside = last ? left : std::clamp(width / std::max(step, 1), 1, left);
    // A group that does not divide the tier evenly spills over: its share inside must divide it.
    int share = inside;
    while (left % share != 0) --share;
    shape.members[t] = share;
    left /= share;
    step = std::max(1, step * share / width);
  }
  shape.concurrent =
      cluster.tiers.empty() ? 1 : std::min(stride, std::max(cluster.tiers[0].width, 1));
  return shape;
}

Groups groups_of(const ParallelPlan& plan, const Cluster& cluster) {
  const int t = plan.tensor, c = plan.context, d = std::max(plan.data, 1);
  const int etp = plan.expert_tensor;
  const int shard = plan.shard > 0 ? plan.shard : c * d;
  Groups g;
  g.tensor = placed(t, 1, cluster);
  g.context = placed(c, t, cluster);
  g.data = placed(c * d, t, cluster);  // gradients are reduced over context ranks too
  g.shard = placed(shard, t, cluster);
  g.replicate = placed(c * d / shard, t * shard, cluster);
  // Experts re-use the tensor, context and data ranks of one stage: expert-tensor first, then
  // expert.
  const int expert_data = std::max(1, t * c * d / (plan.expert * etp));
  g.expert_tensor = placed(etp, 1, cluster);
  g.expert = placed(plan.expert, etp, cluster);
  g.expert_data = placed(expert_data, etp * plan.expert, cluster);
  g.pipeline = placed(std::min(plan.pipeline, 2), t * c * d, cluster);
  return g;
}

}  // namespace orrery
