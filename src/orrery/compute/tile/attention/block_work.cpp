#include "orrery/compute/tile/attention/block_work.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "orrery/compute/tile/array_work.hpp"
#include "orrery/compute/tile/nest/nested_pricing.hpp"

namespace orrery {
namespace {

// All visited blocks of one size: those at the ends are smaller.
struct AlikeBlocks {
  double pairs = 0, rows = 0, keys = 0;
};

std::array<AlikeBlocks, 4> alike_blocks(const ArrayAttention& a, const AttentionCut& cut,
                                        const BlockVisits& v) {
  const double groups = a.count * a.group / cut.heads;
  const double queries = a.mask.queries, keys = a.mask.keys;
  const double last_rows =
      (queries - (blocks_of(queries, cut.queries) - 1) * cut.queries) * cut.heads;
  const double last_keys = keys - (blocks_of(keys, cut.keys) - 1) * cut.keys;
  const double rows = cut.queries * cut.heads;
  std::array<AlikeBlocks, 4> out{
      {{v.pairs - v.of_last_queries - v.of_last_keys + v.of_both, rows, cut.keys},
       {v.of_last_queries - v.of_both, last_rows, cut.keys},
       {v.of_last_keys - v.of_both, rows, last_keys},
       {v.of_both, last_rows, last_keys}}};
  for (AlikeBlocks& one : out) {
    one.pairs *= groups;
    if (&one == out.data() || one.rows != rows || one.keys != cut.keys) continue;
    out[0].pairs += one.pairs;
    one.pairs = 0;
  }
  return out;
}

// Forward, of heads side by side: queries of each beside zeros for the others' keys, and values of
// all beside each other, of which each head's rows take their own.
ArrayProduct widened(ArrayProduct p, std::size_t which, double heads, double pairs) {
  p.m *= heads;
  (which == 0 ? p.k : p.n) *= heads;
  p.count = pairs / heads;
  return p;
}

}  // namespace

double heads_in_an_array(const ArrayChip& chip, const ArrayAttention& a, double at_once) {
  if (a.is_backward) return 1;
  const double most = std::min(at_once, std::floor(chip.array / std::max(a.head, a.value)));
  double heads = 1;
  while (2 * heads <= most && std::fmod(a.kv_heads, 2 * heads) == 0) heads *= 2;
  return heads;
}

BlockWork block_work(const ArrayChip& chip, const ArrayAttention& a, const AttentionCut& cut) {
  const double merged = heads_in_an_array(chip, a, cut.at_once);
  BlockWork sum;
  double multiplied = 0;  // operations of products on vector units
  sum.visits = block_visits(a.mask, cut.queries, cut.keys);
  for (const AlikeBlocks& alike : alike_blocks(a, cut, sum.visits)) {
    if (alike.pairs <= 0) continue;
    sum.scores += alike.pairs * alike.rows * alike.keys;
    if (cut.multiplier == Multiplier::VectorUnits) {
      multiplied += alike.pairs * product_operations(a, alike.rows, alike.keys);
      sum.scratchpad_bytes += alike.pairs * (alike.rows * (a.row.in + 2.0 * a.row.sum) +
                                             alike.keys * (a.key.in + 2.0 * a.key.sum));
      continue;
    }
    ScoreProducts products = score_products(a, alike.rows, alike.keys);
    for (std::size_t i = 0; i < products.count; ++i) {
      const ArrayProduct p = widened(products.product[i], i, merged, alike.pairs);
      const ArrayWork w = least_work(chip, p);
      sum.products += w.cycles * chip.cycle;
      sum.scratchpad_bytes += p.count * w.scratchpad_bytes;
    }
  }
  const BlockVisits& v = sum.visits;
  const double rows = a.count * a.group;
  const ScoreOperations operations =
      score_operations(a, sum.scores, rows * v.queries, rows * a.mask.queries);
  sum.vector = seconds_of(operations.operations + multiplied, chip.vector);
  sum.transcendental = seconds_of(operations.transcendentals, chip.transcendental);
  sum.scratchpad_bytes += sum.scores * (a.score - kPartialElement);
  return sum;
}

}  // namespace orrery
