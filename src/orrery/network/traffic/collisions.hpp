// Collisions of ECMP: how much more the most loaded link carries than with an even split, over
// many seeds of the hash. One seed is one draw of the luck that an operator has.
#pragma once
#include <vector>

#include "orrery/network/demand.hpp"
#include "orrery/network/fabric.hpp"
#include "orrery/network/topology.hpp"

namespace orrery {

// Ratios of the most loaded link's time (bytes over bandwidth) to that of the same demands sprayed.
struct Collisions {
  int seeds = 0;
  double mean = 0.0;
  double deviation = 0.0;  // of one seed, about the mean
  double least = 0.0;
  double most = 0.0;
};

// Of `seeds` hashes, seed and those after it. None where nothing is sent between endpoints.
Collisions ecmp_collisions(const Topology& topology, const std::vector<Demand>& demands,
                           std::uint64_t seed, int seeds);

// All messages that the traffic sends, each delivered before the next; no more than `most`, and
// none where there are more.
std::vector<Demand> demands_of(Traffic& traffic, std::size_t most);

// As many seeds as a second or so allows.
int affordable_seeds(std::size_t demands);

}  // namespace orrery
