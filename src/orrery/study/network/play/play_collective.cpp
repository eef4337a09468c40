#include <algorithm>

#include "orrery/base/check.hpp"
#include "orrery/collective/lower_bound.hpp"
#include "orrery/collective/schedules/builtins.hpp"
#include "orrery/collective/schedules/schedule_traffic.hpp"
#include "orrery/collective/schedules/special/in_network.hpp"
#include "orrery/network/fabric/max_min_exchange.hpp"
#include "orrery/network/traffic/concurrent.hpp"
#include "orrery/study/network/play/parts.hpp"

namespace orrery::network_parts {
namespace {

// Messages beyond which classes of them are solved instead of each.
constexpr double kManyMessages = 200'000;

// The same completion by classes of messages that cannot be told apart, where there are many and
// the collective repeats itself: all-to-all over all endpoints at once, rings.
std::optional<NetworkResult> by_classes(const NetworkStudy& study, const std::string& algorithm,
                                        const Routing& routing, const RankMap& map, Bytes vector) {
  const CollectiveSpec& c = *study.collective;
  const Wires& wires = study.topology->wires();
  const double n = static_cast<double>(c.ranks) / static_cast<double>(c.groups);
  const bool adds = c.adding_rate > BytesPerSecond{} && c.kind != CollectiveKind::AllGather;
  if (study.fabric != FabricKind::MaxMin || study.program != nullptr || c.is_uneven() ||
      study.has_load())
    return std::nullopt;
  const std::clock_t start = std::clock();
  const bool is_whole = c.groups == 1 && c.ranks == static_cast<std::int64_t>(wires.endpoints);
  if (c.kind == CollectiveKind::AllToAll && algorithm == "direct" && is_whole &&
      n * n > kManyMessages)
    return result_of(max_min_all_to_all(wires, routing, vector / n), study, start);
  if (algorithm == "ring" && !adds && static_cast<double>(c.ranks) * n > kManyMessages) {
    Exchange exchange;
    const auto each = static_cast<std::uint32_t>(n);
    const std::uint32_t rounds = (c.kind == CollectiveKind::AllReduce ? 2 : 1) * (each - 1);
    for (std::uint32_t r = 0; r < c.ranks; ++r) {
      const std::uint32_t first = r / each * each, local = r - first;
      exchange.streams.push_back({map[r],
                                  map[first + (local + 1) % each],
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
  std::unique_ptr<CollectiveSchedule> schedule;
  std::vector<ReductionTree> trees;
  std::vector<const ScheduleTraffic*> schedules;  // owned by all
  Concurrent all;

  // After the last delivery by what ranks still add.
  [[nodiscard]] Seconds completion() const {
    Seconds last;
    for (const ScheduleTraffic* s : schedules) last = std::max(last, s->completion());
    return last;
  }
};

void add_groups(const NetworkStudy& study, const Algorithm& algorithm, const RankMap& map,
                Bytes vector, Groups& groups) {
  const CollectiveSpec& c = *study.collective;
  const auto each = static_cast<std::uint32_t>(c.ranks / c.groups);
  groups.trees.reserve(static_cast<std::size_t>(c.groups));
  const bool in_network = algorithm.name == kInNetwork;
  if (!in_network && study.program == nullptr)
    groups.schedule = schedule_of(study, algorithm, vector);
  const BytesPerSecond gamma = c.adding_rate > BytesPerSecond{}
                                   ? c.adding_rate
                                   : BytesPerSecond{std::numeric_limits<double>::infinity()};
  for (std::uint32_t g = 0; g < c.groups; ++g) {
    const auto first = map.begin() + static_cast<std::ptrdiff_t>(g * each);
    RankMap endpoints(first, first + each);
    if (in_network) {
      auto tree = reduction_tree(*study.topology, endpoints);
      ORRERY_CHECK(tree, "a checked tree is refused: {}", tree.error());
      groups.trees.push_back(std::move(*tree));
      groups.all.add(std::make_unique<InNetwork>(groups.trees.back(), c.kind, vector));
    } else if (study.program != nullptr) {
      groups.all.add(msccl_traffic(*study.program, vector, std::move(endpoints)));
    } else {
      auto own = std::make_unique<ScheduleTraffic>(*groups.schedule, std::move(endpoints), gamma);
      groups.schedules.push_back(own.get());
      groups.all.add(std::move(own));
    }
  }
}

NetworkResult play_groups(const NetworkStudy& study, const Algorithm& algorithm,
                          const Routing& routing, const RankMap& map, Bytes vector, Load load,
                          const Fabric::Watch& watch) {
  const bool in_network = algorithm.name == kInNetwork;
  std::vector<Demand> demands;
  if (!in_network) {
    Groups asked;
    add_groups(study, algorithm, map, vector, asked);
    demands = demands_of(asked.all);
  }
  Groups groups;
  add_groups(study, algorithm, map, vector, groups);
  const auto dealt = dealt_out(study, routing, demands);
  const TreeRouting with_trees(routing);
  const Routing* way = in_network ? &with_trees : dealt ? dealt.get() : &routing;
  NetworkResult r = play(study, *way, groups.all, load, watch);
  r.completion = std::max(r.completion, groups.completion());
  if (load == Load::AsStudied) r.collisions = collisions_of(study, demands);
  return r;
}

Seconds bound_of(const NetworkStudy& study, const Algorithm& algorithm, Bytes vector) {
  const CollectiveSpec& c = *study.collective;
  const auto each = static_cast<std::uint32_t>(c.ranks / c.groups);
  const BytesPerSecond injection = study.topology->wires().injection(0);
  if (c.is_uneven()) return busiest(sizes_of(study, vector)) / injection;
  return lower_bound(c.kind, vector, each, injection,
                     algorithm.name == kInNetwork ? Adds::InSwitches : Adds::AtRanks);
}

}  // namespace

NetworkResult play_collective(const NetworkStudy& study, const Routing& routing, const RankMap& map,
                              Bytes vector, const std::function<void(double share)>& progress) {
  const CollectiveSpec& c = *study.collective;
  const auto each = static_cast<std::uint32_t>(c.ranks / c.groups);
  const Algorithm algorithm = algorithm_of(study, routing, vector);
  const Seconds bound = bound_of(study, algorithm, vector);
  const Fabric::Watch watch = watch_of(progress, bound);
  std::optional<NetworkResult> classes = by_classes(study, algorithm.name, routing, map, vector);
  NetworkResult r =
      classes ? std::move(*classes)
              : play_groups(study, algorithm, routing, map, vector, Load::AsStudied, watch);
  if (study.has_load())
    r.idle = play_groups(study, algorithm, routing, map, vector, Load::None, watch).completion;
  r.algorithm = algorithm.name;
  r.lower_bound = bound;
  if (r.completion > Seconds{}) {
    r.algorithm_bandwidth = vector / r.completion;
    r.bus_bandwidth = bus_bandwidth_factor(c.kind, each) * r.algorithm_bandwidth;
  }
  return r;
}

}  // namespace orrery::network_parts
