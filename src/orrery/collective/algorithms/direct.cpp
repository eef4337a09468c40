// Every rank talks to every other at once.
#include <algorithm>

#include "orrery/collective/algorithms/path.hpp"

namespace orrery::detail {

// Full mesh, each shard over its own link: gather or scatter in one step, all-reduce in two.
//   T = launch + rounds step + rounds (m-1)/m n / B
Cost direct_mesh(const Hop& hop, double size, double rounds, Lines lines) {
  const double m = hop.members;
  return fastest_on(hop, rounds, rounds * (m - 1.0) / m * size, hop.bandwidth, lines, "direct");
}

// A serving engine's own kernels over peer memory, on the innermost tier only.
//   one shot:  T = launch + (m-1) step + (m-1) n / B          every rank reads all vectors
//   two shots: T = launch + (m-1) step + 2 (m-1)/m n / B      scatter, then gather
Cost engine_all_reduce(const Path& path) {
  Cost best;
  const Hop& hop = path.hop[0];
  if (path.hops != 1) return best;
  const double m = hop.members;
  if (!hop.fabric->one_shot.empty()) {
    best = fastest_on(hop, m - 1.0, (m - 1.0) * path.size, hop.bandwidth,
                      &FabricCalibration::one_shot, "one_shot");
  }
  if (!hop.fabric->two_shot.empty()) {
    best.keep_faster(fastest_on(hop, m - 1.0, 2.0 * (m - 1.0) / m * path.size, hop.bandwidth,
                                &FabricCalibration::two_shot, "two_shot"));
  }
  return best;
}

// All-to-all; peers at every tier are served at the same time.
// (messages to many peers are in flight together: the wire's latency counts once)
//   switch, mesh: T = launch + latency + sum peers step + max over tiers (peers / p) n / B
//   torus: the middle of the longest axis carries half of it, d/8 n (closed) or d/4 n (a line)
Cost all_to_all(const Path& path) {
  std::array<Share, kMostTiers> shares{};
  for (int h = 0; h < path.hops; ++h) {
    const Hop& hop = path.hop[h];
    const double peers = hop.inside * (hop.members - 1.0);
    const double part =
        hop.inside * hop.members / path.ranks;  // of the vector, stays within this tier
    if (hop.kind == TierKind::Torus) {
      double worst = 0.0;
      for (int a = 0; a < hop.axes.count; ++a) {
        shares[h].waits += hop.axes.closed[a] ? hop.axes.length[a] / 2.0 : hop.axes.length[a] - 1.0;
        worst = std::max(worst, hop.axes.length[a] / (hop.axes.closed[a] ? 8.0 : 4.0));
      }
      shares[h].steps = shares[h].waits;
      shares[h].bytes = part * path.size * worst * hop.bandwidth / hop.link;
    } else {
      shares[h].steps = peers;
      shares[h].waits = 1.0;
      shares[h].bytes = path.size * peers / path.ranks;
    }
  }
  return fastest_pipelined(path, shares, &FabricCalibration::all_to_all, "direct");
}

//   T = launch + step + n / B
Cost send_recv(const Path& path) {
  const Hop& hop = path.hop[path.hops - 1];
  return fastest_on(hop, 1.0, path.size, hop.link, &FabricCalibration::send_recv, "point_to_point");
}

}  // namespace orrery::detail
