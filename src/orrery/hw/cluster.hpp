// Cluster: chips and the tiers of network that join them, innermost first. Plain facts.
//
// A tier joins `width` things of the tier inside it: 8 chips by NVLink, then 2,048 such nodes by
// InfiniBand. Bandwidths are per chip and per direction. A torus is one tier with a shape.
#pragma once
#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "orrery/base/result.hpp"
#include "orrery/hw/chip.hpp"

namespace orrery {

enum class TierKind : std::uint8_t { Switch, FullMesh, Torus };

template <>
struct EnumNames<TierKind> {
  static constexpr std::pair<const char*, TierKind> values[] = {
      {"switch", TierKind::Switch}, {"full_mesh", TierKind::FullMesh}, {"torus", TierKind::Torus}};
};

struct Tier {
  std::string name;  // "scale-up", "scale-out", "ici", "dcn"
  TierKind kind = TierKind::Switch;
  std::string fabric;      // "nvlink4", "infiniband-ndr", "ici-v5p": keys collective calibrations
  int width = 1;           // members of the tier inside that this one joins
  std::vector<int> shape;  // torus: chips along each dimension; product == width
  std::vector<bool> wrap;  // torus: whether each dimension closes; empty: all do
  int block = 0;           // torus: edge of the optically switched cube; 0: wiring is fixed
  // Switch: of one chip, one direction. Full mesh: of one chip over all its links, one direction.
  // Torus: of one link, one direction.
  BytesPerSecond bandwidth;
  Seconds latency;                // one message between neighbours, no load
  int chips_per_port = 1;         // chips that share one port; a lone chip may use all of it
  double oversubscription = 1.0;  // uplink capacity is bandwidth / this
  bool in_network_reduction = false;
};

struct Cluster {
  std::string name;
  Chip chip;
  int chips = 0;              // in all; the last tier's width follows from it
  std::vector<Tier> tiers;    // innermost first
  double pue = 1.1;           // power usage effectiveness of the hall
  Watts node_overhead;        // CPUs, NICs, fans: per chip
  double price_factor = 1.0;  // system price / accelerator price
};

// What a file under catalog/clusters says; its tiers are the largest the system allows.
struct ClusterFile {
  std::string name;
  std::string chip;         // a name under catalog/chips
  int chips = 0;            // as usually bought
  std::vector<Tier> tiers;  // the last one's width is its limit; 1: none
  double pue = 1.1;
  Watts node_overhead;
  double price_factor = 1.0;
};

template <class V>
void describe(V& v, Tier& t) {
  v("name", t.name, "shown in reports", kRequired);
  v("kind", t.kind, "how its members are wired");
  v("fabric", t.fabric, "wire generation; keys the collective calibration");
  v("width", t.width, "members of the tier inside that this one joins");
  v("shape", t.shape, "torus: chips along each dimension");
  v("wrap", t.wrap, "torus: whether each dimension closes");
  v("block", t.block, "torus: edge of the optically switched cube; 0: wiring is fixed");
  v("bandwidth", t.bandwidth,
    "one direction; of one chip (switch, full mesh) or of one link (torus)", kRequired);
  v("latency", t.latency, "one message between neighbours, no load", kRequired);
  v("chips_per_port", t.chips_per_port, "chips that share one port of this tier");
  v("oversubscription", t.oversubscription, "downlink over uplink capacity");
  v("in_network_reduction", t.in_network_reduction, "switches add (NVLS, SHARP)");
  v.also("source");
}

template <class V>
void describe(V& v, ClusterFile& c) {
  v("name", c.name, "catalog name");
  v("chip", c.chip, "a name under catalog/chips", kRequired);
  v("chips", c.chips, "in all, as usually bought");
  v("tiers", c.tiers, "networks, innermost first", kRequired);
  v("pue", c.pue, "power usage effectiveness of the hall");
  v("node_overhead", c.node_overhead, "CPUs, NICs and fans, for each chip");
  v("price_factor", c.price_factor, "system price over the accelerators' price");
  v.also("source");
}

// The cluster of that many chips (0: as many as the file says). The last tier grows to fit; a
// partial node or slice shrinks the tiers that stay. A torus takes the most cubic slice that its
// wiring allows. `where` is the node that named the cluster: errors stand there.
tl::expected<Cluster, Diagnostics> finish_cluster(const ClusterFile& file, const Chip& chip,
                                                  int chips, const Node& where);

}  // namespace orrery
