// Failures: which cables and switches of a topology are broken: `topology: {kind: torus, shape:
// [4, 4], failed: {links: ["(0,0) - (1,0)"]}}`. What is left must join all endpoints.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "orrery/network/topologies/family.hpp"

namespace orrery {

struct Failures {
  std::vector<std::string> links;
  std::vector<std::string> switches;
  std::string share;
  std::int64_t seed = 1;
};

template <class V>
void describe(V& v, Failures& f) {
  v("links", f.links, "'A - B', names as `orrery run` prints them: all cables between the two");
  v("switches", f.switches, "by name, with all their cables");
  v("share", f.share, "5%: so many of the cables that are not an endpoint's only one, at random");
  v("seed", f.seed, "of that draw");
}

// The topology without what `description` says has failed. Its routings are those that look for a
// way through what is left, then those of the whole topology, which do not: fixed_routings().
MadeTopology degraded(std::unique_ptr<Topology> whole, const Node& description);

}  // namespace orrery
