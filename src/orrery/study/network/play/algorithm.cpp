#include <string_view>

#include "orrery/base/check.hpp"
#include "orrery/collective/schedules/builtins.hpp"
#include "orrery/collective/schedules/choice.hpp"
#include "orrery/collective/schedules/special/in_network.hpp"
#include "orrery/study/network/play/parts.hpp"

namespace orrery::network_parts {
namespace {

// Pairs of endpoints whose ways are looked at for their mean latency.
constexpr std::uint32_t kMostPeers = 1024;

// Mean latency from endpoint 0, which stands for all, to the others of its group.
Wire wire_of(const NetworkStudy& study, const Routing& routing, std::uint32_t ranks) {
  const Wires& wires = study.topology->wires();
  Seconds sum;
  std::uint32_t peers = 0;
  std::vector<LinkShare> shares;
  for (std::uint32_t to = 1; to < std::min(ranks, kMostPeers); ++to, ++peers) {
    shares.clear();
    routing.spread(0, to, to, shares);
    for (const LinkShare& s : shares) sum += wires.kind(s.link).latency * s.share;
  }
  const BytesPerSecond gamma = study.collective->adding_rate;
  Wire out{sum / std::max(peers, 1u), wires.injection(0)};
  if (gamma > BytesPerSecond{}) out.gamma = gamma;
  return out;
}

// How many of the ranks, numbered along the tiers, differ at each.
GroupShape shape_of(const Cluster& cluster, std::uint32_t ranks) {
  GroupShape out;
  int left = static_cast<int>(ranks);
  const std::size_t tiers = std::min<std::size_t>(cluster.tiers.size(), kMostTiers);
  for (std::size_t t = 0; t < tiers; ++t) {
    const bool is_last = t + 1 == tiers;
    out.members[t] = is_last ? left : std::min(left, cluster.tiers[t].width);
    left = (left + out.members[t] - 1) / out.members[t];
  }
  return out;
}

bool adds_in_network(std::string_view closed_form, const NetworkStudy& study, std::uint32_t each) {
  return closed_form == kInNetwork && study.collective->kind == CollectiveKind::AllReduce &&
         reduction_tree(*study.topology, identity_map(each)).has_value();
}

// The schedule that plays what a closed form calls so. Libraries run as many rings as a node has
// ports, each rank's own; together they move what rings inside nodes and rings between them move,
// and all-to-alls between nodes go rail by rail (PXN).
Algorithm tuned(const NetworkStudy& study, const Choice& own, std::uint32_t each, Bytes vector) {
  using enum CollectiveKind;
  const CollectiveKind kind = study.collective->kind;
  const CollectiveCall call{
      .kind = kind, .size = vector, .group = shape_of(study.catalog->cluster, each)};
  const CollectiveTime time =
      collective_time(call, study.catalog->cluster, study.catalog->calibration);
  const std::string_view name = time.algorithm;
  if (adds_in_network(name, study, each)) return {kInNetwork};
  const auto node = static_cast<std::uint32_t>(call.group.members[0]);
  const bool spans_nodes = study.shape.empty() && node > 1 && node < each && each % node == 0;
  // A library's trees are between nodes, one a port: where bytes count they move what rings do.
  const bool is_short = !spans_nodes || time.latency_part > time.bandwidth_part;
  if (name == "tree" && kind == AllReduce && is_short) return {"double_binary_tree", own.chunks};
  if (spans_nodes && (kind == AllReduce || kind == AllGather || kind == ReduceScatter))
    return {"hierarchical", 1, node};
  if (spans_nodes && kind == AllToAll) return {"rail_aligned", 1, node};
  const bool is_one_ring = own.algorithm == std::string_view("double_binary_tree");
  return is_one_ring ? Algorithm{"ring"} : Algorithm{own.algorithm, own.chunks};
}

}  // namespace

Algorithm algorithm_of(const NetworkStudy& study, const Routing& routing, Bytes vector) {
  const CollectiveSpec& c = *study.collective;
  if (study.program != nullptr) return {study.program->name};
  if (c.algorithm != kAutomatic)
    return {c.algorithm, static_cast<std::uint32_t>(c.chunks), static_cast<std::uint32_t>(c.node)};
  ScheduleRequest request = request_of(study, vector);
  const Choice choice = library_choice(request, wire_of(study, routing, request.ranks));
  if (study.catalog == nullptr) return {choice.algorithm, choice.chunks};
  return tuned(study, choice, request.ranks, vector);
}

SizeMatrix sizes_of(const NetworkStudy& study, Bytes vector) {
  if (study.table != nullptr) return *study.table;
  const CollectiveSpec& c = *study.collective;
  return skewed_sizes(static_cast<std::uint32_t>(c.ranks / c.groups), vector, c.skew,
                      static_cast<std::uint64_t>(c.seed));
}

std::unique_ptr<CollectiveSchedule> schedule_of(const NetworkStudy& study,
                                                const Algorithm& algorithm, Bytes vector) {
  if (study.collective->is_uneven())
    return uneven_all_to_all(sizes_of(study, vector),
                             algorithm.name == "pairwise" ? Peers::OneAStep : Peers::AllAtOnce);
  ScheduleRequest request = request_of(study, vector);
  request.chunks = algorithm.chunks;
  request.group = algorithm.node;
  MadeSchedule made = make_schedule(algorithm.name, request);
  ORRERY_CHECK(made, "a checked schedule is refused: {}", made.error());
  return std::move(*made);
}

}  // namespace orrery::network_parts
