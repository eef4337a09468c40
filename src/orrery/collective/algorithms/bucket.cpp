// Bucket algorithm on a torus: the vector is cut in as many parts as there are axes, and each part
// goes round the axes in its own order, so that all links work at once.
//   T = launch + rounds hops step + rounds (p-1)/p n / (links B),   hops: sum of d/2 (closed) or
//   d-1
// links: two for each closed axis, one for each line. Exact for equal axes, a lower bound
// otherwise. jax-ml/scaling-book, sharding.md ("T_total = V / W_ici" for one bidirectional axis).
#include "orrery/collective/algorithms/path.hpp"

namespace orrery::detail {

Cost bucket_torus(const Hop& hop, double size, double rounds, Lines lines) {
  double steps = 0.0;
  for (int a = 0; a < hop.axes.count; ++a) {
    steps += hop.axes.closed[a] ? hop.axes.length[a] / 2.0 : hop.axes.length[a] - 1.0;
  }
  const double m = hop.members;
  return fastest_on(hop, rounds * steps, rounds * (m - 1.0) / m * size, hop.bandwidth, lines,
                    "bucket");
}

}  // namespace orrery::detail
