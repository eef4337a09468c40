// RankMap: which endpoint each rank sits at. A permutation, or part of one where endpoints stay
// free; it knows nothing of what ranks do.
#pragma once
#include <cstdint>
#include <vector>

namespace orrery {

using RankMap = std::vector<std::uint32_t>;  // by rank: its endpoint

RankMap identity_map(std::uint32_t ranks);

// Groups of consecutive ranks, each `each` of them, as they sit when tensor-parallel groups of
// `inner` are innermost: `inner` groups share blocks, so that `inner` endpoints lie between a
// rank and the next of its group. `inner` divides the number of groups.
RankMap tensor_innermost_map(std::uint32_t ranks, std::uint32_t each, std::uint32_t inner);

// Ranks along one rail through all nodes of `node` endpoints, then back along the next: a ring of
// them crosses rails once a rail, inside a node. `node` divides the ranks.
RankMap rail_aware_map(std::uint32_t ranks, std::uint32_t node);

// A closed walk over a torus (dimension 0 varies fastest in endpoint numbers) on which each step,
// the last one home included, is one hop. Without wrap-around links it still is where a dimension
// after the first is even.
RankMap folded_torus_map(const std::vector<int>& shape);

RankMap random_map(std::uint32_t ranks, std::uint32_t endpoints, std::uint64_t seed);

}  // namespace orrery
