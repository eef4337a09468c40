// Shortest ways of any topology that knows its distances.
//
// ecmp: one way for each flow; every switch picks by a hash of flow, seed and itself, so that flows
// collide as they do on real switches. spray: every packet picks anew; a fluid flow is split evenly
// at each switch over the links that lead on.
#pragma once
#include <memory>
#include <utility>

#include "orrery/network/graph/graph.hpp"
#include "orrery/network/routing.hpp"
#include "orrery/network/topology.hpp"

namespace orrery {

// How buffers are kept from waiting in a circle: trees need one channel, since ways go up and then
// down; elsewhere each hop between routers has a channel of its own (Gunther, "Prevention of
// deadlocks in packet-switched data transport systems", 1981).
enum class ChannelRule : std::uint8_t { One, PerHop };

class Minimal {
 public:
  Minimal(const Topology& topology, std::uint64_t seed);

  // Appends links, until `to` is at most `short_of` links away; returns the vertex reached.
  std::uint32_t walk(std::uint32_t from, std::uint32_t to, std::uint64_t flow, int short_of,
                     std::vector<LinkId>& way) const;
  // Adds `share` of a flow, split evenly at each vertex, to `shares`. Ends like walk(); returns
  // what arrived where.
  std::vector<std::pair<std::uint32_t, double>> pour(std::uint32_t from, std::uint32_t to,
                                                     double share, int short_of,
                                                     std::vector<LinkShare>& shares) const;
  // What tells flows apart: sender, receiver and choice under the seed.
  [[nodiscard]] std::uint64_t flow(std::uint32_t from, std::uint32_t to,
                                   std::uint64_t choice) const;
  [[nodiscard]] const Topology& topology() const { return topology_; }

 private:
  // Distances to one endpoint, looked up or asked one by one.
  class Towards;
  // Links that shorten the way.
  void candidates(std::uint32_t at, const Towards& towards, std::vector<LinkId>& out) const;

  const Topology& topology_;
  Graph graph_;
  std::uint64_t seed_;
};

// Appends a way's links, each with its channel.
void append_hops(const Topology& topology, ChannelRule rule, const std::vector<LinkId>& links,
                 std::vector<Hop>& way);
// Channels that ways of `hops` links need.
int channels_for(const Topology& topology, ChannelRule rule, int hops);

// Sums the shares of links that occur more than once.
void merge(std::vector<LinkShare>& shares, std::size_t first);

std::unique_ptr<Routing> ecmp(const Topology& topology, ChannelRule rule, std::uint64_t seed);
std::unique_ptr<Routing> spray(const Topology& topology, ChannelRule rule, std::uint64_t seed);

}  // namespace orrery
