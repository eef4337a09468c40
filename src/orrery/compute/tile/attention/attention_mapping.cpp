#include "orrery/compute/tile/attention/attention_mapping.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "orrery/compute/tile/array_work.hpp"
#include "orrery/compute/tile/attention/attention_pricing.hpp"
#include "orrery/compute/tile/nest/nested_pricing.hpp"

namespace orrery {
namespace {

// What one KV head moves to and from where it lies.
struct HeadBytes {
  double once = 0;   // every operand and result one time
  double moved = 0;  // with the operands that come again for other blocks
  double kept = 0;   // what a scratchpad must hold so that they come again from there
};

HeadBytes head_bytes(const ArrayAttention& a, const AttentionCut& cut, const BlockVisits& v) {
  const double rows = a.group * a.mask.queries, groups = a.group / cut.heads;
  const double rest = std::ceil(a.mask.keys / a.page) * a.page - a.mask.keys;  // of the last page
  const double keys = v.touched_keys + (v.of_last_keys > 0 ? rest : 0.0);
  const double in_pieces = cut.pieces > 1 ? 2.0 * cut.pieces * rows * a.row.sum : 0.0;
  const double finished = rows * (a.row.out + a.row.once) + a.mask.keys * a.key.out + in_pieces;
  HeadBytes b;
  b.once = rows * a.row.in + keys * a.key.in + finished;
  if (cut.stays == StayingBlock::Queries) {
    const double visits = groups * v.keys;
    b.moved = rows * a.row.in + groups * (v.keys + v.of_last_keys * rest) * a.key.in +
              2.0 * (visits - v.touched_keys) * a.key.sum + finished;
    b.kept = keys * (a.key.in + a.key.sum);
  } else {
    b.moved = keys * a.key.in +
              a.group * (v.queries + a.mask.queries - v.touched_queries) * a.row.in +
              2.0 * a.group * (v.queries - v.touched_queries) * a.row.sum + finished;
    b.kept = rows * (a.row.in + a.row.sum);
  }
  return b;
}

double first_blocks(const ArrayAttention& a, const AttentionCut& cut) {
  const double rows = cut.queries * cut.heads;
  return cut.at_once * (rows * (a.row.in + a.row.out) + cut.keys * (a.key.in + a.key.out));
}

// From inside: once a scratchpad keeps what comes again, twice so that the next head's comes in
// meanwhile, everything passes those beyond it one time.
void set_traffic(const std::vector<ArrayLevel>& nest, const ArrayAttention& a,
                 const HeadBytes& bytes, AttentionMapping& m) {
  m.levels = nest.size();
  double through = bytes.moved;
  for (std::size_t l = nest.size(); l-- > 0;) {
    if (l + 1 < nest.size() && through > bytes.once && 2.0 * bytes.kept <= room_of(nest[l])) {
      m.keeps[l] = true;
      through = bytes.once;
    }
    m.bytes[l] = a.count * through;
  }
}

// How much longer the busiest instance works than its even share: they share out the blocks that
// stay, or pieces of the keys that pass by these.
double unevenness(const ArrayAttention& a, const AttentionCut& cut, double instances) {
  const double rows = a.group / cut.heads * blocks_of(a.mask.queries, cut.queries),
               keys = blocks_of(a.mask.keys, cut.keys);
  const double of_each = cut.stays == StayingBlock::Queries ? rows * cut.pieces : keys;
  const double longest_piece = blocks_of(keys, cut.pieces) * cut.pieces / keys;
  const double shares = blocks_of(a.count, cut.at_once) * of_each;
  return longest_piece * blocks_of(shares, instances) * instances * cut.at_once /
         (a.count * of_each);
}

// Time of products and softmax together: the longer, and of the shorter what the first and the
// last of `steps` blocks leave alone; or one after the other.
double together(const AttentionMapping& m, double steps) {
  const double longer = m.units(), shorter = std::min(m.products, m.softmax());
  return m.cut.turns == SoftmaxTurns::InTurns ? longer + shorter
                                              : longer + shorter / std::max(1.0, steps);
}

}  // namespace

AttentionCut clipped_cut(const ArrayAttention& a, const AttentionCut& cut) {
  AttentionCut out = cut;
  out.queries = std::min(cut.queries, a.mask.queries);
  out.keys = std::min(cut.keys, a.mask.keys);
  return out;
}

// Bytes of one instance's blocks: what comes in twice, what is summed once, scores of one or two
// blocks.
double held_bytes(const ArrayAttention& a, const AttentionCut& cut) {
  const double rows = cut.queries * cut.heads;
  const double scores = (cut.turns == SoftmaxTurns::Beside ? 2.0 : 1.0) * rows * cut.keys * a.score;
  return cut.at_once * (cut.buffers * (rows * a.row.in + cut.keys * a.key.in) + rows * a.row.sum +
                        cut.keys * a.key.sum + scores);
}

//   products = cycles of every visited block's, softmax = longer of operations and exponentials
//   units    = longer + shorter / steps, or their sum in turns, + steps * block
//   time     = longest of units and transfers + (1 - hidden) of the rest, at least units + first
//              blocks in + last out, + filling and latencies; one buffer: transfers take turns
AttentionMapping priced_cut(const ArrayChip& chip, const std::vector<ArrayLevel>& nest,
                            const ArrayAttention& a, const AttentionCut& cut,
                            const BlockWork& work) {
  AttentionMapping m;
  m.cut = cut;
  const ArrayLevel& innermost = nest.back();
  m.held_bytes = held_bytes(a, m.cut);
  m.fits = m.held_bytes <= room_of(innermost);

  const BlockVisits& v = work.visits;
  const double groups = a.count * a.group / m.cut.heads;
  m.visited = groups * v.pairs;
  m.blocks = groups * blocks_of(a.mask.queries, m.cut.queries) * blocks_of(a.mask.keys, m.cut.keys);
  const double uneven = unevenness(a, m.cut, innermost.instances);
  m.products = work.products * uneven;
  m.vector = work.vector * uneven;
  m.transcendental = work.transcendental * uneven;
  m.scratchpad_bytes = work.scratchpad_bytes;

  const double steps = m.visited / (innermost.instances * m.cut.at_once);  // one after another
  set_traffic(nest, a, head_bytes(a, m.cut, v), m);
  Spent spent;
  double latencies = chip.latency, outside = chip.bandwidth;
  for (std::size_t l = 0; l < nest.size(); ++l) {
    // As many blocks are on their way as there are buffers for them; those that a scratchpad
    // further in keeps do not come again.
    const double arrivals = steps * m.bytes[l] / m.bytes[nest.size() - 1];
    const double round_trip = l == 0 ? chip.round_trip : nest[l - 1].latency;
    const double seconds =
        std::max(seconds_of(m.bytes[l], outside),
                 outside > 0 ? round_trip * arrivals / std::max(1.0, m.cut.buffers - 1.0) : 0);
    if (l == 0) m.memory = seconds;
    spent.add(seconds, seconds_of(first_blocks(a, m.cut), outside), m.cut.buffers > 1);
    outside = nest[l].bandwidth;
    latencies += nest[l].latency;
  }
  m.duration = spent.duration(together(m, steps) + steps * chip.block,
                              seconds_of(m.scratchpad_bytes, innermost.bandwidth), chip.hidden) +
               filling_cycles(chip) * chip.cycle + latencies;
  const double multiplied = m.products / chip.cycle * chip.array * chip.array * chip.arrays;
  m.utilisation = multiplied > 0 ? useful_flops(a) / (2.0 * multiplied) : 0.0;
  return m;
}

AttentionMapping attention_mapped(const ArrayChip& chip, const ArrayAttention& a,
                                  const AttentionCut& cut) {
  const AttentionCut inside = clipped_cut(a, cut);
  return priced_cut(chip, nest_of(chip), a, inside, block_work(chip, a, inside));
}

}  // namespace orrery
