// All-reduce by switches that add. Inside one switch domain of m ranks (NVLS) a rank's link carries
// the n bytes it offers for reduction and the n/m of its share that it multicasts:
//   T = launch + 2 step + (1 + 1/m) n / B
// Between domains a double binary tree (NVLSTree), or a switch that adds there too (SHARP):
//   T = T_inner and T_outer at the same time;  T_outer = 2 (k-1)/k n / (m B)  or  n / (m B)
// The busbw of NVLS on 5 to 8 ranks follows 2 (m-1)/(m+1) to 1%: stas00/ml-engineering, network.
#include <algorithm>
#include <cmath>

#include "orrery/collective/algorithms/path.hpp"

namespace orrery::detail {
namespace {

bool can_add(const Hop& hop) { return hop.adds && !hop.fabric->in_network.empty(); }

Cost outer_part(const Hop& hop, double size) {
  const double m = hop.members;
  const double bytes = size / hop.inside;
  Cost best = fastest_on(hop, 2.0 * std::ceil(std::log2(m)), 2.0 * (m - 1.0) / m * bytes,
                         hop.bandwidth, &FabricCalibration::all_reduce, "in_network_tree");
  if (can_add(hop)) {
    best.keep_faster(
        fastest_on(hop, 2.0, bytes, hop.bandwidth, &FabricCalibration::in_network, "in_network"));
  }
  return best;
}

}  // namespace

Cost in_network_all_reduce(const Path& path) {
  const Hop& inner = path.hop[0];
  if (!can_add(inner) || inner.kind != TierKind::Switch) return {};
  Cost cost = fastest_on(inner, 2.0, (1.0 + 1.0 / inner.members) * path.size, inner.bandwidth,
                         &FabricCalibration::in_network, "in_network");
  for (int h = 1; h < path.hops; ++h) {
    const Cost outer = outer_part(path.hop[h], path.size);
    cost.latency += outer.latency;
    cost.algorithm = outer.algorithm;
    if (outer.bandwidth > cost.bandwidth) {
      cost.bandwidth = outer.bandwidth;
      cost.tier = outer.tier;
    }
  }
  return cost;
}

}  // namespace orrery::detail
