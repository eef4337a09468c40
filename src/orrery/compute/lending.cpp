#include "orrery/compute/lending.hpp"

#include <algorithm>

namespace orrery {
namespace {

// to / from, 1 where either is unknown.
double ratio(double to, double from) { return to > 0.0 && from > 0.0 ? to / from : 1.0; }

double per_core(const Chip& chip, double rate) { return chip.cores > 0 ? rate / chip.cores : 0.0; }

// Cycles on an SM: set-up, epilogues, the loop over k waiting for its loads.
void scale_cycles(KernelCalibration& c, double slower) {
  for (MatrixPath* path : matrix_paths(c.matmul)) {
    path->fill *= slower;
    path->pace *= slower;
  }
  AttentionCoefficients& a = c.attention;
  for (Seconds* t : {&a.prefill_start, &a.decode_start, &a.decode_start_shared, &a.decode_start_fp8,
                     &a.decode_row, &a.decode_row_shared, &a.decode_row_fp8, &a.decode_alone_fp8,
                     &a.mla_prefill_start, &a.mla_prefill_start_fp8, &a.mla_start}) {
    *t *= slower;
  }
}

}  // namespace

KernelCalibration lent(KernelCalibration c, const Chip& from, const Chip& to) {
  const double clock = ratio(to.clock.value(), from.clock.value());
  scale_cycles(c, 1.0 / clock);

  // L2 and what one SM draws are so many bytes a cycle and SM, whatever memory hangs behind them.
  const double bandwidth = ratio(to.memory.bandwidth.value(), from.memory.bandwidth.value());
  const double cores = ratio(to.cores, from.cores);
  c.matmul.l2_bandwidth *= cores * clock / bandwidth;
  c.memory.l2_multiple *= cores * clock / bandwidth;
  for (double* reach : {&c.memory.sm_multiple, &c.attention.decode_reach, &c.attention.mla_reach})
    *reach *= cores * clock / bandwidth;

  // Exponentials run at a fixed number a cycle and SM; theirs is counted in matrix FLOP.
  c.attention.softmax *=
      ratio(per_core(to, to.peak.bf16.value()), per_core(from, from.peak.bf16.value())) / clock;

  // The power limit buys so many FLOP: a chip with twice the watts a FLOP/s throttles half as much.
  const double power =
      ratio(to.tdp.value(), from.tdp.value()) / ratio(to.peak.bf16.value(), from.peak.bf16.value());
  for (MatrixPath* path : matrix_paths(c.matmul))
    path->sustained = std::min(path->share, path->sustained * power);
  c.borrowed_from = from.name;
  return c;
}

}  // namespace orrery
