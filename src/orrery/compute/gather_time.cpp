// Gathers and scatters of rows on a chip's gather engines.
#include <algorithm>
#include <cmath>

#include "orrery/compute/roofline_parts.hpp"

namespace orrery::roofline {

bool runs_on_gather_engines(const Parts& p, const Kernel& kernel) {
  return kernel.kind == OpKind::Embedding && p.gather_cores > 0 && p.gather_clock > 0 &&
         kernel.m > 0 && kernel.bytes_written > 0;
}

// A row of the table is accessed in whole granules, and a subcore handles so many lanes of it in a
// cycle; the other side, dense, streams.
//   issue  = ceil(rows / subcores) * ceil(row / lanes) / clock
//   memory = (table accesses * rows * padded(row, granule) + rows * row) / (share * bandwidth)
// Backward reads the rows that it adds to and writes them back: two table accesses.
Raw gather(const Parts& p, const Kernel& kernel) {
  const double row = kernel.bytes_written / kernel.m;
  const double accesses = kernel.pass == Pass::Forward ? 1.0 : 2.0;
  Raw raw;
  raw.flops = kernel.flops;
  raw.bytes = kernel.m * (accesses * std::ceil(row / p.granule) * p.granule + row);
  raw.memory = p.stream(raw.bytes, p.c.memory.stream);
  raw.math =
      std::ceil(kernel.m / p.gather_cores) * std::ceil(row / p.gather_width) / p.gather_clock;
  raw.duration = std::max(raw.memory, raw.math) + p.launch;
  return raw;
}

}  // namespace orrery::roofline
