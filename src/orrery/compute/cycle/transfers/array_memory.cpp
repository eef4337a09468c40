#include "orrery/compute/cycle/transfers/array_memory.hpp"

#include <algorithm>
#include <cmath>

#include "orrery/hw/chip_levels.hpp"

namespace orrery {
namespace {

// The scratchpad nearest to the arrays. Its banks serve its bandwidth together, each a line a cycle
// of the chip's clock; where either is not known, nothing conflicts.
Scratchpads pads_of(const Chip& chip, const ArrayChip& arrays, const ArrayProduct& p) {
  const std::vector<MemoryLevel> levels = on_chip_levels(chip);
  if (levels.empty() || !(chip.clock > Hertz{})) return {};
  const MemoryLevel& nearest = levels.front();
  if (nearest.banks == 0 || !(nearest.bandwidth > BytesPerSecond{})) return {};
  const double banks = std::floor(nearest.banks / arrays.arrays / 3.0);
  const double line = nearest.bandwidth / chip.clock / Bytes{1.0} / nearest.banks;
  const auto pad = [&](double element) {
    return Scratchpad{std::max<std::int64_t>(1, static_cast<std::int64_t>(banks)),
                      std::max<std::int64_t>(1, static_cast<std::int64_t>(line / element))};
  };
  return {pad(p.input_element), pad(p.weight_element), pad(kPartialElement)};
}

}  // namespace

Transfers transfers_of(const Chip& chip, const ArrayChip& arrays, const StripShare* dram) {
  Transfers out(std::max(1, static_cast<int>(std::lround(arrays.arrays))), Seconds{arrays.cycle},
                arrays.bandwidth * arrays.cycle);
  if (dram != nullptr) out.through(*dram);
  if (chip.dma.engines > 0) out.through(chip.dma);
  if (chip.on_chip_network.link > BytesPerSecond{}) out.through(chip.on_chip_network);
  return out;
}

SystolicMemory memory_of(const Chip& chip, const ArrayChip& arrays, const ArrayProduct& p,
                         Shared shared, const Transfers& transfers, std::int64_t round_trip) {
  SystolicMemory memory;
  memory.pads = pads_of(chip, arrays, p);
  const auto third = static_cast<std::int64_t>(arrays.scratchpad / arrays.arrays / 3.0);
  memory.input_bytes = memory.weight_bytes = memory.output_bytes = third;
  memory.input_element = p.input_element;
  memory.weight_element = p.weight_element;
  memory.output_element = p.output_element;
  memory.partial_element = kPartialElement;
  // What all arrays want alike is loaded once for all of them.
  (shared == Shared::Columns ? memory.input_element : memory.weight_element) /= arrays.arrays;
  memory.port = {arrays.bandwidth * arrays.cycle / arrays.arrays, round_trip};
  if (transfers.plain()) return memory;
  memory.transfers = &transfers;
  memory.layout = {p.input_element, p.weight_element};
  (shared == Shared::Columns ? memory.layout.input : memory.layout.weight) = Wanted::ByAll;
  memory.layout.weight_width = memory.layout.output_width = static_cast<std::int64_t>(p.n);
  return memory;
}

}  // namespace orrery
