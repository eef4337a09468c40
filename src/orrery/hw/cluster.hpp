// Cluster: chips and the tiers of network that join them, innermost first. Plain facts.
//
// A tier joins `width` things of the tier inside it: 8 chips by NVLink, then 2,048 such nodes by
// InfiniBand. Bandwidths are per chip and per direction. A torus is one tier with a shape.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "orrery/hw/chip.hpp"

namespace orrery {

enum class TierKind : std::uint8_t { Switch, FullMesh, Torus };

template <>
struct EnumNames<TierKind> {
  static constexpr std::pair<const char*, TierKind> values[] = {
      {"switch", TierKind::Switch}, {"full_mesh", TierKind::FullMesh}, {"torus", TierKind::Torus}};
};

struct Tier {
  std::string name;     // "scale-up", "scale-out", "ici", "dcn"
  TierKind kind = TierKind::Switch;
  std::string fabric;   // "nvlink4", "infiniband-ndr", "ici-v5p": keys collective calibrations
  int width = 1;        // members of the tier inside that this one joins
  std::vector<int> shape;      // torus: chips along each dimension; product == width
  std::vector<bool> wrap;      // torus: whether each dimension closes; empty: all do
  BytesPerSecond bandwidth;    // switch: of one chip, one direction. Torus: of one link, one direction
  Seconds latency;             // one message between neighbours, no load
  double oversubscription = 1.0;  // uplink capacity is bandwidth / this
  bool in_network_reduction = false;
};

struct Cluster {
  std::string name;
  Chip chip;
  int chips = 0;            // in all; the last tier's width follows from it
  std::vector<Tier> tiers;  // innermost first
  double pue = 1.1;         // power usage effectiveness of the hall
  Watts node_overhead;      // CPUs, NICs, fans: per chip
  double price_factor = 1.0;  // system price / accelerator price
};

template <class V>
void describe(V& v, Tier& t) {
  v("name", t.name, "shown in reports", kRequired);
  v("kind", t.kind, "how its members are wired");
  v("fabric", t.fabric, "wire generation; keys the collective calibration");
  v("width", t.width, "members of the tier inside that this one joins");
  v("shape", t.shape, "torus: chips along each dimension");
  v("wrap", t.wrap, "torus: whether each dimension closes");
  v("bandwidth", t.bandwidth, "one direction; of one chip (switch) or of one link (torus)", kRequired);
  v("latency", t.latency, "one message between neighbours, no load", kRequired);
  v("oversubscription", t.oversubscription, "downlink over uplink capacity");
  v("in_network_reduction", t.in_network_reduction, "switches add (NVLS, SHARP)");
}

}  // namespace orrery
