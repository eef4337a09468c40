#include "orrery/network/routings/adaptive/ugal.hpp"
#include "orrery/study/network/play/parts.hpp"

namespace orrery::network_parts {
namespace {

// Messages beyond which their hashes are not drawn anew for many seeds, nor dealt out over detours.
constexpr std::size_t kMostDemands = 100'000;

}  // namespace

std::vector<Demand> demands_of(Traffic& traffic) {
  return orrery::demands_of(traffic, kMostDemands);
}

std::optional<Collisions> collisions_of(const NetworkStudy& study,
                                        const std::vector<Demand>& demands) {
  if (study.routing != "ecmp") return std::nullopt;
  const Collisions found =
      ecmp_collisions(*study.topology, demands, static_cast<std::uint64_t>(study.seed),
                      affordable_seeds(demands.size()));
  return found.seeds > 0 ? std::optional(found) : std::nullopt;
}

std::unique_ptr<Routing> dealt_out(const NetworkStudy& study, const Routing& routing,
                                   const std::vector<Demand>& demands) {
  if (!routing.has_detours() || study.fabric == FabricKind::Packet || demands.empty())
    return nullptr;
  return with_detours(study.topology->wires(), routing, demands);
}

}  // namespace orrery::network_parts
