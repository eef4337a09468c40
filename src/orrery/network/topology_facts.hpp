// Exact counts of the regular topologies: endpoints, links, diameter, average hops, bisection.
//
// Links are counted once for both directions. Hops count links between two endpoints, so that two
// hosts of one switch are two hops apart; the average is over ordered pairs of different endpoints.
// The bisection is the number of links between the two equal halves of least cut.
#pragma once
#include <cstdint>
#include <vector>

#include "orrery/hw/cluster.hpp"

namespace orrery {

struct TopologyFacts {
  std::int64_t endpoints = 0;
  std::int64_t links = 0;
  int diameter = 0;
  double average_hops = 0.0;
  std::int64_t bisection_links = 0;
  friend bool operator==(const TopologyFacts&, const TopologyFacts&) = default;
};

// A k-ary n-cube; an axis of two that closes has two parallel links.
TopologyFacts torus_facts(const std::vector<int>& shape, const std::vector<bool>& wrap);
// One switch: every endpoint has one link to it.
TopologyFacts switch_facts(int endpoints);
TopologyFacts full_mesh_facts(int endpoints);
// A three-level k-ary fat tree: k pods of k/2 edge switches with k/2 hosts each, k even.
TopologyFacts fat_tree_facts(int radix);

TopologyFacts facts_of(const Tier& tier);

}  // namespace orrery
