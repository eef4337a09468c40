// One switch, or several planes of switches to each of which every endpoint has a link, as in an
// NVSwitch domain: the bandwidth of an endpoint is `planes` links.
#include "orrery/network/topologies/family.hpp"
#include "orrery/network/topologies/trees/folded_clos.hpp"

namespace orrery {
namespace {

struct SingleSwitchConfig {
  int endpoints = 0;
  int planes = 1;
};

template <class V>
void describe(V& v, SingleSwitchConfig& c) {
  v("endpoints", c.endpoints, "ports of each switch", kRequired);
  v("planes", c.planes, "switches, each with a link to every endpoint");
}

std::unique_ptr<Topology> build(SingleSwitchConfig& c, const LinkSpec& link, TopologyCheck& check) {
  check.range("endpoints", c.endpoints, 1, kMostLinks);
  check.range("planes", c.planes, 1, kMostLinks);
  check.size(double{1} * c.endpoints + c.planes, double{1} * c.endpoints * c.planes);
  if (!check.passed()) return nullptr;
  return folded_clos(ClosShape({c.endpoints}, {c.planes}), {link_kind("port", link)},
                     {"host", "switch"});
}

}  // namespace

TopologyFamily single_switch_family() {
  return family_of<SingleSwitchConfig, build>("single_switch", "one switch, or planes of switches");
}

}  // namespace orrery
