// The slice of an optically switched pod that one job gets: cubes of `block`^3 chips whose faces
// meet in circuit switches, so that each job has a torus of its own. A slice within one cube closes
// no dimension that is shorter than the cube (hw/slice.hpp: the rules of the pods we know).
#include <fmt/format.h>

#include "orrery/hw/slice.hpp"
#include "orrery/network/topologies/direct/torus.hpp"

namespace orrery {
namespace {

struct OcsPodConfig {
  std::vector<int> pod;
  int block = 4;
  int chips = 0;
  TieBreak tie_break = TieBreak::Balanced;
  std::optional<LinkSpec> switched_link;
};

template <class V>
void describe(V& v, OcsPodConfig& c) {
  v("pod", c.pod, "chips of the whole pod along each dimension", kRequired);
  v("block", c.block, "edge of the cube that stays wired");
  v("chips", c.chips, "of the slice; 0: the whole pod");
  v("tie_break", c.tie_break, "the way round at distance k/2");
  v("switched_link", c.switched_link, "through the circuit switches; as link when not given");
}

std::unique_ptr<Topology> build(OcsPodConfig& c, const LinkSpec& link, TopologyCheck& check) {
  check.range("block", c.block, 1, kMostLinks);
  check.range("pod", static_cast<std::int64_t>(c.pod.size()), 1, kMostTorusDimensions);
  double chips = 1.0;
  for (const int k : c.pod) {
    check.range("pod", k, 1, kMostLinks);
    chips *= k;
  }
  check.size(chips, chips * static_cast<double>(c.pod.size()));
  if (!check.passed()) return nullptr;
  const int all = static_cast<int>(chips);
  if (c.chips == 0) c.chips = all;
  check.range("chips", c.chips, 1, all);
  if (!check.passed()) return nullptr;
  const Tier pod{.kind = TierKind::Torus, .width = all, .shape = c.pod, .block = c.block};
  const auto slice = most_cubic_slice(pod, c.chips);
  if (!slice) {
    check.fail("chips", fmt::format("saw {} chips, of which the pod makes no slice; expected a "
                                    "power of two up to one cube, or whole cubes",
                                    c.chips));
    return nullptr;
  }
  std::vector<bool> wrap = slice->wrap;
  if (wrap.empty()) wrap.assign(slice->shape.size(), true);
  LinkSpec switched = c.switched_link.value_or(link);
  if (!c.switched_link) switched.optical = true;
  check.link("switched_link", switched);
  return make_torus({slice->shape, wrap, c.tie_break,
                     std::vector<LinkSpec>(slice->shape.size(), link), c.block, switched},
                    "pod", check);
}

}  // namespace

TopologyFamily ocs_pod_family() {
  return family_of<OcsPodConfig, build>("ocs_pod", "a job's slice of optically switched cubes");
}

}  // namespace orrery
