// What a chip's scratchpad, memory, engines and wires are for one of its systolic arrays, all of
// which do alike.
#pragma once
#include <cstdint>

#include "orrery/compute/cycle/systolic_memory.hpp"
#include "orrery/compute/tile/array_mapping.hpp"
#include "orrery/compute/tile/array_product.hpp"
#include "orrery/hw/chip.hpp"

namespace orrery {

// Which dimension the arrays of a chip share out among them.
enum class Shared : std::uint8_t { Columns, Rows };

// Main memory's way to the arrays; `dram` may be null, and outlives what is returned.
Transfers transfers_of(const Chip& chip, const ArrayChip& arrays, const StripShare* dram);

// A third of the scratchpad for each of inputs, weights and sums, of its capacity and of its banks.
// `transfers` outlives what is returned; `round_trip` is a load's latency in cycles.
SystolicMemory memory_of(const Chip& chip, const ArrayChip& arrays, const ArrayProduct& product,
                         Shared shared, const Transfers& transfers, std::int64_t round_trip);

}  // namespace orrery
