// A search for a good placement: simulated annealing over swaps (Kirkpatrick et al. 1983) on what
// is cheap to know, the load of links, not on times. Seeded, so that it finds the same again.
#pragma once
#include <cstdint>
#include <vector>

#include "orrery/network/placement/rank_map.hpp"
#include "orrery/network/routing.hpp"

namespace orrery {

// What one rank sends another, over the whole of what is placed.
struct RankPair {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  Bytes size;
};

struct Congestion {
  Seconds busiest;  // link, at its bandwidth: no order of messages is faster
  Seconds sum;      // over all links: traffic that others meet
};

Congestion congestion(const Wires& wires, const Routing& routing,
                      const std::vector<RankPair>& pairs, const RankMap& map);

struct SearchedMap {
  RankMap map;
  Congestion before, after;
  std::uint64_t swaps = 0;  // tried
};

// Starts at `from`; the best that it sees: the less busy busiest link, then the smaller sum. All
// endpoints may be taken. Tries so many swaps, fewer where each is a lot of work.
SearchedMap search_placement(const Wires& wires, const Routing& routing,
                             const std::vector<RankPair>& pairs, const RankMap& from,
                             std::uint64_t swaps, std::uint64_t seed);

}  // namespace orrery
