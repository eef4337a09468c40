// Groups: which communicator a rank uses for what, and where its members sit.
//
// Ranks are numbered tensor first, then context, expert within data, data, pipeline last: the order
// of Megatron-LM's default "tp-cp-ep-dp-pp".
#pragma once
#include "orrery/hw/cluster.hpp"
#include "orrery/network/placement.hpp"
#include "orrery/program/plan.hpp"

namespace orrery {

struct Groups {
  GroupShape tensor, context, expert, expert_tensor, shard, replicate, data, expert_data, pipeline;
};

// A group of `size` ranks `stride` apart in rank order.
GroupShape placed(int size, int stride, const Cluster& cluster);

Groups groups_of(const ParallelPlan& plan, const Cluster& cluster);

}  // namespace orrery
