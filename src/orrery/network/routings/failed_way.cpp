#include "orrery/network/routings/failed_way.hpp"

namespace orrery {

std::optional<LinkId> failed_link(const Wires& wires, const Routing& routing, std::uint32_t from,
                                  std::uint32_t to, std::uint64_t choice) {
  std::vector<Hop> way;
  routing.route(from, to, choice, way);
  for (const Hop& hop : way) {
    if (wires.is_failed(hop.link)) return hop.link;
  }
  // Where packets take different ways, fluid takes all of them at once.
  std::vector<LinkShare> shares;
  routing.spread(from, to, choice, shares);
  for (const LinkShare& s : shares) {
    if (wires.is_failed(s.link)) return s.link;
  }
  return std::nullopt;
}

}  // namespace orrery
