// Tier by tier: scatter inside, the same on the shards outside, gather inside, so that meshes and
// tori combine with switches.
//   T = sum over tiers ( launch + steps step ) + sum or max over tiers ( rounds (m-1)/m n / (inside
//   B) )
// Compilers for tori run one tier after the other (sum); libraries cut the vector in pieces that
// pass the tiers of a mesh of GPUs at the same time (max).
#include <algorithm>

#include "orrery/collective/algorithms/path.hpp"

namespace orrery::detail {

Cost hierarchical(const Path& path, double rounds, Lines lines) {
  Cost sum{0.0, 0.0, "hierarchical", 0};
  double slowest = -1.0;
  double together = 0.0;
  bool one_by_one = false;
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
    one_by_one |= hop.kind == TierKind::Torus;
    together = std::max(together, cost.bandwidth);
    sum.bandwidth += cost.bandwidth;
    if (path.hops == 1) sum.algorithm = cost.algorithm;
    if (cost.bandwidth > slowest) {
      slowest = cost.bandwidth;
      sum.tier = hop.tier;
    }
  }
  if (!one_by_one) sum.bandwidth = together;
  return sum;
}

}  // namespace orrery::detail
