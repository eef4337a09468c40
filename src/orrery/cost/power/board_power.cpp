#include "orrery/cost/power/board_power.hpp"

#include <algorithm>
#include <cmath>

namespace orrery {
namespace {

// Matrix instructions of GPUs take 64 rows; unused ones switch nearly as much as used ones.
// NVIDIA, PTX ISA, wgmma: M is 64. Fits metered power better than 128 or none
// (docs/models/power.md).
constexpr double kInstructionRows = 64;
// Output tile that a core works on at a time.
constexpr double kTileRows = 128, kTileColumns = 128;

double padded(double x, double unit) { return std::ceil(x / unit) * unit; }

bool is_product(const Kernel& k) {
  return k.kind == OpKind::Matmul || k.kind == OpKind::GroupedMatmul;
}

// FLOP that the units switch for, padding included.
double switched(const Chip& chip, const Kernel& kernel, const KernelTime& time) {
  if (kernel.kind != OpKind::Matmul || !(kernel.m > 0)) return time.flops.value();
  const double unit = chip.matrix_unit > 0 ? chip.matrix_unit : kInstructionRows;
  return 2.0 * kernel.count * padded(kernel.m, chip.matrix_unit > 0 ? 1.0 : unit) *
         padded(kernel.n, unit) * kernel.k;
}

double busy_cores(const Chip& chip, const Kernel& kernel) {
  if (!is_product(kernel) || chip.kind != ChipKind::Gpu || chip.cores < 1) return 1.0;
  const double blocks =
      kernel.count * std::ceil(kernel.m / kTileRows) * std::ceil(kernel.n / kTileColumns);
  return std::min(1.0, blocks / chip.cores);
}

}  // namespace

JoulesPerFlop flop_energy(const PowerCalibration& power, DType format) {
  switch (format) {
    case DType::Fp32:
      return power.flop.fp32;
    case DType::Tf32:
      return power.flop.tf32;
    case DType::Fp16:
    case DType::Bf16:
      return power.flop.bf16;
    case DType::Fp8:
      return power.flop.fp8;
    case DType::Int8:
      return power.flop.int8;
    case DType::Fp4:
    case DType::Int4:
      return power.flop.fp4;
  }
  return power.flop.bf16;
}

JoulesPerFlop flop_energy(const PowerCalibration& power, const Kernel& kernel) {
  if (!runs_on_matrix_units(kernel.kind)) return power.flop.vector;
  const bool block = kernel.compute == DType::Fp8 && kernel.scaling == Scaling::Block;
  return block ? power.flop.fp8_block : flop_energy(power, kernel.compute);
}

Watts standing_power(const Chip& chip, const PowerCalibration& power) {
  return std::max(chip.idle, power.standing * chip.tdp);
}

LaunchEnergy launch_energy(const Chip& chip, const PowerCalibration& power, const Kernel& kernel,
                           const KernelTime& time, Operands operands) {
  LaunchEnergy e;
  e.math = flop_energy(power, kernel) * Flops{switched(chip, kernel, time)};
  const double cached = operands == Operands::LeftInCache ? chip.l2.value() : 0.0;
  e.memory = power.main_memory * Bytes{std::max(0.0, time.bytes.value() - cached)};
  e.on_chip = power.on_chip * time.bytes;
  e.cores = std::max(1, chip.cores) * std::pow(busy_cores(chip, kernel), power.crowd) * power.core *
            time.duration;
  if (power.ramp > Seconds{}) {
    const double reached = 1.0 - std::exp(-(time.duration / power.ramp));
    for (Joules* part : {&e.math, &e.memory, &e.on_chip, &e.cores}) *part *= reached;
  }
  return e;
}

BoardPower board_power(const Chip& chip, const PowerCalibration& power, Joules energy,
                       Seconds period) {
  BoardPower out;
  const Watts standing = standing_power(chip, power);
  const Watts active = period > Seconds{} ? energy / period : Watts{};
  out.unlimited = out.mean = standing + active;
  const Watts limit = power.limit * chip.tdp;
  if (out.unlimited <= limit || !(active > Watts{})) return out;
  out.mean = limit;
  const double room = std::max(0.0, (limit - standing) / active);
  const double v = power.voltage;
  double low = 0, high = 1;  // s (v + (1 - v) s)^2 grows with s
  constexpr int kHalvings = 40;
  for (int i = 0; i < kHalvings; ++i) {
    const double s = (low + high) / 2, volts = v + (1 - v) * s;
    (s * volts * volts < room ? low : high) = s;
  }
  out.clock = (low + high) / 2;
  return out;
}

}  // namespace orrery
