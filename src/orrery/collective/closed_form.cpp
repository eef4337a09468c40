#include "orrery/collective/closed_form.hpp"

#include <algorithm>
#include <cmath>

#include "orrery/collective/algorithms/path.hpp"

namespace orrery {
namespace {

using detail::Cost;
using detail::Hop;
using detail::Lines;
using detail::Path;

// A rank's share of the tier's wires. Ports that several chips share serve whoever is active.
double bandwidth_of(const Tier& tier, double inside, double chips_inside, int concurrent) {
  const double own = tier.bandwidth.value() / tier.oversubscription;
  if (tier.chips_per_port <= 1) return own;
  const double active = std::min(inside * concurrent, chips_inside);
  return std::min(own * tier.chips_per_port, own * chips_inside / active);
}

Hop make_hop(const Tier& tier, int index, int members, double inside, double chips_inside,
             int concurrent, const CollectiveCalibration& calibration) {
  Hop hop{.members = members,
          .tier = index,
          .inside = inside,
          .latency = tier.latency.value(),
          .kind = tier.kind,
          .adds = tier.in_network_reduction,
          .fabric = &calibration.of(tier.fabric)};
  hop.link = hop.bandwidth = bandwidth_of(tier, inside, chips_inside, concurrent);
  if (tier.kind == TierKind::FullMesh && tier.width > 1) {
    hop.link /= tier.width - 1;
    hop.bandwidth = hop.link * std::min(members - 1, tier.width - 1);
  } else if (tier.kind == TierKind::Torus) {
    hop.axes = map_to_torus(tier, members);
    hop.bandwidth *= std::max(hop.axes.links(), 1);
  } else if (hop.fabric->crowding > 0.0 && members > 2) {
    hop.bandwidth *= std::pow(1.0 - hop.fabric->crowding, std::log2(members / 2.0));
  }
  return hop;
}

Path path_of(const CollectiveCall& call, const Cluster& cluster,
             const CollectiveCalibration& calibration) {
  Path path{.size = call.size.value()};
  double chips_inside = 1.0;
  const std::size_t tiers = std::min<std::size_t>(cluster.tiers.size(), kMostTiers);
  for (std::size_t t = 0; t < tiers; ++t) {
    const int members = call.group.members[t];
    const Tier& tier = cluster.tiers[t];
    if (members > 1) {
      path.hop[path.hops++] = make_hop(tier, static_cast<int>(t), members, path.ranks, chips_inside,
                                       call.group.concurrent, calibration);
      path.ranks *= members;
    }
    chips_inside *= tier.width;
  }
  return path;
}

bool all_switched(const Path& path) {
  return std::all_of(path.hop.begin(), path.hop.begin() + path.hops,
                     [](const Hop& h) { return h.kind == TierKind::Switch; });
}

Cost all_reduce(const CollectiveCall& call, const Path& path) {
  if (!all_switched(path)) return hierarchical(path, 2.0, &FabricCalibration::all_reduce);
  Cost best = ring(path, 2.0, &FabricCalibration::all_reduce);
  // Libraries build trees between nodes only; a switch domain of more than 16 spans nodes.
  if (path.hops > 1 || path.hop[0].tier > 0 || path.ranks > 16)
    best.keep_faster(tree_all_reduce(path));
  if (call.reducible_in_network) best.keep_faster(in_network_all_reduce(path));
  if (call.engine_kernels) best.keep_faster(engine_all_reduce(path));
  return best;
}

Cost gather(const Path& path) {
  return all_switched(path) ? ring(path, 1.0, &FabricCalibration::gather)
                            : hierarchical(path, 1.0, &FabricCalibration::gather);
}

Cost broadcast(Path path) {
  Cost best = tree_broadcast(path);
  path.size *= path.ranks / (path.ranks - 1.0);  // the whole vector passes every link of the ring
  best.keep_faster(ring(path, 1.0, &FabricCalibration::gather));
  return best;
}

Cost choose(const CollectiveCall& call, const Path& path) {
  switch (call.kind) {
    case CollectiveKind::AllReduce:
      return all_reduce(call, path);
    case CollectiveKind::ReduceScatter:
    case CollectiveKind::AllGather:
      return gather(path);
    case CollectiveKind::AllToAll:
      return all_to_all(path);
    case CollectiveKind::Broadcast:
    case CollectiveKind::Reduce:  // a broadcast backwards
      return broadcast(path);
    case CollectiveKind::SendRecv:
      return send_recv(path);
    case CollectiveKind::Barrier: {  // an all-reduce of nothing
      Path nothing = path;
      nothing.size = 0.0;
      return all_reduce(call, nothing);
    }
  }
  return {};
}

// A rank's own part never crosses a wire, but libraries copy it from buffer to buffer meanwhile.
double own_copy(const CollectiveCall& call, const Path& path) {
  const double rate = path.hop[0].fabric->copy.value();
  const bool has_own_part =
      call.kind == CollectiveKind::AllReduce || call.kind == CollectiveKind::ReduceScatter ||
      call.kind == CollectiveKind::AllGather || call.kind == CollectiveKind::AllToAll;
  return !has_own_part || rate <= 0.0 ? 0.0 : path.size / path.ranks / rate;
}

}  // namespace

CollectiveTime collective_time(const CollectiveCall& call, const Cluster& cluster,
                               const CollectiveCalibration& calibration) {
  const Path path = path_of(call, cluster, calibration);
  if (path.hops == 0) return {};
  const Cost cost = choose(call, path);
  const double bandwidth = cost.bandwidth + own_copy(call, path);
  return {Seconds{cost.latency + bandwidth}, Seconds{cost.latency}, Seconds{bandwidth},
          cost.algorithm, cost.tier};
}

}  // namespace orrery
