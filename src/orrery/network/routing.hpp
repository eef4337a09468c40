// Routing: which links a message takes. One object for one topology; without state, so that the
// order in which flows ask never matters.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "orrery/network/wires.hpp"

namespace orrery {

// One step of a packet's way. The channel keeps cycles of waiting apart (a torus changes it at its
// dateline, a dragonfly after each group), so that finite buffers cannot deadlock.
struct Hop {
  LinkId link{};
  std::uint8_t channel = 0;
  friend bool operator==(const Hop&, const Hop&) = default;
};

// One link of a fluid flow, and which share of the flow's bytes crosses it.
struct LinkShare {
  LinkId link{};
  double share = 1.0;
};

// A group of automorphisms of wires and routes that acts freely on the endpoints: a flow and all
// its images meet the same loads in a pattern that the group leaves unchanged, so one stands for
// all. `representatives`: one endpoint of each orbit, ascending. `orbit[link]` names the link's
// orbit; `members[orbit]` counts its links.
struct RouteSymmetry {
  std::uint32_t order = 1;  // images of each endpoint
  std::vector<std::uint32_t> representatives;
  std::vector<std::uint32_t> orbit;
  std::vector<std::uint32_t> members;
};

class Routing {
 public:
  virtual ~Routing() = default;
  // Appends the way of one packet. `choice` tells flows of one pair, or packets of a sprayed flow,
  // apart; routings with one way for a pair ignore it. from == to appends nothing.
  virtual void route(std::uint32_t from, std::uint32_t to, std::uint64_t choice,
                     std::vector<Hop>& way) const = 0;
  // Appends the links of a fluid flow; each link at most once. By default the one way of `choice`.
  virtual void spread(std::uint32_t from, std::uint32_t to, std::uint64_t choice,
                      std::vector<LinkShare>& shares) const {
    std::vector<Hop> way;
    route(from, to, choice, way);
    for (const Hop& h : way) shares.push_back({h.link, 1.0});
  }
  // Whether packets of one flow take different ways (spray, balanced ties): then a sender counts
  // `choice` up packet by packet.
  [[nodiscard]] virtual bool per_packet() const { return false; }
  // Whether a packet may take a detour instead, when less waits there: queue times hops. Fabrics
  // without queues take route().
  [[nodiscard]] virtual bool has_detours() const { return false; }
  virtual void detour(std::uint32_t from, std::uint32_t to, std::uint64_t choice,
                      std::vector<Hop>& way) const {
    route(from, to, choice, way);
  }
  // Channels that `route` and `detour` use on a link.
  [[nodiscard]] virtual int channels() const { return 1; }
  [[nodiscard]] virtual std::optional<RouteSymmetry> symmetry() const { return std::nullopt; }
};

}  // namespace orrery
