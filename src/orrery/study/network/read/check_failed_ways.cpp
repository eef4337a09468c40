#include <fmt/ranges.h>

#include <algorithm>

#include "orrery/network/routings/failed_way.hpp"
#include "orrery/study/network/read/parts.hpp"

namespace orrery::network_parts {
namespace {

// Pairs of a collective whose ways are all looked at; more would take longer than the study.
constexpr double kMostPairs = 4e6;

}  // namespace

void check_failed_ways(const Node& cluster, const NetworkStudy& study, Diagnostics& problems) {
  const Topology& topology = *study.topology;
  const auto fixed = topology.fixed_routings();
  if (std::ranges::find(fixed, study.routing) == fixed.end()) return;
  std::vector<std::string_view> others;
  for (const std::string_view name : topology.routings()) {
    if (std::ranges::find(fixed, name) == fixed.end()) others.push_back(name);
  }
  const Node& where = named_or(cluster, "routing");
  const auto routing = topology.routing(study.routing, static_cast<std::uint64_t>(study.seed));
  const auto meets = [&](std::uint32_t from, std::uint32_t to, std::uint64_t choice) {
    const auto link = failed_link(topology.wires(), *routing, from, to, choice);
    if (!link) return false;
    const Link& l = topology.wires().link(*link);
    problems.push_back(
        {where.where(),
         fmt::format("saw {}, whose way from {} to {} leads through the failed link {} - {}; "
                     "expected one of {}, which look for ways round it",
                     study.routing, topology.vertex_name(from), topology.vertex_name(to),
                     topology.vertex_name(l.from), topology.vertex_name(l.to),
                     fmt::join(others, ", "))});
    return true;
  };
  if (!study.collective && study.trace == nullptr && !study.has_load()) {
    const std::vector<std::uint64_t> choices = flow_choices(study.flows.size());
    for (std::size_t i = 0; i < study.flows.size(); ++i) {
      if (meets(study.flows[i].from, study.flows[i].to, choices[i])) return;
    }
    return;
  }
  // Where ranks may sit anywhere, and beside others, all endpoints are asked.
  const bool sits_in_order =
      study.collective && study.placement.strategy == PlacementKind::Identity && !study.has_load();
  const auto ranks = sits_in_order ? static_cast<std::uint32_t>(study.collective->ranks)
                                   : topology.wires().endpoints;
  const auto each =
      sits_in_order ? static_cast<std::uint32_t>(study.collective->ranks / study.collective->groups)
                    : ranks;
  if (static_cast<double>(ranks) * each > kMostPairs) {
    problems.push_back(
        {where.where(), fmt::format("saw {} with failed links and {} ranks, too many to look at "
                                    "all their ways; expected one of {}",
                                    study.routing, ranks, fmt::join(others, ", "))});
    return;
  }
  for (std::uint32_t from = 0; from < ranks; ++from) {
    const std::uint32_t first = from / each * each;
    for (std::uint32_t to = first; to < first + each; ++to) {
      if (meets(from, to, from)) return;
    }
  }
}

}  // namespace orrery::network_parts
