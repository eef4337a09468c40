// Double binary tree between nodes, a chain inside them; reduce and broadcast flow at the same
// time.
//   T = launch + 2 (ceil(log2 m) step_outer + (m_inner - 1) step_inner) + 2 (m-1)/m n / (m_inner B)
// Sanders, Speck, Traeff, "Two-tree algorithms for full bandwidth broadcast, reduction and scan",
// 2009.
#include <cmath>

#include "orrery/collective/algorithms/path.hpp"

namespace orrery::detail {
namespace {

double log2_steps(int members) { return std::ceil(std::log2(static_cast<double>(members))); }

}  // namespace

Cost tree_all_reduce(const Path& path) {
  std::array<Share, kMostTiers> shares{};
  const int last = path.hops - 1;
  for (int h = 0; h < path.hops; ++h) {
    const Hop& hop = path.hop[h];
    const double m = hop.members;
    shares[h].steps = shares[h].waits = 2.0 * (h == last ? log2_steps(hop.members) : m - 1.0);
    shares[h].bytes = 2.0 * (m - 1.0) / m * path.size / hop.inside;
  }
  return fastest_pipelined(path, shares, &FabricCalibration::all_reduce, "tree");
}

//   T = launch + ceil(log2 p) step + n / B
Cost tree_broadcast(const Path& path) {
  std::array<Share, kMostTiers> shares{};
  for (int h = 0; h < path.hops; ++h) {
    shares[h].steps = shares[h].waits = log2_steps(path.hop[h].members);
    shares[h].bytes = path.size / path.hop[h].inside;
  }
  return fastest_pipelined(path, shares, &FabricCalibration::gather, "tree");
}

}  // namespace orrery::detail
