#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "orrery/base/check.hpp"
#include "orrery/collective/lower_bound.hpp"
#include "orrery/collective/schedules/builtins.hpp"
#include "orrery/collective/schedules/schedule_traffic.hpp"
#include "orrery/collective/schedules/special/in_network.hpp"
#include "orrery/network/fabric/alpha_beta.hpp"
#include "orrery/network/fabric/max_min.hpp"
#include "orrery/network/fabric/max_min_exchange.hpp"
#include "orrery/network/fabric/packet/packet_fabric.hpp"
#include "orrery/network/traffic/concurrent.hpp"
#include "orrery/network/traffic/recorder.hpp"
#include "orrery/study/network/network_answer.hpp"

namespace orrery {
namespace {

constexpr std::size_t kHottest = 10;

std::unique_ptr<Fabric> fabric_of(const NetworkStudy& study, const Routing& routing) {
  const Wires& wires = study.topology->wires();
  switch (study.fabric) {
    case FabricKind::Packet:
      return make_packet(wires, routing, study.packet);
    case FabricKind::MaxMin:
      return make_max_min(wires, routing);
    case FabricKind::AlphaBeta:
      return make_alpha_beta(wires, routing);
  }
  return nullptr;
}

// What each endpoint must send or take, over its bandwidth: no network is faster.
Seconds lower_bound_of(const std::vector<Flow>& flows, const Wires& wires) {
  std::vector<double> out(wires.endpoints, 0.0), in(wires.endpoints, 0.0);
  std::vector<double> leaving(wires.endpoints, 0.0), entering(wires.endpoints, 0.0);
  for (const Flow& f : flows) {
    if (f.from == f.to) continue;
    out[f.from] += f.size.value();
    in[f.to] += f.size.value();
  }
  for (const Link& l : wires.links) {
    const double bandwidth = wires.kinds[l.kind].bandwidth.value();
    if (l.from < wires.endpoints) leaving[l.from] += bandwidth;
    if (l.to < wires.endpoints) entering[l.to] += bandwidth;
  }
  double bound = 0.0;
  for (std::uint32_t e = 0; e < wires.endpoints; ++e)
    bound = std::max({bound, out[e] / leaving[e], in[e] / entering[e]});
  return Seconds{bound};
}

void add_flow_completion(std::vector<Seconds> durations, NetworkResult& r) {
  if (durations.empty()) return;
  std::ranges::sort(durations);
  const auto at = [&](double share) {
    return durations[static_cast<std::size_t>(share * static_cast<double>(durations.size() - 1))];
  };
  r.flow_completion = {{"p50", at(0.5)}, {"p90", at(0.9)}, {"p99", at(0.99)}, {"max", at(1.0)}};
}

void add_links(const FabricResult& played, const Topology& topology, NetworkResult& r) {
  const Wires& wires = topology.wires();
  const double time = played.completion.value();
  std::vector<std::uint32_t> order;
  double used = 0.0;
  r.utilisation.assign(wires.links.size(), 0.0);
  for (std::uint32_t i = 0; i < wires.links.size(); ++i) {
    const double bytes = played.link_bytes[i];
    r.payload += Bytes{bytes};
    if (!played.wire_bytes.empty()) r.wire += Bytes{played.wire_bytes[i]};
    if (bytes <= 0.0) continue;
    const double capacity = wires.kinds[wires.links[i].kind].bandwidth.value() * time;
    r.utilisation[i] = capacity > 0.0 ? bytes / capacity : 0.0;
    used += r.utilisation[i];
    order.push_back(i);
  }
  if (played.wire_bytes.empty()) r.wire = r.payload;
  if (!order.empty()) r.mean_utilisation = used / static_cast<double>(order.size());
  const std::size_t count = std::min(kHottest, order.size());
  std::ranges::partial_sort(
      order, order.begin() + static_cast<std::ptrdiff_t>(count),
      [&](std::uint32_t a, std::uint32_t b) {
        return r.utilisation[a] != r.utilisation[b] ? r.utilisation[a] > r.utilisation[b] : a < b;
      });
  for (std::size_t i = 0; i < count; ++i) {
    const Link& l = wires.links[order[i]];
    r.hottest.push_back({topology.vertex_name(l.from) + " -> " + topology.vertex_name(l.to),
                         wires.kinds[l.kind].name, Bytes{played.link_bytes[order[i]]},
                         r.utilisation[order[i]]});
  }
}

// `start`: of the work behind it.
NetworkResult result_of(const FabricResult& played, const NetworkStudy& study, std::clock_t start) {
  NetworkResult r;
  r.cpu = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  r.completion = played.completion;
  r.flows = played.messages;
  r.drops = played.drops;
  add_links(played, *study.topology, r);
  return r;
}

NetworkResult play(const NetworkStudy& study, const Routing& routing, Traffic& traffic) {
  const std::clock_t start = std::clock();
  const auto fabric = fabric_of(study, routing);
  Recorder recorder(traffic);
  const FabricResult played = fabric->run(recorder);
  NetworkResult r = result_of(played, study, start);
  add_flow_completion(recorder.durations(), r);
  return r;
}

// Messages beyond which classes of them are solved instead of each.
constexpr double kManyMessages = 200'000;

// The same completion by classes of messages that cannot be told apart, where there are many and
// the collective repeats itself: all-to-all over all endpoints at once, rings.
std::optional<NetworkResult> by_classes(const NetworkStudy& study, const Routing& routing,
                                        Bytes vector) {
  const CollectiveSpec& c = *study.collective;
  const Wires& wires = study.topology->wires();
  const double n = static_cast<double>(c.ranks) / static_cast<double>(c.groups);
  if (study.fabric != FabricKind::MaxMin || study.program != nullptr) return std::nullopt;
  const std::clock_t start = std::clock();
  const bool is_whole = c.groups == 1 && c.ranks == static_cast<std::int64_t>(wires.endpoints);
  if (c.kind == CollectiveKind::AllToAll && c.algorithm == "direct" && is_whole &&
      n * n > kManyMessages)
    return result_of(max_min_all_to_all(wires, routing, vector / n), study, start);
  if (c.algorithm == "ring" && static_cast<double>(c.ranks) * n > kManyMessages) {
    Exchange exchange;
    const auto each = static_cast<std::uint32_t>(n);
    const std::uint32_t rounds = (c.kind == CollectiveKind::AllReduce ? 2 : 1) * (each - 1);
    for (std::uint32_t r = 0; r < c.ranks; ++r) {
      const std::uint32_t first = r / each * each, local = r - first;
      exchange.streams.push_back({r,
                                  first + (local + 1) % each,
                                  vector / n,
                                  rounds,
                                  r,
                                  {},
                                  {first + (local + each - 1) % each}});
    }
    return result_of(max_min_exchange(wires, routing, exchange), study, start);
  }
  return std::nullopt;
}

// The collectives of all groups, and what they are made of.
struct Groups {
  MadeSchedule schedule;
  std::vector<ReductionTree> trees;
  Concurrent all;
};

void add_groups(const NetworkStudy& study, Bytes vector, Groups& groups) {
  const CollectiveSpec& c = *study.collective;
  const auto each = static_cast<std::uint32_t>(c.ranks / c.groups);
  groups.trees.reserve(static_cast<std::size_t>(c.groups));
  const bool adds = c.algorithm == kInNetwork;
  if (!adds && study.program == nullptr) {
    groups.schedule =
        make_schedule(c.algorithm, {c.kind, vector, each, static_cast<std::uint32_t>(c.node),
                                    c.groups == 1 ? study.shape : std::vector<int>{},
                                    static_cast<std::uint32_t>(c.chunks)});
    ORRERY_CHECK(groups.schedule, "a checked schedule is refused: {}", groups.schedule.error());
  }
  for (std::uint32_t g = 0; g < c.groups; ++g) {
    std::vector<std::uint32_t> endpoints;
    for (std::uint32_t r = 0; r < each; ++r) endpoints.push_back(g * each + r);
    if (adds) {
      auto tree = reduction_tree(*study.topology, endpoints);
      ORRERY_CHECK(tree, "a checked tree is refused: {}", tree.error());
      groups.trees.push_back(std::move(*tree));
      groups.all.add(std::make_unique<InNetwork>(groups.trees.back(), c.kind, vector));
    } else if (study.program != nullptr) {
      groups.all.add(msccl_traffic(*study.program, vector, std::move(endpoints)));
    } else {
      groups.all.add(std::make_unique<ScheduleTraffic>(**groups.schedule, std::move(endpoints)));
    }
  }
}

NetworkResult play_collective(const NetworkStudy& study, const Routing& routing, Bytes vector) {
  const CollectiveSpec& c = *study.collective;
  const auto each = static_cast<std::uint32_t>(c.ranks / c.groups);
  const bool adds = c.algorithm == kInNetwork;
  std::optional<NetworkResult> classes = by_classes(study, routing, vector);
  NetworkResult r;
  if (classes) {
    r = std::move(*classes);
  } else {
    Groups groups;
    add_groups(study, vector, groups);
    const TreeRouting with_trees(routing);
    r = play(study, adds ? static_cast<const Routing&>(with_trees) : routing, groups.all);
  }
  r.lower_bound = lower_bound(c.kind, vector, each, study.topology->wires().injection(0),
                              adds ? Adds::InSwitches : Adds::AtRanks);
  if (r.completion > Seconds{}) {
    r.algorithm_bandwidth = vector / r.completion;
    r.bus_bandwidth = bus_bandwidth_factor(c.kind, each) * r.algorithm_bandwidth;
  }
  return r;
}

}  // namespace

NetworkAnswer run(const NetworkStudy& study) {
  NetworkAnswer answer;
  answer.study = study;
  const auto routing =
      study.topology->routing(study.routing, static_cast<std::uint64_t>(study.seed));
  if (study.collective) {
    answer.algorithm = study.program != nullptr ? study.program->name : study.collective->algorithm;
    answer.ranks = static_cast<std::uint64_t>(study.collective->ranks);
    for (const Bytes size : study.sizes) {
      answer.results.push_back(play_collective(study, *routing, size));
      answer.results.back().size = size;
    }
    return answer;
  }
  FlowList traffic(study.flows);
  answer.ranks = study.topology->wires().endpoints;
  answer.results.push_back(play(study, *routing, traffic));
  NetworkResult& r = answer.results.back();
  r.lower_bound = lower_bound_of(study.flows, study.topology->wires());
  if (!study.sizes.empty()) r.size = study.sizes.front();
  return answer;
}

}  // namespace orrery
