#include "orrery/compute/tile/vector/row_kernel.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "orrery/base/text/quantity.hpp"

namespace orrery {
namespace {

// Vector operations a feature where the kernel does not say. RMS norm: squared, summed, by the root
// and by the weight, cast. Softmax: largest, less it, exponential, summed, by the sum, cast. One
// scale for a row or a tensor: absolute, largest, scaled, cast. Else: an activation's few.
constexpr double kNorm = 5, kSoftmax = 6, kScaled = 4, kElementwise = 4;

bool is_one_scale(const Kernel& k) {
  return k.kind == OpKind::Elementwise &&
         (k.scaling == Scaling::Row || k.scaling == Scaling::Tensor);
}

}  // namespace

ArrayRows array_rows(const Kernel& k) {
  ArrayRows r;
  const bool is_known = k.m > 0 && k.n > 0;
  const bool is_softmax =
      k.kind == OpKind::CrossEntropy || (k.kind == OpKind::Norm && k.transcendentals > 0);
  r.rows = is_known ? k.m : std::max(1.0, k.bytes_written / bytes_per_element(k.compute));
  r.features = is_known ? k.n : 1.0;
  const double elements = r.rows * r.features;
  r.in = k.bytes_read / elements;
  r.out = k.bytes_written / elements;
  r.operations = k.kind == OpKind::Norm && !is_softmax ? kNorm
                 : is_softmax                          ? kSoftmax
                 : is_one_scale(k)                     ? kScaled
                                                       : kElementwise;
  if (k.flops > 0) r.operations = k.flops / elements;
  if (k.operations > 0) r.operations = k.operations;
  r.transcendentals = is_softmax ? std::max(1.0, k.transcendentals) : k.transcendentals;
  if (is_softmax) r.needs = RowNeeds::Sum;
  if (k.kind == OpKind::Norm && !is_softmax) r.needs = RowNeeds::Statistics;
  if (is_one_scale(k)) r.needs = RowNeeds::Statistics;
  if (r.needs != RowNeeds::Nothing) r.row_transcendentals = 1;  // a root or a division
  if (is_one_scale(k) && k.scaling == Scaling::Tensor) {
    r.features = elements;
    r.rows = 1;
  }
  if (!is_known) r.needs = RowNeeds::Nothing;  // rows are taken to fit
  return r;
}

MappedKernel row_kernel(const ArrayTarget& target, const Kernel& kernel) {
  const roofline::Parts& parts = target.parts;
  ArrayChip chip = array_chip(target.chip, parts, kernel);
  const bool rows = kernel.kind == OpKind::Norm || kernel.kind == OpKind::CrossEntropy;
  chip.bandwidth = (rows ? parts.c.memory.norm : parts.c.memory.stream) * parts.bandwidth;
  chip.latency = std::max(chip.latency, parts.c.memory.ramp.value());
  if (!target.levels.empty()) chip.round_trip = chip.latency;
  const ArrayRows r = array_rows(kernel);
  const RowMapping m = best_row_mapping(chip, r);
  MappedKernel out;
  out.raw.math = m.units();
  out.raw.memory = m.memory;
  out.raw.bytes = m.bytes[0];
  out.raw.flops = m.operations;
  out.raw.duration = m.duration + parts.launch;
  out.waits_on_chip = m.transfers > std::max(m.memory, m.units());
  out.traffic = level_traffic(target, m.bytes.data(), m.levels, m.scratchpad_bytes);
  out.facts = {
      {"runs on", "vector units"},
      {"tile", fmt::format("{:.0f} x {:.0f}", m.cut.rows, m.cut.features)},
      {"rows gone over", name_of(m.cut.sweeps)},
      {"vector units", show(Seconds{m.vector})},
      {"transcendentals", show(Seconds{m.transcendental})},
      {innermost_name(target) + " held",
       fmt::format("{}, {} buffers", mebibytes(m.held_bytes), m.cut.double_buffered ? 2 : 1)}};
  if (!m.fits) out.facts.push_back({"fits", "no tile: elements stream past"});
  out.facts.push_back({"mappings tried", fmt::format("{}", m.considered)});
  return out;
}

}  // namespace orrery
