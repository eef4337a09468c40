// What no algorithm can beat: the bytes that must leave or enter some rank, over its bandwidth.
#pragma once
#include <cstdint>

#include "orrery/collective/closed_form.hpp"

namespace orrery {

enum class Adds : std::uint8_t { AtRanks, InSwitches };

// `injection`: of one rank over all its links, one direction. n ranks, vector S:
//   all-reduce                               2 S (n-1)/(nB); S/B where switches add
//   reduce-scatter, all-gather, all-to-all   S (n-1)/(nB)
//   broadcast, reduce, send-recv             S/B
//   barrier                                  0
// Chan et al. 2007, table 1 (bandwidth terms).
Seconds lower_bound(CollectiveKind kind, Bytes size, std::uint32_t ranks, BytesPerSecond injection,
                    Adds adds = Adds::AtRanks);

// nccl-tests' bus bandwidth over its algorithm bandwidth S/t (doc/PERFORMANCE.md there).
double bus_bandwidth_factor(CollectiveKind kind, std::uint32_t ranks);

}  // namespace orrery
