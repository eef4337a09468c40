// Networks for tests: from text, counted by search, and held to what every topology promises.
#pragma once
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <queue>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "orrery/network/topologies/builtins.hpp"

namespace orrery::test {

inline std::unique_ptr<Topology> network(std::string_view text,
                                         const LinkSpec& link = {BytesPerSecond{50e9}, {}}) {
  MadeTopology made = make_topology(text, link);
  if (made) return std::move(*made);
  std::string message = std::string(text) + "\n";
  for (const Error& e : made.error()) message += to_string(e) + "\n";
  throw std::runtime_error(message);
}

// The message of the first mistake in a text that must have one.
inline std::string mistake(std::string_view text,
                           const LinkSpec& link = {BytesPerSecond{50e9}, {}}) {
  const MadeTopology made = make_topology(text, link);
  return made ? "" : to_string(made.error().front());
}

inline std::vector<std::vector<std::uint32_t>> neighbours(const Wires& wires) {
  std::vector<std::vector<std::uint32_t>> out(wires.vertices);
  for (std::size_t i = 0; i < wires.links.size(); ++i) {
    if (!wires.is_failed(static_cast<LinkId>(i)))
      out[wires.links[i].from].push_back(wires.links[i].to);
  }
  return out;
}

// Breadth-first search; links are symmetric, so these are distances to the vertex too.
inline std::vector<int> distances(const std::vector<std::vector<std::uint32_t>>& graph,
                                  std::uint32_t from) {
  std::vector<int> far(graph.size(), -1);
  std::queue<std::uint32_t> open({from});
  far[from] = 0;
  while (!open.empty()) {
    const std::uint32_t at = open.front();
    open.pop();
    for (const std::uint32_t to : graph[at]) {
      if (far[to] >= 0) continue;
      far[to] = far[at] + 1;
      open.push(to);
    }
  }
  return far;
}

// Holds a small topology to a search over its wires: counts, distances, diameter, average.
inline void expect_facts_match_a_search(const Topology& topology) {
  const Wires& wires = topology.wires();
  const NetworkFacts facts = topology.facts();
  const auto graph = neighbours(wires);
  EXPECT_EQ(facts.endpoints, wires.endpoints);
  EXPECT_EQ(facts.switches, wires.vertices - wires.endpoints);
  EXPECT_EQ(2 * facts.cables, static_cast<std::int64_t>(wires.links.size()));
  std::int64_t optical = 0;
  for (std::size_t i = 0; i < wires.links.size(); i += 2) {
    EXPECT_EQ(wires.links[i].from, wires.links[i + 1].to);
    EXPECT_EQ(wires.links[i].to, wires.links[i + 1].from);
    EXPECT_EQ(wires.links[i].kind, wires.links[i + 1].kind);
    optical += wires.kind(static_cast<LinkId>(i)).optical ? 1 : 0;
  }
  EXPECT_EQ(facts.optical_cables, optical);
  int diameter = 0;
  double sum = 0.0;
  for (std::uint32_t e = 0; e < wires.endpoints; ++e) {
    const std::vector<int> far = distances(graph, e);
    for (std::uint32_t v = 0; v < wires.vertices; ++v) {
      ASSERT_GE(far[v], 0) << "vertex " << v << " is cut off";
      ASSERT_EQ(topology.distance(v, e), far[v]) << v << " to " << e;
      if (v >= wires.endpoints) continue;
      diameter = std::max(diameter, far[v]);
      sum += far[v];
    }
  }
  EXPECT_EQ(facts.diameter, diameter);
  const double n = wires.endpoints;
  EXPECT_NEAR(facts.average_hops, n > 1 ? sum / (n * (n - 1)) : 0.0, 1e-12);
  std::set<std::string> names;
  for (std::uint32_t v = 0; v < wires.vertices; ++v) names.insert(topology.vertex_name(v));
  EXPECT_EQ(names.size(), wires.vertices);
}

// The bytes on each link when every endpoint sends one byte to every other.
inline std::vector<double> all_to_all_load(const Wires& wires, const Routing& routing) {
  std::vector<double> load(wires.links.size(), 0.0);
  std::vector<LinkShare> shares;
  for (std::uint32_t a = 0; a < wires.endpoints; ++a) {
    for (std::uint32_t b = 0; b < wires.endpoints; ++b) {
      shares.clear();
      routing.spread(a, b, 0, shares);
      for (const LinkShare& s : shares) load[index(s.link)] += s.share;
    }
  }
  return load;
}

// Every way is made of links that follow each other and leads where it should; shares are conserved
// at every vertex; channels stay below their number.
inline void expect_routes_lead_there(const Topology& topology, const Routing& routing,
                                     bool is_minimal, std::uint64_t choices = 3) {
  const Wires& wires = topology.wires();
  std::vector<Hop> way;
  std::vector<LinkShare> shares;
  for (std::uint32_t a = 0; a < wires.endpoints; ++a) {
    for (std::uint32_t b = 0; b < wires.endpoints; ++b) {
      for (std::uint64_t choice = 0; choice < choices; ++choice) {
        way.clear();
        routing.route(a, b, choice, way);
        std::uint32_t at = a;
        for (const Hop& h : way) {
          ASSERT_LT(index(h.link), wires.links.size());
          ASSERT_EQ(wires.link(h.link).from, at) << a << " to " << b;
          ASSERT_LT(h.channel, routing.channels());
          at = wires.link(h.link).to;
        }
        ASSERT_EQ(at, b) << a << " to " << b;
        if (is_minimal) {
          ASSERT_EQ(static_cast<int>(way.size()), topology.distance(a, b)) << a << " to " << b;
        }
      }
      shares.clear();
      routing.spread(a, b, 0, shares);
      std::map<std::uint32_t, double> surplus;
      std::set<LinkId> seen;
      for (const LinkShare& s : shares) {
        ASSERT_TRUE(seen.insert(s.link).second) << "a link twice, " << a << " to " << b;
        surplus[wires.link(s.link).from] += s.share;
        surplus[wires.link(s.link).to] -= s.share;
      }
      if (a != b) {
        surplus[a] -= 1.0;
        surplus[b] += 1.0;
      }
      for (const auto& [vertex, flow] : surplus) ASSERT_NEAR(flow, 0.0, 1e-9) << vertex;
    }
  }
}

// One flow of each orbit of sources, over the members of its links' orbits, makes the load that
// all flows make: what a RouteSymmetry promises to all-to-all traffic.
inline void expect_symmetry_holds(const Wires& wires, const Routing& routing) {
  const auto symmetry = routing.symmetry();
  ASSERT_TRUE(symmetry.has_value());
  EXPECT_EQ(std::uint64_t{symmetry->order} * symmetry->representatives.size(), wires.endpoints);
  ASSERT_EQ(symmetry->orbit.size(), wires.links.size());
  std::vector<std::uint32_t> members(symmetry->members.size(), 0);
  for (const std::uint32_t o : symmetry->orbit) ++members.at(o);
  EXPECT_EQ(members, symmetry->members);
  const std::vector<double> all = all_to_all_load(wires, routing);
  std::vector<double> by_orbit(members.size(), 0.0);
  std::vector<LinkShare> shares;
  for (const std::uint32_t a : symmetry->representatives) {
    for (std::uint32_t b = 0; b < wires.endpoints; ++b) {
      shares.clear();
      routing.spread(a, b, 0, shares);
      for (const LinkShare& s : shares) by_orbit[symmetry->orbit[index(s.link)]] += s.share;
    }
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::uint32_t o = symmetry->orbit[i];
    ASSERT_NEAR(all[i], by_orbit[o] * symmetry->order / members[o], 1e-9) << "link " << i;
    EXPECT_EQ(wires.links[i].kind,
              wires
                  .links[std::find(symmetry->orbit.begin(), symmetry->orbit.end(), o) -
                         symmetry->orbit.begin()]
                  .kind);
  }
}

}  // namespace orrery::test
