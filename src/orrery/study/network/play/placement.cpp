#include <map>

#include "orrery/base/check.hpp"
#include "orrery/collective/schedules/schedule.hpp"
#include "orrery/study/network/play/parts.hpp"

namespace orrery::network_parts {
namespace {

// All that ranks send each other in one collective of each group.
std::vector<RankPair> pairs_of(const NetworkStudy& study, const Routing& routing) {
  const Bytes vector = study.sizes.front();
  const auto schedule = schedule_of(study, algorithm_of(study, routing, vector), vector);
  std::map<std::pair<std::uint32_t, std::uint32_t>, Bytes> sent;
  std::vector<Move> moves;
  for (std::uint32_t stream = 0; stream < schedule->streams(); ++stream) {
    for (std::uint32_t step = 0; step < schedule->steps(stream); ++step) {
      for (std::uint32_t rank = 0; rank < schedule->ranks(); ++rank) {
        moves.clear();
        schedule->sends(stream, rank, step, moves);
        for (const Move& m : moves) sent[{rank, m.peer}] += m.size;
      }
    }
  }
  std::vector<RankPair> out;
  for (std::uint32_t g = 0; g < study.collective->groups; ++g) {
    const std::uint32_t first = g * schedule->ranks();
    for (const auto& [pair, size] : sent)
      out.push_back({first + pair.first, first + pair.second, size});
  }
  return out;
}

}  // namespace

Placed placement_of(const NetworkStudy& study, const Routing& routing) {
  const PlacementSpec& p = study.placement;
  const CollectiveSpec& c = *study.collective;
  const Wires& wires = study.topology->wires();
  const auto ranks = static_cast<std::uint32_t>(c.ranks);
  const auto seed = static_cast<std::uint64_t>(p.seed);
  switch (p.strategy) {
    case PlacementKind::Identity:
      return {identity_map(ranks), {}};
    case PlacementKind::TensorInnermost:
      return {tensor_innermost_map(ranks, static_cast<std::uint32_t>(c.ranks / c.groups),
                                   static_cast<std::uint32_t>(p.inner)),
              {}};
    case PlacementKind::RailAware:
      return {rail_aware_map(ranks, static_cast<std::uint32_t>(p.node)), {}};
    case PlacementKind::FoldedTorus:
      return {folded_torus_map(study.shape), {}};
    case PlacementKind::Random:
      return {random_map(ranks, wires.endpoints, seed), {}};
    case PlacementKind::Search: {
      SearchedMap found =
          search_placement(wires, routing, pairs_of(study, routing), identity_map(ranks),
                           static_cast<std::uint64_t>(p.swaps), seed);
      RankMap map = found.map;
      return {std::move(map), std::move(found)};
    }
  }
  return {};
}

}  // namespace orrery::network_parts
