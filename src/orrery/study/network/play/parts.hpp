// The parts of playing a network study.
#pragma once
#include <ctime>

#include "orrery/network/fabric.hpp"
#include "orrery/network/placement/placement_search.hpp"
#include "orrery/study/network/network_answer.hpp"

namespace orrery::network_parts {

// What each endpoint must send or take, over its bandwidth: no network is faster.
Seconds lower_bound_of(const std::vector<Flow>& flows, const Wires& wires);

Seconds lower_bound_of(const ChakraWorkload& workload, const Wires& wires);

void add_flow_completion(std::vector<Seconds> durations, NetworkResult& result);
void add_links(const FabricResult& played, const Topology& topology, NetworkResult& result);
// `start`: of the work behind it.
NetworkResult result_of(const FabricResult& played, const NetworkStudy& study, std::clock_t start);

enum class Load : std::uint8_t { None, AsStudied };
// Plays what was asked, beside the study's background and neighbours or as if nobody else were
// there; `completion` is of what was asked alone.
NetworkResult play(const NetworkStudy& study, const Routing& routing, Traffic& traffic, Load load,
                   const Fabric::Watch& watch);

NetworkResult play_collective(const NetworkStudy& study, const Routing& routing, const RankMap& map,
                              Bytes vector, const std::function<void(double share)>& progress);
// Tells `progress` of simulated time as a share of this bound.
Fabric::Watch watch_of(const std::function<void(double share)>& progress, Seconds bound);

// What the traffic sends; none where that is too much to look at message by message.
std::vector<Demand> demands_of(Traffic& traffic);
std::optional<Collisions> collisions_of(const NetworkStudy& study,
                                        const std::vector<Demand>& demands);
// Fluid has no queues to ask: messages are dealt out over short ways and detours by each other's
// load. nullptr where nothing is to be dealt.
std::unique_ptr<Routing> dealt_out(const NetworkStudy& study, const Routing& routing,
                                   const std::vector<Demand>& demands);

struct Placed {
  RankMap map;
  std::optional<SearchedMap> searched;
};
Placed placement_of(const NetworkStudy& study, const Routing& routing);

// "auto" as a library decides it for this size; otherwise what the study says.
struct Algorithm {
  std::string name;
  std::uint32_t chunks = 1;
  std::uint32_t node = 1;  // ranks of one node
};
Algorithm algorithm_of(const NetworkStudy& study, const Routing& routing, Bytes vector);
// Of one group; the study has been checked for it.
std::unique_ptr<CollectiveSchedule> schedule_of(const NetworkStudy& study,
                                                const Algorithm& algorithm, Bytes vector);
// Of an all-to-all-v.
SizeMatrix sizes_of(const NetworkStudy& study, Bytes vector);

}  // namespace orrery::network_parts
