#include "orrery/network/torus_axes.hpp"

#include <algorithm>
#include <numeric>

namespace orrery {
namespace {

bool is_closed(const Tier& torus, std::size_t axis) {
  return torus.shape[axis] > 1 && (torus.wrap.empty() || torus.wrap[axis]);
}

void add(TorusAxes& axes, int length, bool closed) {
  if (length <= 1) return;
  axes.length[axes.count] = length;
  axes.closed[axes.count] = closed;
  ++axes.count;
}

}  // namespace

TorusAxes map_to_torus(const Tier& torus, int members) {
  const std::size_t dims = std::min<std::size_t>(torus.shape.size(), kMostAxes);
  TorusAxes best;
  for (unsigned mask = 1; mask < (1U << dims); ++mask) {
    TorusAxes axes;
    int product = 1;
    for (std::size_t d = 0; d < dims; ++d) {
      if ((mask >> d & 1U) == 0) continue;
      product *= torus.shape[d];
      add(axes, torus.shape[d], is_closed(torus, d));
    }
    if (product == members && axes.links() > best.links()) best = axes;
  }
  if (best.count > 0 || members <= 1) return best;
  int left = members;
  for (std::size_t d = dims; d-- > 0;) {  // catalog shapes ascend, so the last is the longest
    const int part = std::gcd(left, torus.shape[d]);
    add(best, part, part == torus.shape[d] && is_closed(torus, d));
    left /= part;
  }
  if (left > 1) {  // no box fits: a line that snakes through what is left
    if (best.count == 0)
      add(best, left, false);
    else
      best.length[0] *= left;
    best.closed[0] = false;
  }
  return best;
}

}  // namespace orrery
