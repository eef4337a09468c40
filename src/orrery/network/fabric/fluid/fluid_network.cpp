#include "orrery/network/fabric/fluid/fluid_network.hpp"

#include <algorithm>

#include "orrery/base/check.hpp"

namespace orrery {

EveryLink::EveryLink(const Wires& wires, const Routing& routing)
    : wires_(wires), routing_(routing) {
  capacities_.reserve(wires.links.size());
  for (const Link& l : wires.links) capacities_.push_back(wires.kinds[l.kind].bandwidth.value());
}

Seconds EveryLink::path(const Message& m, std::vector<LinkUse>& uses) {
  ORRERY_CHECK(m.from < wires_.endpoints && m.to < wires_.endpoints,
               "a message from {} to {} among {} endpoints", m.from, m.to, wires_.endpoints);
  shares_.clear();
  routing_.spread(m.from, m.to, m.choice, shares_);
  Seconds latency;
  for (const LinkShare& s : shares_) {
    uses.push_back({static_cast<std::uint32_t>(index(s.link)), s.share});
    latency += wires_.kind(s.link).latency * s.share;
  }
  return latency;
}

LinkOrbits::LinkOrbits(const Wires& wires, const Routing& routing, const RouteSymmetry& symmetry)
    : links_(wires, routing), symmetry_(symmetry) {
  ORRERY_CHECK(symmetry.orbit.size() == wires.links.size(), "orbits of {} links, not {}",
               symmetry.orbit.size(), wires.links.size());
  capacities_.resize(symmetry.members.size());
  images_on_a_link_.reserve(symmetry.members.size());
  for (std::size_t l = 0; l < wires.links.size(); ++l) {
    capacities_[symmetry.orbit[l]] = links_.capacities()[l];
  }
  for (const std::uint32_t members : symmetry.members) {
    images_on_a_link_.push_back(static_cast<double>(symmetry.order) / members);
  }
}

Seconds LinkOrbits::path(const Message& m, std::vector<LinkUse>& uses) {
  const std::size_t first = uses.size();
  const Seconds latency = links_.path(m, uses);
  const auto begin = uses.begin() + static_cast<std::ptrdiff_t>(first);
  // Few orbits, many links: sums in place.
  auto end = begin;
  for (auto use = begin; use != uses.end(); ++use) {
    const std::uint32_t orbit = symmetry_.orbit[use->link];
    const double share = use->share * images_on_a_link_[orbit];
    auto same = end;
    while (same != begin && (same - 1)->link != orbit) --same;
    if (same == begin) {
      *end++ = {orbit, share};
    } else {
      (same - 1)->share += share;
    }
  }
  uses.erase(end, uses.end());
  std::sort(begin, uses.end(), [](const LinkUse& a, const LinkUse& b) { return a.link < b.link; });
  return latency;
}

std::vector<double> LinkOrbits::by_link(std::vector<double> by_carrier) const {
  std::vector<double> out;
  out.reserve(symmetry_.orbit.size());
  for (const std::uint32_t orbit : symmetry_.orbit) out.push_back(by_carrier[orbit]);
  return out;
}

}  // namespace orrery
