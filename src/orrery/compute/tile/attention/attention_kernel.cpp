#include "orrery/compute/tile/attention/attention_kernel.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "orrery/base/text/quantity.hpp"
#include "orrery/compute/tile/attention/attention_mapping.hpp"
#include "orrery/compute/tile/vector/row_kernel.hpp"

namespace orrery {
namespace {

using roofline::reads_cache;

// Its rate follows how long the kernel is; the bandwidth what is read, and how.
ArrayChip chip_for(const ArrayTarget& target, const Kernel& kernel, const ArrayAttention& a) {
  Kernel work = kernel;
  work.m = 0.5 * useful_flops(a);
  work.n = work.k = work.count = 1;
  ArrayChip chip = array_chip(target.chip, target.parts, work);
  if (!target.levels.empty())  // a scratchpad is filled from a distance
    chip.round_trip = std::max(chip.latency, target.parts.c.memory.ramp.value());
  const AttentionCoefficients& c = target.parts.c.attention;
  if (reads_cache(kernel))
    chip.bandwidth = (kernel.kv_latent > 0 ? c.mla_decode : c.decode) * target.parts.bandwidth;
  return chip;
}

// Launches, and what appending to the cache moves besides, as calibrated.
double around_attention(const ArrayTarget& target, const Kernel& kernel, double once,
                        double bandwidth, roofline::Raw& raw) {
  const AttentionCoefficients& c = target.parts.c.attention;
  if (reads_cache(kernel)) return (kernel.kv_latent > 0 ? c.mla_floor : c.decode_floor).value();
  if (!kernel.appends_cache || kernel.pass != Pass::Forward) return target.parts.launch;
  const double more = (std::max(1.0, c.prefill_passes) - 1.0) * once;
  raw.bytes += more;
  raw.memory += more / bandwidth;
  return c.prefill_floor.value() + more / bandwidth;
}

double operands_once(const ArrayAttention& a) {
  return a.count * (a.group * a.mask.queries * (a.row.in + a.row.once + a.row.out) +
                    a.mask.keys * (a.key.in + a.key.out));
}

}  // namespace

MappedKernel attention_kernel(const ArrayTarget& target, const Kernel& kernel) {
  const ArrayAttention a = array_attention(kernel);
  const ArrayChip chip = chip_for(target, kernel, a);
  const AttentionMapping m = best_attention_mapping(chip, a);
  MappedKernel out;
  out.raw.math = m.units();
  out.raw.memory = m.memory;
  out.raw.bytes = m.bytes[0];
  out.raw.flops = useful_flops(a);
  out.raw.duration = m.duration;
  out.raw.duration += around_attention(target, kernel, operands_once(a), chip.bandwidth, out.raw);
  for (std::size_t l = 1; l < m.levels; ++l) {
    const double rate = chip.nest[l - 1].bandwidth;
    if (rate > 0 && m.bytes[l] / rate > std::max(m.units(), m.memory)) out.waits_on_chip = true;
  }
  const double rate = chip.nest.empty() ? 0.0 : chip.nest.back().bandwidth;
  if (rate > 0 && m.scratchpad_bytes / rate > std::max(m.units(), m.memory))
    out.waits_on_chip = true;
  out.traffic = level_traffic(target, m.bytes.data(), m.levels, m.scratchpad_bytes);
  const bool beside = m.cut.turns == SoftmaxTurns::Beside;
  out.facts = {
      {"block of queries", fmt::format("{:.0f} of {:.0f} heads", m.cut.queries, m.cut.heads)},
      {"block of keys", counted(m.cut.keys)},
      {"stays", name_of(m.cut.stays)},
      {"blocks", fmt::format("{:.0f} of {:.0f}", m.visited, m.blocks)},
      {"arrays", show(Seconds{m.products})},
      {"vector units", show(Seconds{m.vector})},
      {"exponentials", show(Seconds{m.transcendental})},
      {"softmax", beside ? "beside the products of another block" : "in turns with the products"},
      {innermost_name(target) + " held",
       fmt::format("{}, {:.0f} buffers", mebibytes(m.held_bytes), m.cut.buffers)}};
  if (m.cut.multiplier == Multiplier::VectorUnits)
    out.facts.push_back({"products", "on the vector units"});
  if (m.cut.at_once > 1) out.facts.push_back({"KV heads at once", counted(m.cut.at_once)});
  const double merged = heads_in_an_array(chip, a, m.cut.at_once);
  if (merged > 1 && m.cut.multiplier == Multiplier::Arrays)
    out.facts.push_back({"KV heads an array", counted(merged)});
  if (m.cut.pieces > 1) out.facts.push_back({"pieces of keys", counted(m.cut.pieces)});
  for (std::size_t l = 0; l + 1 < m.levels; ++l) {
    if (m.keeps[l]) out.facts.push_back({target.levels[l].name + " keeps", "what comes again"});
  }
  if (!m.fits) out.facts.push_back({"fits", "no block: operands stream past"});
  out.facts.push_back({"multipliers used", fmt::format("{:.1f} %", 100.0 * m.utilisation)});
  out.facts.push_back({"mappings tried", fmt::format("{}", m.considered)});
  return out;
}

MappedKernel unfused_attention_kernel(const ArrayTarget& target, const Kernel& kernel) {
  const double value = kernel.v_head_dim > 0 ? kernel.v_head_dim : kernel.head_dim;
  const double heads = kernel.batch * kernel.heads;
  const double products = kernel.pass == Pass::Forward ? 1.0 : 2.0;  // each has two in backward
  const double element = bytes_per_element(kernel.compute);
  Kernel product{.compute = kernel.compute, .weights = kernel.compute};
  product.kind = OpKind::Matmul;
  product.m = kernel.q_len;
  product.n = kernel.kv_len;
  product.k = kernel.head_dim;
  product.count = heads;
  Kernel rows{.kind = OpKind::Norm, .compute = kernel.compute, .weights = kernel.compute};
  rows.m = heads * kernel.q_len;
  rows.n = kernel.kv_len;
  rows.bytes_read = rows.bytes_written = rows.m * rows.n * element;
  rows.transcendentals = 1;

  MappedKernel out = row_kernel(target, rows);
  out.raw.duration *= products;
  out.raw.math *= products;
  out.raw.memory *= products;
  out.raw.bytes *= products;
  out.raw.flops = 0;  // useful work is the products'
  out.facts.insert(out.facts.begin(), {"softmax", show(Seconds{out.raw.duration})});
  for (LevelTraffic& level : out.traffic) level.bytes *= products;
  for (const char* name : {"scores", "values"}) {
    const ArrayChip chip = array_chip(target.chip, target.parts, product);
    const ArrayProduct p = array_product(product);
    const ArrayMapping m = best_mapping(chip, p);
    out.raw.duration += products * (m.duration + target.parts.launch);
    out.raw.math += products * m.math;
    out.raw.memory += products * m.memory;
    out.raw.bytes += products * m.memory_bytes;
    out.raw.flops += products * 2.0 * p.m * p.n * p.k * p.count;
    for (std::size_t l = 0; l < out.traffic.size(); ++l) {
      const bool is_innermost = l + 1 == out.traffic.size();
      const double bytes = is_innermost ? m.scratchpad_bytes : m.nest[l + 1].bytes;
      out.traffic[l].bytes += Bytes{products * bytes};
    }
    out.facts.push_back({name, fmt::format("{}, tiles {:.0f} x {:.0f} x {:.0f}",
                                           show(Seconds{products * m.duration}), m.tile_rows,
                                           m.tile_columns, m.tile_depth)});
    product.n = value;
    product.k = kernel.kv_len;
  }
  return out;
}

}  // namespace orrery
