// Matrix multiplications: a GPU cuts the output into tiles, deals them to its SMs in waves and,
// when there are fewer tiles than SMs, cuts k too; a systolic array pads every dimension to its
// size.
#include <cmath>

#include "orrery/compute/roofline_parts.hpp"

namespace orrery::roofline {
namespace {

struct Shape {
  double m, n, k, count;
  bool uneven = false;  // GroupedMatmul: rows are dealt unevenly over experts
  double weight_bytes = 0, input_bytes = 0, output_bytes = 0;  // bytes an element
};

// share -> sustained as the kernel lasts: power limits act within milliseconds.
double rate_after(const Path& path, double ideal, double half_time) {
  const double hot = half_time > 0 ? ideal / (ideal + half_time) : 0.0;
  return path.peak * (path.share + (path.sustained - path.share) * hot);
}

// The least time over the tiles the library has, each whole and with k cut to fill a wave. Per
// tile:
//   math   = waves * (k / split * max(2 rows * columns / (rate / SMs), pace) + fill)
//   L2     = tiles * (rows + columns) * k * element / L2 bandwidth   (every tile reads its strips)
//   memory = (A + B + C) / min(share * peak, blocks * one SM's bandwidth)
//   time   = longest + unhidden share of the shorter of math and memory (+ adding the pieces)
// Waves and tiles: NVIDIA, "Matrix Multiplication Background User's Guide", tile and wave
// quantisation; splitting k: CUTLASS, "Efficient GEMM in CUDA", parallelized reductions.
Raw tiled(const Parts& p, const Path& path, const Shape& s, double memory_share) {
  const double flops = 2.0 * s.m * s.n * s.k * s.count;
  const double rate =
      rate_after(path, flops / (path.peak * path.share), p.c.matmul.throttle_after.value());
  const double sm_time = 2.0 * p.sms / rate;  // of one multiply-add on one SM
  const double once = (s.m * s.k * s.input_bytes + s.m * s.n * s.output_bytes) * s.count +
                      s.k * s.n * s.weight_bytes * s.count;
  const double stream = once / (memory_share * p.bandwidth);
  const double one_sm = once * p.sms / (p.c.memory.sm_multiple * p.bandwidth);  // by one SM alone
  const double per_l2 = 1.0 / (p.c.matmul.l2_bandwidth * p.bandwidth);
  const double per_sm = 1.0 / p.sms;
  const double unhidden = 1.0 - p.c.matmul.hidden;
  // Operands come to shared memory in rows of 128 bytes: a shorter k multiplies zeros.
  const double depth = std::max(s.k, 128.0 / s.input_bytes);

  Raw best;
  best.duration = 1e300;
  best.flops = flops;
  best.bytes = once;
  for (std::size_t i = 0; i < p.tile_count; ++i) {
    const Tile& t = p.tiles[i];
    const double rows =
        s.count * (s.uneven ? std::max(1.0, s.m * t.per_row + 0.5) : whole(s.m * t.per_row));
    const double blocks = rows * whole(s.n * t.per_column);
    const double l2 =
        blocks * depth * (t.rows * s.input_bytes + t.columns * s.weight_bytes) * per_l2;
    const double area = t.rows * t.columns;
    const double element = std::max(area * sm_time, path.pace);
    const double fill = area * path.fill;
    const auto consider = [&](double waves, double pieces, double memory, double extra) {
      const double math = waves * (depth / pieces * element + fill);
      const double longer = std::max(std::max(math, memory), l2);
      const double duration = longer + unhidden * std::min(math, memory) + extra;
      if (duration >= best.duration) return;
      best.duration = duration;
      best.math = math;
      best.memory = memory;
      best.tile = {t.rows, t.columns, blocks, pieces, waves, l2 / per_l2, element, fill, extra};
    };
    if (blocks >= p.sms) {
      consider(whole(blocks * per_sm), 1.0, stream, 0.0);
      continue;
    }
    consider(1.0, 1.0, std::max(stream, one_sm / blocks), 0.0);
    const auto most = static_cast<double>(static_cast<std::int64_t>(p.sms / blocks));
    const double split = std::min(path.split, most);  // pieces, at most one wave of them
    if (split < 2.0 || s.k < 256.0) continue;
    const double adding =
        p.c.matmul.split_floor.value() + 8.0 * split * s.m * s.n * s.count * per_l2;
    consider(1.0, split, std::max(stream, one_sm / (blocks * split)), adding);
  }
  best.duration += p.launch;
  return best;
}

// Quantising activations reads bf16 and writes the narrow type: `quantise` passes of bf16's bytes.
// Scales of small blocks need no look at the whole tensor first: MX's cast is fp8_block's.
double quantising(const Parts& p, const Path& path, const Kernel& kernel, double elements) {
  const Path& cast =
      kernel.scaling == Scaling::Mx && kernel.compute == DType::Fp8 ? p.fp8_block : path;
  return cast.floor + cast.quantise * 2.0 * elements / (p.c.memory.share * p.bandwidth);
}

// A weight gradient sums over rows, across the scales of both its operands. Row scales: each is
// cast again. Blocks and MX: the cast that made the first layout wrote the second beside it, so
// that only its bytes are more.
double cast_elements(const Kernel& kernel) {
  if (kernel.pass != Pass::BackwardWeight) return kernel.m * kernel.k;
  const double both = kernel.m * kernel.k + kernel.k * kernel.n;
  if (kernel.scaling == Scaling::Row) return both;
  const double narrow = bytes_per_element(kernel.compute);
  return both * narrow / (2.0 + narrow);
}

double output_bytes(const Kernel& kernel) {
  return kernel.compute == DType::Fp32 || kernel.compute == DType::Tf32 ? 4.0 : 2.0;
}

}  // namespace

Raw matmul(const Parts& p, const Kernel& kernel) {
  const Path& path = p.path(kernel);
  Shape s{kernel.m, kernel.n, kernel.k, std::max(1.0, kernel.count)};
  s.weight_bytes = bytes_per_element(kernel.weights);
  s.input_bytes = bytes_per_element(kernel.compute);
  s.output_bytes = output_bytes(kernel);
  Raw raw = tiled(p, path, s, p.c.memory.share);
  if (kernel.quantises_input) {
    raw.duration += quantising(p, path, kernel, cast_elements(kernel) * s.count);
  } else if (kernel.compute == DType::Bf16 && kernel.weights != DType::Bf16) {
    raw.duration += path.floor;
  }
  return raw;
}

// One launch over all experts: their row tiles are dealt as one grid. Experts' rows are padded to
// the row tile (half a tile more each when unevenly dealt), each expert's weights are read once.
// The permutation and the activation quantise on their way, so no pass of its own is priced.
Raw grouped_matmul(const Parts& p, const Kernel& kernel) {
  Path path = p.path(kernel);
  path.share = std::min(1.0, path.share * path.grouped);
  path.sustained = std::min(1.0, path.sustained * path.grouped);
  path.fill *= path.grouped_fill;  // each tile also looks up its expert
  const double experts = std::max(1.0, kernel.count);
  Shape s{std::max(1.0, kernel.m / experts), kernel.n, kernel.k, experts};
  s.uneven = kernel.heaviest > 1.5 * s.m;
  s.weight_bytes = bytes_per_element(kernel.weights);
  s.input_bytes = bytes_per_element(kernel.compute);
  s.output_bytes = output_bytes(kernel);
  Raw raw = tiled(p, path, s, p.c.memory.share * path.grouped_memory);
  raw.duration += path.grouped_floor;
  raw.flops = 2.0 * kernel.m * kernel.n * kernel.k;
  return raw;
}

// A systolic array of size a x a holds an a x a piece of the weights while rows stream through:
//   math = padded(m, 8) * padded(k, a) * padded(n, a) * 2 / rate
// 8 is the sublane count of a TPU register: rows are padded to it (jax.dev, "Pallas TPU details").
Raw systolic_matmul(const Parts& p, const Kernel& kernel) {
  const Path& path = p.path(kernel);
  const double count = std::max(1.0, kernel.count);
  const bool grouped = kernel.kind == OpKind::GroupedMatmul;
  const double m = grouped ? std::max(1.0, kernel.m / count) : kernel.m;
  const double array = p.array > 0 ? p.array : 128.0;
  Raw raw;
  raw.flops = 2.0 * m * kernel.n * kernel.k * count;
  const double work =
      2.0 * padded(m, 8.0) * padded(kernel.n, array) * padded(kernel.k, array) * count;
  raw.math = work / rate_after(path, work / path.peak, p.c.matmul.throttle_after.value());
  raw.bytes = count * (m * kernel.k * bytes_per_element(kernel.compute) +
                       kernel.k * kernel.n * bytes_per_element(kernel.weights) +
                       m * kernel.n * output_bytes(kernel));
  raw.memory = raw.bytes / (p.c.memory.share * p.bandwidth);
  raw.duration = std::max(raw.math, raw.memory) +
                 (1.0 - p.c.matmul.hidden) * std::min(raw.math, raw.memory) + p.launch;
  if (grouped) raw.duration += path.grouped_floor;
  if (kernel.quantises_input) raw.duration += quantising(p, path, kernel, m * kernel.k * count);
  return raw;
}

}  // namespace orrery::roofline
