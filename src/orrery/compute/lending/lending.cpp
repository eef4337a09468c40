#include "orrery/compute/lending/lending.hpp"

#include <algorithm>
#include <cmath>

namespace orrery {
namespace {

// Time that refreshing all banks takes away: 350 ns in 3.9 us of HBM in stacks of 16 GB, as all
// these chips have at least; 83 ns in 7.8 us of GDDR6 (presets of Ramulator and DRAMsim3), for
// which GDDR7 is taken.
constexpr double kRefreshOfHbm = 350.0 / 3900;
constexpr double kRefreshOfGddr = 83.0 / 7800;
// GDDR6 carries its check bits in line: an L4 streams 0.781 of its peak where an A100 streams 0.863
// (NeuSight, element-wise kernels of 150 MB and more), in spite of less refresh.
constexpr double kInlineEcc = 0.781 / 0.863 * (1 - kRefreshOfHbm) / (1 - kRefreshOfGddr);
// Bytes a cycle that one SM takes from L2 (NVIDIA A100 and H100 alike; unverified, as widely
// quoted). Warp groups and tensor memory read once for a pair of SMs.
constexpr double kL2Port = 64.0;
constexpr double kPair = 2.0;
// Fewer rows than this are an anecdote.
constexpr int kEnoughRows = 200;

// to / from, 1 where either is unknown.
double ratio(double to, double from) { return to > 0.0 && from > 0.0 ? to / from : 1.0; }

// SM cycles a second.
double cycles(const Chip& chip) { return chip.cores * chip.clock.value(); }

// How one chip compares with the other; 1 where a figure is missing.
struct Step {
  double clock, bandwidth;
  double cycles;                       // of all SMs a second
  double width, fp8_width, fp4_width;  // matrix FLOP a cycle and SM; bf16's for an unknown format
  double exponentials;                 // a second
  bool same_generation, same_instructions, synchronous;

  Step(const Chip& from, const Chip& to)
      : clock(ratio(to.clock.value(), from.clock.value())),
        bandwidth(ratio(to.memory.bandwidth.value(), from.memory.bandwidth.value())),
        cycles(ratio(orrery::cycles(to), orrery::cycles(from))),
        width(ratio(to.peak.bf16.value(), from.peak.bf16.value()) / cycles),
        fp8_width(width_of(from.peak.fp8, to.peak.fp8)),
        fp4_width(width_of(from.peak.fp4, to.peak.fp4)),
        exponentials(exponentials_of(from, to)),
        same_generation(from.generation == to.generation),
        same_instructions(from.matrix_instructions == to.matrix_instructions),
        synchronous(to.matrix_instructions == MatrixInstructions::Synchronous) {}

 private:
  // As many a cycle and SM where one of the two does not say.
  [[nodiscard]] double exponentials_of(const Chip& from, const Chip& to) const {
    const double theirs = from.peak.transcendental.value(), ours = to.peak.transcendental.value();
    return theirs > 0.0 && ours > 0.0 ? ours / theirs : cycles;
  }

