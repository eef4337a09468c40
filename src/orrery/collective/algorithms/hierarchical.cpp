// Tier by tier: scatter inside, the same on the shards outside, gather inside. One tier after the
// other, so that meshes and tori combine with switches.
//   T = sum over tiers ( launch + steps step + rounds (m-1)/m n / (inside B) )
#include "orrery/collective/algorithms/path.hpp"

namespace orrery::detail {

Cost hierarchical(const Path& path, double rounds, Lines lines) {
  Cost sum{0.0, 0.0, "hierarchical", 0};
  double slowest = -1.0;
  for (int h = 0; h < path.hops; ++h) {
    const Hop& hop = path.hop[h];
    const double size = path.size / hop.inside;
    Cost cost;
    switch (hop.kind) {
      case TierKind::Torus:
        cost = bucket_torus(hop, size, rounds, lines);
        break;
      case TierKind::FullMesh:
        cost = direct_mesh(hop, size, rounds, lines);
        break;
      case TierKind::Switch: {
        const double m = hop.members;
        cost = fastest_on(hop, rounds * (m - 1.0), rounds * (m - 1.0) / m * size, hop.bandwidth,
                          lines, "ring");
        break;
      }
    }
    sum.latency += cost.latency;
    sum.bandwidth += cost.bandwidth;
    if (path.hops == 1) sum.algorithm = cost.algorithm;
    if (cost.bandwidth > slowest) {
      slowest = cost.bandwidth;
      sum.tier = hop.tier;
    }
  }
  return sum;
}

}  // namespace orrery::detail
