// Calibration of collectives: what libraries achieve on one wire generation, fitted on
// measurements.
//
// A library sends small messages by protocols of low latency and large ones by protocols of high
// bandwidth. Each is one straight line, time = launch + steps * step + bytes / (wire * efficiency);
// the fastest line counts. Files: catalog/calibration/collectives/FABRIC.yaml.
#pragma once
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "orrery/base/result.hpp"
#include "orrery/base/text/reader.hpp"
#include "orrery/base/units.hpp"

namespace orrery {

struct ProtocolLine {
  Seconds launch;           // once a collective
  Seconds step;             // software's share of one hop; the tier's own latency comes on top
  double efficiency = 1.0;  // achieved share of the wire's bandwidth
};

// An empty list means that the library has no such algorithm on this fabric, except that a fabric
// without all_reduce, gather, all_to_all or send_recv lines runs them at the wire's speed.
struct FabricCalibration {
  std::string fabric;                    // Tier::fabric it speaks of
  std::vector<ProtocolLine> all_reduce;  // rings and trees; bucket on a torus
  std::vector<ProtocolLine> gather;      // all_gather, reduce_scatter, broadcast
  std::vector<ProtocolLine> in_network;  // all-reduce in the switches (NVLS, SHARP)
  std::vector<ProtocolLine> all_to_all;
  std::vector<ProtocolLine> send_recv;
  std::vector<ProtocolLine> one_shot;  // a serving engine's own kernels: read all peers, add
  std::vector<ProtocolLine> two_shot;  // the same in two halves, scatter and gather
  BytesPerSecond copy;                 // a rank's own part, copied inside its memory; 0: free
  double crowding = 0.0;  // share of bandwidth lost with each doubling of the ranks beyond two
  std::string source;
};

struct CollectiveCalibration {
  std::vector<FabricCalibration> fabrics;

  // The fabric's own entry, or the wire's speed without any overhead when there is none.
  [[nodiscard]] const FabricCalibration& of(std::string_view fabric) const;
};

template <class V>
void describe(V& v, ProtocolLine& p) {
  v("launch", p.launch, "once a collective", kRequired);
  v("step", p.step, "software's share of one hop; the tier's own latency comes on top", kRequired);
  v("efficiency", p.efficiency, "achieved share of the wire's bandwidth", kRequired);
}

template <class V>
void describe(V& v, FabricCalibration& f) {
  v("fabric", f.fabric, "the tier's fabric it speaks of", kRequired);
  v("all_reduce", f.all_reduce, "rings and trees; bucket on a torus");
  v("gather", f.gather, "all_gather, reduce_scatter, broadcast");
  v("in_network", f.in_network, "all-reduce in the switches");
  v("all_to_all", f.all_to_all, "every rank to every other");
  v("send_recv", f.send_recv, "one rank to another");
  v("one_shot", f.one_shot, "a serving engine's kernels: read all peers, add");
  v("two_shot", f.two_shot, "the same in two halves, scatter and gather");
  v("copy", f.copy, "a rank's own part, copied inside its memory");
  v("crowding", f.crowding, "share of bandwidth lost with each doubling of the ranks beyond two");
  v("source", f.source, "where the numbers come from");
  v.also("fit");
}

// Every *.yaml of a folder, in the order of their names.
tl::expected<CollectiveCalibration, Diagnostics> read_collective_calibration(
    const std::string& folder);

}  // namespace orrery
