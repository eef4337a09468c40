// How the groups of a dragonfly are joined: all pairs by the same number of global cables. Port i
// of a group leads to the group 1 + i / (cables of a pair) further on, so that all groups look
// alike; port i is at router i / (ports of a router).
#pragma once
#include <cstdint>

namespace orrery {

struct GroupPorts {
  std::uint32_t groups = 0;
  std::uint32_t ports = 0;   // of a router
  std::uint32_t cables = 0;  // of a pair of groups

  struct End {
    std::uint32_t group = 0;
    std::uint32_t router = 0;  // in its group
    friend bool operator==(const End&, const End&) = default;
  };

  [[nodiscard]] std::uint32_t ahead(std::uint32_t from, std::uint32_t to) const {
    return (to + groups - from) % groups;
  }
  // The router of `from` that holds cable t of those to the group `to`.
  [[nodiscard]] End end(std::uint32_t from, std::uint32_t to, std::uint32_t t) const {
    return {from, ((ahead(from, to) - 1) * cables + t) / ports};
  }
  // How many ports of this router are in use: some may be left over.
  [[nodiscard]] std::uint32_t used(std::uint32_t router) const {
    const std::uint32_t all = (groups - 1) * cables;
    const std::uint32_t first = router * ports;
    return first >= all ? 0 : (all - first < ports ? all - first : ports);
  }
  // Where port `port` of a router leads.
  [[nodiscard]] End across(const End& at, std::uint32_t port) const {
    const std::uint32_t number = at.router * ports + port;
    const std::uint32_t to = (at.group + 1 + number / cables) % groups;
    return end(to, at.group, number % cables);
  }
  // Whether the router has a cable to that group.
  [[nodiscard]] bool reaches(const End& at, std::uint32_t group) const {
    if (at.group == group) return false;
    const std::uint32_t first = (ahead(at.group, group) - 1) * cables;
    return at.router >= first / ports && at.router <= (first + cables - 1) / ports;
  }
  // Whether a global cable joins the two.
  [[nodiscard]] bool joined(const End& a, const End& b) const {
    if (!reaches(a, b.group) || !reaches(b, a.group)) return false;
    for (std::uint32_t t = 0; t < cables; ++t) {
      if (end(a.group, b.group, t) == a && end(b.group, a.group, t) == b) return true;
    }
    return false;
  }
};

}  // namespace orrery
