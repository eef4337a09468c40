#include <algorithm>
#include <optional>

#include "orrery/collective/schedules/looping_schedule.hpp"
#include "orrery/network/fabric/alpha_beta.hpp"
#include "orrery/network/fabric/max_min.hpp"
#include "orrery/network/fabric/max_min_exchange.hpp"
#include "orrery/network/fabric/packet/packet_fabric.hpp"
#include "orrery/network/traffic/background.hpp"
#include "orrery/network/traffic/concurrent.hpp"
#include "orrery/study/network/play/parts.hpp"

namespace orrery {
namespace network_parts {
namespace {

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

// The size of the messages where everybody sends as much to everybody else, all at once.
std::optional<Bytes> all_to_all_size(const std::vector<Flow>& flows, std::uint32_t endpoints) {
  if (endpoints < 2 || flows.size() != std::size_t{endpoints} * (endpoints - 1))
    return std::nullopt;
  std::vector<bool> has(std::size_t{endpoints} * endpoints, false);
  for (const Flow& f : flows) {
    const std::size_t pair = std::size_t{f.from} * endpoints + f.to;
    if (f.from == f.to || has[pair] || f.start > Seconds{} || f.size != flows.front().size)
      return std::nullopt;
    has[pair] = true;
  }
  return flows.front().size;
}

// An all-to-all by classes of messages, where the routing tells none of them apart.
std::optional<NetworkResult> by_classes(const NetworkStudy& study, const Routing& routing) {
  if (study.fabric != FabricKind::MaxMin || study.has_load() || study.trace != nullptr ||
      !routing.symmetry())
    return std::nullopt;
  const std::clock_t start = std::clock();
  const Wires& wires = study.topology->wires();
  const auto size = all_to_all_size(study.flows, wires.endpoints);
  if (!size || !(*size > Bytes{})) return std::nullopt;
  const FabricResult played = max_min_all_to_all(wires, routing, *size);
  NetworkResult r = result_of(played, study, start);
  std::vector<Seconds> durations;
  for (const Deliveries& d : played.deliveries)
    durations.insert(durations.end(), static_cast<std::size_t>(d.messages), d.at);
  add_flow_completion(std::move(durations), r);
  return r;
}

}  // namespace

NetworkResult result_of(const FabricResult& played, const NetworkStudy& study, std::clock_t start) {
  NetworkResult r;
  r.cpu = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  r.completion = played.completion;
  r.flows = played.messages;
  r.drops = played.drops;
  r.pauses = played.pauses;
  add_links(played, *study.topology, r);
  return r;
}

Fabric::Watch watch_of(const std::function<void(double share)>& progress, Seconds bound) {
  if (!progress || !(bound > Seconds{})) return {};
  return [&progress, bound](Seconds now) { progress(std::min(1.0, now / bound)); };
}

NetworkResult play(const NetworkStudy& study, const Routing& routing, Traffic& traffic, Load load,
                   const Fabric::Watch& watch) {
  const std::clock_t start = std::clock();
  const Wires& wires = study.topology->wires();
  Recorder asked(traffic);
  Concurrent all;
  all.add(asked);
  std::vector<const LoopingSchedule*> loops;
  if (load == Load::AsStudied) {
    for (const PatternSpec& spec : study.background)
      all.add(std::make_unique<Background>(spec, wires, asked));
    for (const Neighbour& n : study.neighbours) {
      auto loop = std::make_unique<LoopingSchedule>(*n.schedule, n.endpoints, asked);
      loops.push_back(loop.get());
      all.add(std::move(loop));
    }
  }
  const bool is_alone = load == Load::None || !study.has_load();
  const auto fabric = fabric_of(study, routing);
  fabric->watch(watch);
  const FabricResult played = fabric->run(is_alone ? static_cast<Traffic&>(asked) : all);
  NetworkResult r = result_of(played, study, start);
  r.completion = asked.last_delivery();
  r.flows = asked.durations().size();
  for (const LoopingSchedule* loop : loops) r.neighbour_rounds.push_back(loop->rounds());
  add_flow_completion(asked.durations(), r);
  return r;
}

}  // namespace network_parts

NetworkAnswer run(const NetworkStudy& study, const std::function<void(double share)>& progress) {
  using namespace network_parts;
  NetworkAnswer answer;
  answer.study = study;
  const auto routing =
      study.topology->routing(study.routing, static_cast<std::uint64_t>(study.seed));
  if (study.collective) {
    answer.ranks = static_cast<std::uint64_t>(study.collective->ranks);
    const Placed placed = placement_of(study, *routing);
    answer.searched = placed.searched;
    for (const Bytes size : study.sizes) {
      answer.results.push_back(play_collective(study, *routing, placed.map, size, progress));
      answer.results.back().size = size;
    }
    answer.algorithm = answer.results.front().algorithm;
    for (const NetworkResult& r : answer.results) {
      if (r.algorithm != answer.algorithm) answer.algorithm = kAutomatic;
    }
    return answer;
  }
  const auto asked = [&]() -> std::unique_ptr<Traffic> {
    if (study.trace != nullptr) return std::make_unique<ChakraTraffic>(*study.trace);
    return std::make_unique<FlowList>(study.flows);
  };
  const Wires& wires = study.topology->wires();
  answer.ranks = study.trace != nullptr ? study.trace->ranks : wires.endpoints;
  const std::vector<Demand> demands = demands_of(*asked());
  const auto dealt = dealt_out(study, *routing, demands);
  const Routing& way = dealt ? *dealt : *routing;
  const Seconds bound = study.trace != nullptr ? lower_bound_of(*study.trace, wires)
                                               : lower_bound_of(study.flows, wires);
  const Fabric::Watch watch = watch_of(progress, bound);
  const auto classes = dealt ? std::nullopt : by_classes(study, way);
  answer.results.push_back(classes ? *classes : play(study, way, *asked(), Load::AsStudied, watch));
  NetworkResult& r = answer.results.back();
  r.collisions = collisions_of(study, demands);
  if (study.has_load()) r.idle = play(study, way, *asked(), Load::None, watch).completion;
  r.lower_bound = bound;
  if (!study.sizes.empty()) r.size = study.sizes.front();
  return answer;
}

}  // namespace orrery
