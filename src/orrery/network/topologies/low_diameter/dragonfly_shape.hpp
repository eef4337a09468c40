// The numbers of a dragonfly's routers and cables, without a search.
#pragma once
#include "orrery/network/topologies/low_diameter/group_ports.hpp"
#include "orrery/network/wires.hpp"

namespace orrery {

// Endpoints by router, routers by group; cables of endpoints, then within groups, then between.
struct DragonflyShape {
  std::uint32_t routers = 0;    // of a group: a
  std::uint32_t terminals = 0;  // of a router: p
  GroupPorts ports;             // h of a router, over all groups

  using End = GroupPorts::End;

  [[nodiscard]] std::uint32_t all_routers() const { return routers * ports.groups; }
  [[nodiscard]] std::uint32_t endpoints() const { return all_routers() * terminals; }
  [[nodiscard]] End home(std::uint32_t endpoint) const { return router(endpoint / terminals); }
  [[nodiscard]] End router(std::uint32_t number) const {
    return {number / routers, number % routers};
  }
  [[nodiscard]] std::uint32_t number(const End& r) const { return r.group * routers + r.router; }

  [[nodiscard]] std::size_t local_cables() const {  // of a group
    return std::size_t{routers} * (routers - 1) / 2;
  }
  [[nodiscard]] std::size_t cables() const {
    return endpoints() + ports.groups * local_cables() +
           pairs_before(ports.groups, ports.groups) * ports.cables;
  }
  [[nodiscard]] static LinkId up(std::uint32_t endpoint) { return LinkId{2 * endpoint}; }
  [[nodiscard]] static LinkId down(std::uint32_t endpoint) { return LinkId{2 * endpoint + 1}; }
  [[nodiscard]] LinkId local(std::uint32_t group, std::uint32_t from, std::uint32_t to) const {
    return link(endpoints() + group * local_cables() + pair(from, to, routers), from > to);
  }
  [[nodiscard]] LinkId global(std::uint32_t from, std::uint32_t to, std::uint32_t t) const {
    return link(endpoints() + ports.groups * local_cables() +
                    pair(from, to, ports.groups) * ports.cables + t,
                from > to);
  }

  // Hops between routers: local, global, both, two globals, or local, global, local.
  [[nodiscard]] int hops(const End& a, const End& b) const {
    if (a == b) return 0;
    if (a.group == b.group || ports.joined(a, b)) return 1;
    if (ports.reaches(a, b.group) || ports.reaches(b, a.group)) return 2;
    for (std::uint32_t port = 0; port < ports.used(a.router); ++port) {
      if (ports.joined(ports.across(a, port), b)) return 2;
    }
    return 3;
  }

 private:
  // Unordered pairs of [0, n) whose lower member is below `first`.
  [[nodiscard]] static std::size_t pairs_before(std::size_t first, std::size_t n) {
    return first * n - first * (first + 1) / 2;
  }
  [[nodiscard]] static std::size_t pair(std::uint32_t a, std::uint32_t b, std::uint32_t n) {
    const std::uint32_t low = a < b ? a : b;
    return pairs_before(low, n) + (a + b - low) - low - 1;
  }
  [[nodiscard]] static LinkId link(std::size_t cable, bool is_back) {
    return static_cast<LinkId>(2 * cable + (is_back ? 1 : 0));
  }
};

}  // namespace orrery