  [[nodiscard]] double width_of(FlopsPerSecond theirs, FlopsPerSecond ours) const {
    const bool is_known = theirs.value() > 0.0 && ours.value() > 0.0;
    return is_known ? ours.value() / theirs.value() / cycles : width;
  }
};

// A loop spends 1 / share - 1 cycles beside each of its products; a unit `width` times as wide
// leaves them as they are.
void keep_cycles_beside(double& share, double width) {
  if (share > 0.0 && share < 1.0) share = 1.0 / (1.0 + (1.0 / share - 1.0) * width);
}

void keep_cycles_beside(MatrixPath& path, double width) {
  const double before = path.share;
  keep_cycles_beside(path.share, width);
  path.sustained *= ratio(path.share, before);
}

// Set-up, epilogues, the loop over k waiting for its loads, launches inside a graph.
void lend_cycles(KernelCalibration& c, const Step& s) {
  for (MatrixPath* path : matrix_paths(c.matmul)) {
    path->fill *= 1.0 / s.clock;
    path->pace *= 1.0 / s.clock;
    path->grouped_floor *= 1.0 / s.clock;
  }
  AttentionCoefficients& a = c.attention;
  for (Seconds* t :
       {&c.launch, &c.matmul.split_floor, &c.routing.router_floor, &c.routing.permute_floor,
        &c.routing.copy, &a.prefill_start, &a.decode_start, &a.decode_start_shared,
        &a.decode_start_fp8, &a.decode_row, &a.decode_row_shared, &a.decode_row_fp8,
        &a.decode_alone_fp8, &a.mla_prefill_start, &a.mla_prefill_start_fp8, &a.mla_start}) {
    *t *= 1.0 / s.clock;
  }
}

// Bytes a cycle and SM, whatever memory hangs behind.
void lend_reach(KernelCalibration& c, const Step& s) {
  const double sms = s.cycles / s.bandwidth;
  for (double* reach : {&c.memory.sm_multiple, &c.attention.decode_reach, &c.attention.mla_reach}) {
    *reach = std::max(std::min(*reach, 1.0), *reach * sms);  // all together reach the whole of it
  }
  // Casts are bound by the SMs that convert; scales of blocks by one pass through memory.
  for (MatrixPath* path : matrix_paths(c.matmul)) {
    if (path != &c.matmul.fp8_block) path->quantise /= sms;
  }
  AttentionCoefficients& a = c.attention;
  a.decode_fp8_plain = std::min(std::max(a.decode, a.decode_fp8_plain), a.decode_fp8_plain * sms);
}

// Within a generation the cache grows with its SMs, whatever memory hangs behind; elsewhere it
// stands between the ports of the SMs and the channels of the memory: halfway.
void lend_l2(KernelCalibration& c, const Chip& from, const Chip& to, const Step& s) {
  const auto shared = [](const Chip& chip) {
    return chip.matrix_instructions > MatrixInstructions::Synchronous ? kPair : 1.0;
  };
  const double most = ratio(kL2Port * shared(from) * cycles(from), from.memory.bandwidth.value());
  double& l2 = c.matmul.l2_bandwidth;
  if (cycles(from) > 0.0) l2 = std::min(l2, most);
  const double by_ports = s.cycles / s.bandwidth;
  l2 *= (s.same_generation ? by_ports : std::sqrt(by_ports)) * ratio(shared(to), shared(from));
}

void lend_math(KernelCalibration& c, const Step& s) {
  AttentionCoefficients& a = c.attention;
  // Exponentials run on units of their own and are counted in matrix FLOP. Decode's few padded rows
  // take the cycles they take, which the unit's width never decides.
  a.softmax *= s.width * s.cycles / s.exponentials;
  a.decode_math = std::min(1.0, a.decode_math / s.width);
  keep_cycles_beside(a.mla_math, s.width);
  keep_cycles_beside(a.mla_math_fp8, s.fp8_width);
  for (MatrixPath* path : matrix_paths(c.matmul)) keep_cycles_beside(path->grouped, s.width);
  keep_cycles_beside(c.matmul.fp8_block, s.fp8_width);  // scales are multiplied outside the unit
  // What a faster format loses beyond bf16 are such cycles too. Alike instructions lend what was
  // measured.
  if (!s.same_instructions) {
    keep_cycles_beside(c.matmul.fp8, s.fp8_width);
    keep_cycles_beside(c.matmul.fp4, s.fp4_width);
  }
  if (!s.synchronous) a.prefill_wait = 0;  // elsewhere the copies run by themselves
  if (!s.same_generation) return;
  // Flash kernels are written anew for each generation, but not for one with part of its unit off.
  for (double* share : {&a.prefill, &a.prefill_fp8, &a.mla_prefill, &a.mla_prefill_fp8})
    keep_cycles_beside(*share, s.width);
}

// The power limit buys so many FLOP: a chip with twice the watts a FLOP/s throttles half as much.
void lend_power(KernelCalibration& c, const Chip& from, const Chip& to) {
  const double power =
      ratio(to.tdp.value(), from.tdp.value()) / ratio(to.peak.bf16.value(), from.peak.bf16.value());
  for (MatrixPath* path : matrix_paths(c.matmul))
    path->sustained = std::min(path->share, path->sustained * power);
}

// Of the peak, what data can have.
double for_data(const Memory& memory) {
  const double refresh = memory.kind == MainMemory::Gddr ? kRefreshOfGddr : kRefreshOfHbm;
  return (1 - refresh) * (memory.inline_ecc ? kInlineEcc : 1.0);
}

void lend_memory(KernelCalibration& c, const Chip& from, const Chip& to) {
  const double share = for_data(to.memory) / for_data(from.memory);
  AttentionCoefficients& a = c.attention;
  for (double* s : {&c.memory.share, &c.memory.stream, &c.memory.norm, &a.decode, &a.decode_fp8,
                    &a.decode_fp8_plain, &a.mla_decode, &a.mla_decode_fp8})
    *s = std::min(1.0, *s * share);
}

// Where a warp multiplies from its registers, an fp8 cache is converted on its way into them and
// runs through the kernels of a bf16 one.
void convert_in_registers(KernelCalibration& c) {
  AttentionCoefficients& a = c.attention;
  a.fp8_cache_math = false;
  a.decode_fp8 = a.decode;
  a.decode_start_fp8 = a.decode_start_shared;
  a.decode_row_fp8 = a.decode_row_shared;
  a.decode_alone_fp8 = Seconds{};
  a.split_keys_fp8 = a.split_keys;
}

}  // namespace

bool has_timed(const KernelCalibration& c, const std::string& kind) {
  return std::ranges::any_of(c.errors, [&](const CalibrationError& e) {
    return e.kind == kind && e.fitted_rows + e.held_out_rows >= kEnoughRows;
  });
}

KernelCalibration lent(KernelCalibration c, const Chip& from, const Chip& to) {
  const Step step(from, to);
  if (step.synchronous &&
      (from.matrix_instructions > MatrixInstructions::Synchronous || !has_timed(c, "decode fp8")))
    convert_in_registers(c);
  lend_cycles(c, step);
  lend_reach(c, step);
  lend_l2(c, from, to, step);
  lend_math(c, step);
  lend_power(c, from, to);
  lend_memory(c, from, to);
  c.borrowed_from = from.name;
  return c;
}

}  // namespace orrery
