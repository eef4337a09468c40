// NetworkStudy: `task: collective` and `task: traffic`, a question about wires alone. No chips and
// no model are needed.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "orrery/base/text/reader.hpp"
#include "orrery/collective/closed_form.hpp"
#include "orrery/collective/schedules/special/msccl.hpp"
#include "orrery/collective/schedules/special/uneven_all_to_all.hpp"
#include "orrery/network/fabric/packet/options.hpp"
#include "orrery/network/topologies/family.hpp"
#include "orrery/network/topology.hpp"
#include "orrery/network/traffic/patterns.hpp"
#include "orrery/study/network/chakra/chakra_traffic.hpp"
#include "orrery/study/network/network_load.hpp"

namespace orrery {

enum class FabricKind : std::uint8_t { AlphaBeta, MaxMin, Packet };
enum class SizeIs : std::uint8_t { Vector, PerRank, PerPair };

template <>
struct EnumNames<FabricKind> {
  static constexpr std::pair<const char*, FabricKind> values[] = {
      {"alpha_beta", FabricKind::AlphaBeta},
      {"max_min", FabricKind::MaxMin},
      {"packet", FabricKind::Packet}};
};
template <>
struct EnumNames<SizeIs> {
  static constexpr std::pair<const char*, SizeIs> values[] = {
      {"vector", SizeIs::Vector}, {"per_rank", SizeIs::PerRank}, {"per_pair", SizeIs::PerPair}};
};

// Beside the algorithms of schedules: reduction in switches, which needs the topology, and what a
// library would take.
inline constexpr const char* kInNetwork = "in_network";
inline constexpr const char* kAutomatic = "auto";

// What is read beside `size`, which may be one or a list.
struct CollectiveSpec {
  CollectiveKind kind = CollectiveKind::AllReduce;
  SizeIs size_is = SizeIs::Vector;
  std::string algorithm;    // "": default_algorithm(kind)
  std::string program;      // an MSCCL XML file instead of an algorithm
  std::int64_t ranks = 0;   // 0: one an endpoint
  std::int64_t groups = 1;  // that run at the same time, each of consecutive ranks
  std::int64_t node = 1;    // ranks of one node, for hierarchical algorithms
  std::int64_t chunks = 1;
  std::string table;  // all_to_all: a CSV of sizes
  double skew = 0.0;
  std::int64_t seed = 1;  // of who is asked for most
  BytesPerSecond adding_rate;

  [[nodiscard]] bool is_uneven() const { return !table.empty() || skew > 0.0; }
};

// Of a cluster of the catalog: what its libraries' tuner looks at.
struct CatalogCluster {
  Cluster cluster;
  CollectiveCalibration calibration;
};

struct NetworkStudy {
  std::string name;  // the file
  std::string topology_text;
  std::shared_ptr<const Topology> topology;
  std::string routing;
  std::int64_t seed = 1;
  FabricKind fabric = FabricKind::MaxMin;
  PacketOptions packet;
  std::vector<int> shape;  // of a torus or mesh: what bucket algorithms go along
  std::optional<CollectiveSpec> collective;
  std::vector<Bytes> sizes;  // of the collective, as vector
  std::shared_ptr<const MscclProgram> program;
  std::shared_ptr<const SizeMatrix> table;
  std::shared_ptr<const CatalogCluster> catalog;  // where the wires are a catalog cluster's
  PlacementSpec placement;
  std::vector<PatternSpec> background;
  std::vector<Neighbour> neighbours;
  std::vector<Flow> flows;                      // traffic
  std::shared_ptr<const ChakraWorkload> trace;  // instead of flows
  std::string pattern;
  std::string inputs_hash;

  [[nodiscard]] bool has_load() const { return !background.empty() || !neighbours.empty(); }
};

template <class V>
void describe(V& v, CollectiveSpec& c) {
  v("kind", c.kind, "which collective", kRequired);
  v("size_is", c.size_is, "the whole vector, one rank's part, or what one rank sends to one other");
  v("algorithm", c.algorithm,
    "how it is made of messages; by default ring, direct, chain, shift or bruck; auto: as a "
    "library "
    "would");
  v("program", c.program, "an MSCCL XML file, beside the study, instead of an algorithm");
  v("ranks", c.ranks, "how many take part; 0: one an endpoint");
  v("groups", c.groups, "collectives at the same time, over consecutive ranks each");
  v("node", c.node, "ranks of one node, for hierarchical algorithms");
  v("chunks", c.chunks, "pieces that follow each other through a pipeline");
  v("table", c.table, "all_to_all: a CSV beside the study, a row of sizes for each rank");
  v("skew", c.skew, "all_to_all: the k-th most asked-for rank gets a part of 1 / k^skew");
  v("seed", c.seed, "who is asked for most");
  v("adding_rate", c.adding_rate, "at which a rank adds what it received; 0: takes no time");
}

template <class V>
void describe(V& v, PatternSpec& p) {
  v("pattern", p.pattern, "who sends to whom");
  v("size", p.size, "of each flow");
  v("flows", p.flows, "uniform, hotspot: how many; 0: one an endpoint");
  v("senders", p.senders, "incast: how many; 0: all others");
  v("load", p.load, "uniform, hotspot: share of the endpoints' bandwidth; 0: all start at once");
  v("hot_share", p.hot_share, "hotspot: share of the flows that go to endpoint 0");
  v("seed", p.seed, "of random patterns");
}

// "torus (shape 8 x 8 x 8)": the kind, and what else the text says.
std::string topology_text(const Node& topology);

// The study's collective of one group, as its schedule is made.
ScheduleRequest request_of(const NetworkStudy& study, Bytes vector);

// Whether the study asks about a network: `task` is collective or traffic.
bool asks_about_network(const Node& root);

tl::expected<NetworkStudy, Diagnostics> read_network_study(const Node& root);

}  // namespace orrery
