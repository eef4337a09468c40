#include "orrery/compute/tile/vector/sort_kernel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "orrery/base/text/quantity.hpp"
#include "orrery/compute/tile/nest/nested_pricing.hpp"
#include "orrery/compute/tile/vector/sorting.hpp"

namespace orrery {
namespace {

constexpr double kExchange = 5;  // a comparison, and both keys and both places chosen by it
constexpr double kPiece = 512;   // keys of the least access: four vector registers' lanes

}  // namespace

//   units  = rows exchanges 5 / rate
//   bytes  = keys in and kept entries out once; a row that is sorted whole and does not fit comes
//            and goes once more for every further pass
//   time   = longer of units and memory
SortMapping sort_mapped(const ArrayChip& chip, const ArraySort& s) {
  SortMapping m;
  const ArrayLevel innermost = nest_of(chip).back();
  const std::int64_t keys = padded_keys(s.keys),
                     kept = std::min(keys, padded_keys(std::min(s.kept, s.keys)));
  const auto fitting =
      static_cast<std::int64_t>(room_of(innermost) / (2.0 * s.entry));  // one comes in meanwhile
  std::int64_t run = keys;
  while (run > 2 && run > fitting) run /= 2;
  m.fits = run <= fitting;
  m.run = static_cast<double>(run);
  const bool in_one_pass = kept < keys && 2 * kept <= run;
  m.passes = in_one_pass
                 ? 1.0
                 : sorting_passes(keys, run,
                                  std::min<std::int64_t>(run, static_cast<std::int64_t>(kPiece)));
  const double each =
      in_one_pass || run == keys ? top_exchanges(keys, kept) : sorting_exchanges(keys);
  m.exchanges = s.rows * each;
  m.bytes = s.rows * (s.keys * s.key + (m.passes - 1.0) * 2.0 * s.keys * s.entry +
                      std::min(s.kept, s.keys) * s.entry);
  // A row that fits is one instance's; the pieces of a longer one are shared out.
  const double uneven =
      run == keys ? std::ceil(s.rows / innermost.instances) * innermost.instances / s.rows : 1.0;
  m.units = seconds_of(kExchange * m.exchanges, chip.vector) * uneven;
  m.memory = chip.latency + seconds_of(m.bytes, chip.bandwidth);
  m.scratchpad_bytes = 4.0 * m.exchanges * s.entry;  // two entries in and out
  m.held_bytes = 2.0 * m.run * s.entry;
  m.duration = std::max({m.units, m.memory, seconds_of(m.scratchpad_bytes, innermost.bandwidth)});
  return m;
}

MappedKernel sort_kernel(const ArrayTarget& target, const Kernel& kernel) {
  const roofline::Parts& parts = target.parts;
  ArrayChip chip = array_chip(target.chip, parts, kernel);
  chip.bandwidth = parts.c.memory.stream * parts.bandwidth;
  chip.latency = std::max(chip.latency, parts.c.memory.ramp.value());
  constexpr double kScore = 4.0;  // fp32
  ArraySort sort;
  sort.keys = kernel.n;
  sort.rows = kernel.m > 0 ? kernel.m : std::max(1.0, kernel.bytes_read / (kScore * kernel.n));
  sort.kept = std::max(1.0, kernel.count);
  const SortMapping m = sort_mapped(chip, sort);
  MappedKernel out;
  out.raw.math = m.units;
  out.raw.memory = m.memory;
  out.raw.bytes = m.bytes;
  out.raw.flops = kExchange * m.exchanges;
  out.raw.duration = m.duration + parts.launch;
  if (sort.kept < sort.keys) {  // a router: counting and offsets are not mapped, as calibrated
    out.raw.duration +=
        parts.c.routing.router_floor.value() + kernel.m * sort.kept * parts.c.routing.copy.value();
  }
  out.waits_on_chip = m.duration > std::max(m.units, m.memory);
  const std::vector<double> through(std::max<std::size_t>(1, target.levels.size()), m.bytes);
  out.traffic = level_traffic(target, through.data(), through.size(), m.scratchpad_bytes);
  out.facts = {{"runs on", "vector units"},
               {"keys sorted at once", counted(m.run)},
               {"compare-exchanges", counted(m.exchanges)},
               {"passes over memory", counted(m.passes)},
               {"vector units", show(Seconds{m.units})},
               {innermost_name(target) + " held", mebibytes(m.held_bytes)}};
  return out;
}

}  // namespace orrery
