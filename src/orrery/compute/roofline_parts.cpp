#include "orrery/compute/roofline_parts.hpp"

namespace orrery::roofline {
namespace {

Path made(const MatrixPath& from, FlopsPerSecond peak) {
  Path path;
  path.peak = peak.value();
  path.share = from.share;
  path.sustained = std::min(from.sustained, from.share);
  path.fill = from.fill.value() / (128.0 * 256.0);
  path.quantise = from.quantise;
  path.floor = from.floor.value();
  path.split = from.split;
  path.pace = from.pace.value();
  path.grouped = from.grouped;
  path.grouped_fill = from.grouped_fill;
  path.grouped_memory = from.grouped_memory;
  path.grouped_floor = from.grouped_floor.value();
  return path;
}

// A format without its own unit runs on the next wider one.
FlopsPerSecond first_of(FlopsPerSecond a, FlopsPerSecond b, FlopsPerSecond d = {}) {
  if (a.value() > 0) return a;
  return b.value() > 0 ? b : d;
}

}  // namespace

Parts::Parts(const Chip& chip, const KernelCalibration& calibration) : c(calibration) {
  kind = chip.kind;
  sms = std::max(1, chip.cores);
  array = chip.matrix_unit;
  bandwidth = chip.memory.bandwidth.value();
  l2 = chip.l2.value();
  resident = l2 / std::max(1, chip.l2_copies);
  synchronous = chip.matrix_instructions == MatrixInstructions::Synchronous;
  powers_of_two = c.attention_library == "tensorrt_llm";
  // Of the memory beside an SM's units some is left for its first-level cache: 28 KiB from Volta
  // to Blackwell (CUDA C++ Programming Guide, compute capabilities: 100 of 128, 164 of 192, 228
  // of 256 KiB may be shared).
  constexpr double kFirstLevelCache = 28 * 1024.0;
  if (chip.sram > Bytes{}) shared_memory = chip.sram.value() / sms - kFirstLevelCache;
  constexpr double kLane = 4.0;  // bytes
  gather_cores = double(chip.gather.engines) * chip.gather.subcores;
  gather_width = chip.gather.lanes * kLane;
  gather_clock = (chip.gather.clock > Hertz{} ? chip.gather.clock : chip.clock).value();
  granule = chip.gather.granule.value();
  launch = c.launch.value();
  const PeakRates& p = chip.peak;
  const FlopsPerSecond half = first_of(first_of(p.bf16, p.fp16, p.fp32), p.vector);
  vector = first_of(p.vector, p.fp32, half).value();
  // TPU v4 starts one of them every second cycle (ayaka14732, pallas-tpu-tutorial, chapter 1) and
  // two additions in each (jax-ml/scaling-book, tpus.md, appendix C). Read 2026-11-25.
  constexpr double kShareOfVector = 0.25;
  transcendental = first_of(p.transcendental, kShareOfVector * p.vector).value();
  fp32 = made(c.matmul.fp32, first_of(p.fp32, p.vector, half));
  tf32 = made(c.matmul.tf32, first_of(p.tf32, p.fp32, half));
  bf16 = made(c.matmul.bf16, half);
  fp8 = made(c.matmul.fp8, first_of(p.fp8, half));
  fp8_block = made(c.matmul.fp8_block, first_of(p.fp8, half));
  int8 = made(c.matmul.int8, first_of(p.int8, half));
  fp4 = made(c.matmul.fp4, first_of(p.fp4, p.fp8, half));
  fp8_on_fp4 = made(c.matmul.fp8_on_fp4, first_of(p.fp8, half));
  int8_weights = made(c.matmul.int8_weights, half);
  int4_weights = made(c.matmul.int4_weights, half);
  for (const MatrixTile& t : c.matmul.tiles) {
    if (tile_count == kMostTiles) break;
    tiles[tile_count++] = {double(t.rows), double(t.columns), 1.0 / t.rows, 1.0 / t.columns};
  }
}

const Path& Parts::path(const Kernel& kernel) const {
  switch (kernel.compute) {
    case DType::Fp32:
      return fp32;
    case DType::Tf32:
      return tf32;
    case DType::Fp16:
    case DType::Bf16:
      if (kernel.weights == DType::Int8 || kernel.weights == DType::Fp8) return int8_weights;
      if (kernel.weights == DType::Int4 || kernel.weights == DType::Fp4) return int4_weights;
      return bf16;
    case DType::Fp8:
      if (kernel.weights == DType::Fp4 || kernel.weights == DType::Int4) return fp8_on_fp4;
      return kernel.scaling == Scaling::Block ? fp8_block : fp8;  // MX: the unit's own scales
    case DType::Int8:
      return int8;
    case DType::Fp4:
    case DType::Int4:
      return fp4;
  }
  return bf16;
}

double Parts::unit_peak(const Kernel& kernel) const {
  switch (kernel.kind) {
    case OpKind::Norm:
    case OpKind::Elementwise:
    case OpKind::Embedding:
    case OpKind::Router:
    case OpKind::Permute:
    case OpKind::CrossEntropy:
    case OpKind::Convolution:
      return vector;
    case OpKind::Attention: {
      // an fp8 cache may be multiplied in fp8 even by bf16 queries
      const double own = path(kernel).peak;
      return kernel.weights == DType::Fp8 ? std::max(own, fp8.peak) : own;
    }
    case OpKind::Matmul:
    case OpKind::GroupedMatmul:
    case OpKind::LinearAttention:
    case OpKind::StateSpace:
    case OpKind::SparseIndex:
      return path(kernel).peak;
  }
  return vector;
}

}  // namespace orrery::roofline
