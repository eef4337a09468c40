// Ring through all ranks, as many parallel rings as a node has links out of it.
//   T = launch + rounds (p-1) step + rounds (p-1)/p n / B,   rounds: 2 all-reduce, 1 gather or
//   scatter
// Between nodes the rings of the m ranks of a node share its m ports: n/m bytes for each.
// Patarasuk and Yuan, "Bandwidth optimal all-reduce algorithms for clusters of workstations", 2009.
#include "orrery/collective/algorithms/path.hpp"

namespace orrery::detail {

Cost ring(const Path& path, double rounds, Lines lines) {
  std::array<Share, kMostTiers> shares{};
  const double p = path.ranks;
  for (int h = 0; h < path.hops; ++h) {
    shares[h].steps = shares[h].waits = rounds * (p - 1.0) * crossings(path, h) / p;
    shares[h].bytes = rounds * (p - 1.0) / p * path.size / path.hop[h].inside;
  }
  return fastest_pipelined(path, shares, lines, "ring");
}

}  // namespace orrery::detail
