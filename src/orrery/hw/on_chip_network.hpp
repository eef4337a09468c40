// OnChipNetwork: the wires on which strips of operands reach the cores of a chip. Its nodes are the
// matrix units; memory comes in at some of them.
#pragma once
#include <cstdint>
#include <utility>

#include "orrery/base/text/reader.hpp"
#include "orrery/base/units.hpp"

namespace orrery {

enum class OnChipTopology : std::uint8_t { Crossbar, Ring, Mesh };

template <>
struct EnumNames<OnChipTopology> {
  static constexpr std::pair<const char*, OnChipTopology> values[] = {
      {"crossbar", OnChipTopology::Crossbar},
      {"ring", OnChipTopology::Ring},
      {"mesh", OnChipTopology::Mesh}};
};

enum class Copies : std::uint8_t { Multicast, Unicast };

template <>
struct EnumNames<Copies> {
  static constexpr std::pair<const char*, Copies> values[] = {{"multicast", Copies::Multicast},
                                                              {"unicast", Copies::Unicast}};
};

struct OnChipNetwork {
  OnChipTopology topology = OnChipTopology::Crossbar;
  BytesPerSecond link;  // one direction; zero: not known, and never what is waited for
  Seconds hop;
  int entrances = 1;  // nodes at which memory comes in, evenly spread, each with its share of it
  Copies copies = Copies::Multicast;

  friend bool operator==(const OnChipNetwork&, const OnChipNetwork&) = default;
};

template <class V>
void describe(V& v, OnChipNetwork& n) {
  v("topology", n.topology, "of the matrix units", kRequired);
  v("link", n.link, "one direction of one link", kRequired);
  v("hop", n.hop, "router and wire, without load");
  v("entrances", n.entrances, "units at which memory comes in, evenly spread");
  v("copies", n.copies, "unicast: what several units want alike is sent to each of them");
}

}  // namespace orrery
