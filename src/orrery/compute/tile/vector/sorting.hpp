// Sorting and top-k on vector lanes: networks of compare-exchanges (K. Batcher, "Sorting networks
// and their applications", 1968), whole or kept to the k first (A. Shanbhag et al., "Efficient
// top-k query processing on massively parallel hardware", 2018, section 4.3).
#pragma once
#include <cstdint>

namespace orrery {

// Compare-exchanges that sort so many keys, a power of two: p (p + 1) / 4 of each for 2^p.
double sorting_exchanges(std::int64_t keys);

// Those that leave the `kept` largest of `keys`, both powers of two: runs of `kept` are sorted, of
// two the larger half is taken and made a run again, until one is left.
double top_exchanges(std::int64_t keys, std::int64_t kept);

// How often keys come from the memory outside when a scratchpad holds runs of `run`: sorted runs
// are merged in passes of the network whose exchanges lie within what is held.
double sorting_passes(std::int64_t keys, std::int64_t run, std::int64_t least_piece);

// The least power of two that is no smaller.
std::int64_t padded_keys(double keys);

}  // namespace orrery
