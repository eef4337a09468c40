// How long a collective takes on an idle network, in closed form, by the algorithm a library would
// choose: the fastest of those its wires allow. Each formula stands in its own file under
// algorithms/. Pure and without allocation: searches call it millions of times.
#pragma once
#include <cstdint>
#include <string>
#include <utility>

#include "orrery/base/text/reader.hpp"
#include "orrery/base/units.hpp"
#include "orrery/collective/calibration.hpp"
#include "orrery/hw/cluster.hpp"
#include "orrery/network/placement.hpp"

namespace orrery {

enum class CollectiveKind : std::uint8_t {
  AllReduce,
  ReduceScatter,
  AllGather,
  AllToAll,
  Broadcast,
  Reduce,
  SendRecv,
  Barrier
};

template <>
struct EnumNames<CollectiveKind> {
  static constexpr std::pair<const char*, CollectiveKind> values[] = {
      {"all_reduce", CollectiveKind::AllReduce}, {"reduce_scatter", CollectiveKind::ReduceScatter},
      {"all_gather", CollectiveKind::AllGather}, {"all_to_all", CollectiveKind::AllToAll},
      {"broadcast", CollectiveKind::Broadcast},  {"reduce", CollectiveKind::Reduce},
      {"send_recv", CollectiveKind::SendRecv},   {"barrier", CollectiveKind::Barrier}};
};

// `size` is the whole vector as nccl-tests counts it: all_reduce, broadcast, reduce: one rank's
// buffer; all_gather, reduce_scatter: the full vector, not the shard; all_to_all: what one rank
// sends in all (its own part included); send_recv: the message, to a rank that differs at the
// outermost tier where the group has members.
struct CollectiveCall {
  CollectiveKind kind = CollectiveKind::AllReduce;
  Bytes size;
  GroupShape group;
  bool reducible_in_network = true;  // dtype that switches can add
  bool engine_kernels = false;       // the caller may use a serving engine's own one- and two-shot
};

struct CollectiveTime {
  Seconds duration;
  Seconds latency_part;        // alpha terms
  Seconds bandwidth_part;      // beta terms
  const char* algorithm = "";  // "ring", "tree", "in_network", "direct", "bucket", ...
  int slowest_tier = 0;        // index into Cluster::tiers
};

// Assumes the group's tiers exist in the cluster. A group of one takes no time.
CollectiveTime collective_time(const CollectiveCall&, const Cluster&, const CollectiveCalibration&);

}  // namespace orrery
