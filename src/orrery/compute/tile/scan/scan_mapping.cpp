#include "orrery/compute/tile/scan/scan_mapping.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>

#include "orrery/compute/tile/array_work.hpp"
#include "orrery/compute/tile/nest/nested_pricing.hpp"

namespace orrery {
namespace {

// Groups of heads that sets of so many heads touch, set by set: sets and groups cut the heads, and
// a cut that both make counts once.
double groups_touched(const ArrayScan& s, double heads) {
  const double sets = std::ceil(s.heads / heads);
  const auto set = std::max<std::int64_t>(1, std::llround(heads)),
             group = std::max<std::int64_t>(1, std::llround(s.heads / s.groups));
  const auto all = std::llround(s.heads);
  const std::int64_t alike = (all - 1) / std::lcm(set, group);
  return sets + s.groups - 1.0 - static_cast<double>(alike);
}

double token_bytes(const ArrayScan& s, double heads) {
  const double groups = std::min(s.groups, std::ceil(heads * s.groups / s.heads) + 1.0);
  return heads * head_token_bytes(s) + groups * group_token_bytes(s);
}

// Tokens of a chunk come in twice and their results leave; states and one head's scores stay.
double held_by(const ArrayScan& s, const ScanCut& cut) {
  const double tokens = cut.chunk * token_bytes(s, cut.heads);
  const double states = cut.heads * s.state * s.value * kPartialElement;
  const double scores = 2.0 * cut.chunk * cut.chunk * (kPartialElement + s.element);
  return (cut.double_buffered ? 2.0 : 1.0) * tokens + states + scores;
}

ScanCut clipped(const ArrayScan& s, const ScanCut& cut) {
  return {std::min(cut.chunk, s.length), std::min(cut.heads, s.heads), cut.double_buffered};
}

}  // namespace

//   units  = longer of products and vector work + shorter / steps + steps * block: vector work of
//            some heads goes on beside the products of others
//   bytes  = values and results once; keys and queries once for each set of heads; states of
//            single tokens
//   time   = as of products: longest + (1 - hidden) of the rest, at least units + first chunk in
ScanMapping scan_mapped(const ArrayChip& chip, const ArrayScan& s, const ScanCut& wanted) {
  ScanMapping m;
  m.cut = clipped(s, wanted);
  const std::vector<ArrayLevel> nest = nest_of(chip);
  const ArrayLevel& innermost = nest.back();
  m.held_bytes = held_by(s, m.cut);
  m.fits = m.held_bytes <= room_of(innermost);

  const double sets = std::ceil(s.heads / m.cut.heads);
  // The last chunk may be shorter.
  const double full = std::floor(s.length / m.cut.chunk), rest = s.length - full * m.cut.chunk;
  const double shares = s.sequences * sets;
  const double uneven = std::ceil(shares / innermost.instances) * innermost.instances / shares;
  double cycles = 0;
  ChunkOperations operations;
  for (const auto& [count, chunk] : {std::pair{full, m.cut.chunk}, std::pair{1.0, rest}}) {
    if (count <= 0 || chunk <= 0) continue;
    const double times = s.passes * s.sequences * count;
    ChunkProducts products = chunk_products(s, chunk);
    for (std::size_t i = 0; i < products.count; ++i) {
      ArrayProduct& p = products.product[i];
      p.count *= times;
      const ArrayWork work = least_work(chip, p);
      cycles += work.cycles;
      m.scratchpad_bytes += p.count * work.scratchpad_bytes;
      m.flops += 2.0 * p.m * p.n * p.k * p.count;
    }
    const ChunkOperations one = chunk_operations(s, chunk);
    operations.operations += times * one.operations;
    operations.transcendentals += times * one.transcendentals;
  }
  m.chunks = s.sequences * (full + (rest > 0 ? 1.0 : 0.0));
  m.products = cycles * chip.cycle * uneven;
  m.vector = seconds_of(operations.operations, chip.vector) * uneven;
  m.transcendental = seconds_of(operations.transcendentals, chip.transcendental) * uneven;
  m.bytes = s.passes * s.sequences *
            (s.length * (s.heads * head_token_bytes(s) +
                         groups_touched(s, m.cut.heads) * group_token_bytes(s)) +
             state_bytes(s));

  Spent spent;
  double latencies = chip.latency, outside = chip.bandwidth;
  const double first = m.cut.chunk * token_bytes(s, m.cut.heads);
  for (const ArrayLevel& level : nest) {
    const double seconds = seconds_of(m.bytes, outside);
    if (&level == &nest.front()) m.memory = seconds;
    spent.add(seconds, seconds_of(first, outside), m.cut.double_buffered);
    outside = level.bandwidth;
    latencies += level.latency;
  }
  const double steps = m.chunks * sets / innermost.instances * uneven;
  const double units =
      m.units() + std::min(m.products, m.beside()) / std::max(1.0, steps) + steps * chip.block;
  m.duration =
      spent.duration(units, seconds_of(m.scratchpad_bytes, innermost.bandwidth), chip.hidden) +
      filling_cycles(chip) * chip.cycle + latencies;
  return m;
}

ScanMapping best_scan_mapping(const ArrayChip& chip, const ArrayScan& s) {
  constexpr double kShortest = 16;  // tokens: below, loading an array costs more than its product
  ScanMapping best;
  int considered = 0;
  for (const double chunk : tile_sizes(s.length, kShortest)) {
    for (const double heads : tile_sizes(s.heads, 1)) {
      for (const bool twice : {true, false}) {
        const ScanMapping m = scan_mapped(chip, s, {chunk, heads, twice});
        ++considered;
        if (!m.fits) continue;
        if (!best.fits || m.duration < best.duration) best = m;
        break;
      }
    }
  }
  if (!best.fits) best = scan_mapped(chip, s, {kShortest, 1, false});
  best.considered = considered;
  return best;
}

}  // namespace orrery
