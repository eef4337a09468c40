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
#include "orrery/network/fabric/packet/options.hpp"
#include "orrery/network/topologies/family.hpp"
#include "orrery/network/topology.hpp"
#include "orrery/network/traffic/patterns.hpp"

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

// Reduction in switches: an algorithm that needs the topology, beside those of schedules.
inline constexpr const char* kInNetwork = "in_network";

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
  std::vector<Flow> flows;  // traffic
  std::string pattern;
  std::string inputs_hash;
};

template <class V>
void describe(V& v, CollectiveSpec& c) {
  v("kind", c.kind, "which collective", kRequired);
  v("size_is", c.size_is, "the whole vector, one rank's part, or what one rank sends to one other");
  v("algorithm", c.algorithm,
    "how it is made of messages; by default ring, direct, chain, shift or bruck");
  v("program", c.program, "an MSCCL XML file, beside the study, instead of an algorithm");
  v("ranks", c.ranks, "how many take part; 0: one an endpoint");
  v("groups", c.groups, "collectives at the same time, over consecutive ranks each");
  v("node", c.node, "ranks of one node, for hierarchical algorithms");
  v("chunks", c.chunks, "pieces that follow each other through a pipeline");
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

// Whether the study asks about a network: `task` is collective or traffic.
bool asks_about_network(const Node& root);

tl::expected<NetworkStudy, Diagnostics> read_network_study(const Node& root);

}  // namespace orrery
