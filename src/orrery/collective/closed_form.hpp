// How long a collective takes on an idle network, in closed form, by the algorithm a library would
// choose. Each algorithm's formula stands in its own file beside this one.
#pragma once
#include <cstdint>
#include <string>
#include <utility>

#include "orrery/base/text/reader.hpp"
#include "orrery/base/units.hpp"
#include "orrery/hw/cluster.hpp"
#include "orrery/network/placement.hpp"

namespace orrery {

enum class CollectiveKind : std::uint8_t { AllReduce, ReduceScatter, AllGather, AllToAll, Broadcast, SendRecv };

template <>
struct EnumNames<CollectiveKind> {
  static constexpr std::pair<const char*, CollectiveKind> values[] = {
      {"all_reduce", CollectiveKind::AllReduce}, {"reduce_scatter", CollectiveKind::ReduceScatter},
      {"all_gather", CollectiveKind::AllGather}, {"all_to_all", CollectiveKind::AllToAll},
      {"broadcast", CollectiveKind::Broadcast},  {"send_recv", CollectiveKind::SendRecv}};
};

// `size` is the whole vector as nccl-tests counts it: all_reduce, broadcast: one rank's buffer;
// all_gather, reduce_scatter: the full vector, not the shard; all_to_all: what one rank sends in all
// (its own part included); send_recv: the message.
struct CollectiveCall {
  CollectiveKind kind = CollectiveKind::AllReduce;
  Bytes size;
  GroupShape group;
  bool reducible_in_network = true;  // dtype that switches can add
};

struct CollectiveTime {
  Seconds duration;
  Seconds latency_part;    // alpha terms
  Seconds bandwidth_part;  // beta terms
  const char* algorithm = "";  // "ring", "tree", "nvls", "direct", "bucket", ...
  int slowest_tier = 0;    // index into Cluster::tiers
};

// Achieved against wire figures for one fabric; fitted on measured collectives only.
struct FabricCalibration {
  std::string fabric;         // Tier::fabric it speaks of
  double efficiency = 0.8;    // achieved share of wire bandwidth, large messages
  double efficiency_in_network = 0.8;
  double efficiency_all_to_all = 0.7;
  Seconds launch;             // fixed cost of one collective
  Seconds step;               // one ring or tree hop
  Bytes half_size;            // bytes a rank at which half of the achieved bandwidth is reached
  std::string source;
};

struct CollectiveCalibration {
  std::vector<FabricCalibration> fabrics;
};

CollectiveTime collective_time(const CollectiveCall&, const Cluster&, const CollectiveCalibration&);

}  // namespace orrery
