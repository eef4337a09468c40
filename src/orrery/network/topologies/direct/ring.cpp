// Ring: a torus of one dimension.
#include "orrery/network/topologies/direct/torus.hpp"

namespace orrery {
namespace {

struct RingConfig {
  int endpoints = 0;
  TieBreak tie_break = TieBreak::Balanced;
};

template <class V>
void describe(V& v, RingConfig& c) {
  v("endpoints", c.endpoints, "around the ring", kRequired);
  v("tie_break", c.tie_break, "the way round to the opposite endpoint");
}

std::unique_ptr<Topology> build(RingConfig& c, const LinkSpec& link, TopologyCheck& check) {
  return make_torus({{c.endpoints}, {true}, c.tie_break, {link}}, "endpoints", check);
}

}  // namespace

TopologyFamily ring_family() {
  return family_of<RingConfig, build>("ring", "each endpoint has two neighbours");
}

}  // namespace orrery
