#include "orrery/network/topology_facts.hpp"

#include <algorithm>

namespace orrery {
namespace {

// Mean distance over all ordered pairs of one axis, itself included.
//   ring: floor(k^2 / 4) / k        line: (k^2 - 1) / (3 k)
double mean_distance(int k, bool closed) {
  const double n = k;
  return closed ? static_cast<double>(std::int64_t{k} * k / 4) / n : (n * n - 1.0) / (3.0 * n);
}

}  // namespace

TopologyFacts torus_facts(const std::vector<int>& shape, const std::vector<bool>& wrap) {
  TopologyFacts out{.endpoints = 1};
  for (const int k : shape) out.endpoints *= k;
  double mean = 0.0;
  std::int64_t cut = 0;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    const int k = shape[d];
    if (k < 2) continue;
    const bool closed = wrap.empty() || wrap[d];
    const std::int64_t lines = out.endpoints / k;
    out.links += lines * (closed ? k : k - 1);
    out.diameter += closed ? k / 2 : k - 1;
    mean += mean_distance(k, closed);
    // The halves are cut across the axis that offers the fewest links; odd axes are cut unevenly.
    const std::int64_t links = lines * (closed ? 2 : 1);
    if (cut == 0 || links < cut) cut = links;
  }
  out.bisection_links = cut;
  const auto n = static_cast<double>(out.endpoints);
  if (n > 1) out.average_hops = mean * n / (n - 1.0);
  return out;
}

TopologyFacts switch_facts(int endpoints) {
  if (endpoints < 2) return {.endpoints = endpoints, .links = endpoints};
  return {endpoints, endpoints, 2, 2.0, endpoints / 2};
}

TopologyFacts full_mesh_facts(int endpoints) {
  const std::int64_t n = endpoints;
  if (n < 2) return {.endpoints = n};
  return {n, n * (n - 1) / 2, 1, 1.0, (n / 2) * (n - n / 2)};
}

// Hosts k^3/4. Links: k^3/4 to hosts, as many between edge and aggregation, as many to the core.
// Peers: k/2 - 1 under the same edge switch (2 hops), k^2/4 - k/2 in the pod (4), the rest (6).
TopologyFacts fat_tree_facts(int radix) {
  const std::int64_t k = radix;
  const std::int64_t hosts = k * k * k / 4;
  const std::int64_t near = k / 2 - 1;
  const std::int64_t pod = k * k / 4 - k / 2;
  const std::int64_t far = hosts - 1 - near - pod;
  TopologyFacts out{hosts, 3 * hosts, far > 0 ? 6 : pod > 0 ? 4 : 2, 0.0, hosts / 2};
  if (hosts > 1) {
    out.average_hops =
        static_cast<double>(2 * near + 4 * pod + 6 * far) / static_cast<double>(hosts - 1);
  }
  return out;
}

TopologyFacts facts_of(const Tier& tier) {
  switch (tier.kind) {
    case TierKind::Switch:
      return switch_facts(tier.width);
    case TierKind::FullMesh:
      return full_mesh_facts(tier.width);
    case TierKind::Torus:
      return torus_facts(tier.shape, tier.wrap);
  }
  return {};
}

}  // namespace orrery
