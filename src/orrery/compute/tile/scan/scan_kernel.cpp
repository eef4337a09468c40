#include "orrery/compute/tile/scan/scan_kernel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "orrery/base/text/quantity.hpp"
#include "orrery/compute/tile/scan/scan_mapping.hpp"

namespace orrery {

ArrayScan array_scan(const Kernel& k) {
  constexpr double kBackward = 3;  // forward again, and two gradients of each product
  ArrayScan s;
  const bool is_state_space = k.kind == OpKind::StateSpace;
  s.recurrence = is_state_space ? Recurrence::StateSpace : Recurrence::DeltaRule;
  s.sequences = k.batch;
  s.length = std::max(1.0, std::ceil(k.q_len));
  s.heads = std::max(1.0, std::round(k.heads));
  s.groups = std::min(s.heads, std::max(1.0, std::round(k.kv_heads)));
  const double value = k.v_head_dim > 0 ? k.v_head_dim : k.head_dim;
  s.value = is_state_space ? k.head_dim : value;
  s.state = is_state_space ? k.state : k.head_dim;
  s.element = bytes_per_element(k.compute);
  if (k.pass != Pass::Forward) s.passes = kBackward;
  return s;
}

MappedKernel scan_kernel(const ArrayTarget& target, const Kernel& kernel) {
  const ArrayScan s = array_scan(kernel);
  const ArrayChip chip = array_chip(target.chip, target.parts, kernel);
  const ScanMapping m = best_scan_mapping(chip, s);
  MappedKernel out;
  out.raw.math = m.units();
  out.raw.memory = m.memory;
  out.raw.bytes = m.bytes;
  // Into the state and out of it, whatever the chunks multiply.
  out.raw.flops = 4.0 * s.passes * s.sequences * s.length * s.heads * s.state * s.value;
  out.raw.duration = m.duration + target.parts.launch;
  const std::vector<double> through(std::max<std::size_t>(1, target.levels.size()), m.bytes);
  out.traffic = level_traffic(target, through.data(), through.size(), m.scratchpad_bytes);
  out.facts = {
      {"chunk", fmt::format("{:.0f} tokens of {:.0f} heads", m.cut.chunk, m.cut.heads)},
      {"chunks", counted(m.chunks)},
      {"arrays", show(Seconds{m.products})},
      {"vector units", show(Seconds{m.vector})},
      {"exponentials", show(Seconds{m.transcendental})},
      {"multiplied", show(Flops{m.flops})},
      {innermost_name(target) + " held",
       fmt::format("{}, {} buffers", mebibytes(m.held_bytes), m.cut.double_buffered ? 2 : 1)},
      {"mappings tried", fmt::format("{}", m.considered)}};
  if (!m.fits) out.facts.push_back({"fits", "no chunk: operands stream past"});
  return out;
}

}  // namespace orrery
