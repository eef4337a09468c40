#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "orrery/compute/tile/array_work.hpp"
#include "orrery/compute/tile/attention/attention_pricing.hpp"
#include "orrery/compute/tile/nest/nested_pricing.hpp"

namespace orrery {
namespace {

// KV heads whose steps are written out beside each other: room for their code is not modelled.
constexpr double kMostAtOnce = 4;

// 1, and those of a whole number that are no larger than `most`.
std::vector<double> divisors(double number, double most) {
  std::vector<double> out{1};
  const auto whole = std::llround(number);
  for (std::int64_t part = 2; part <= whole && static_cast<double>(part) <= most; ++part) {
    if (whole % part == 0) out.push_back(static_cast<double>(part));
  }
  return out;
}

std::vector<double> falling(std::vector<double> sizes) {
  std::reverse(sizes.begin(), sizes.end());
  return sizes;
}

}  // namespace

std::vector<double> packed_heads(const ArrayAttention& a) { return divisors(a.group, a.group); }

std::vector<double> query_blocks(const ArrayChip& chip, const ArrayAttention& a, double heads) {
  return tile_sizes(a.mask.queries, std::ceil(chip.array / heads));
}

std::vector<double> key_blocks(const ArrayChip& chip, const ArrayAttention& a) {
  return tile_sizes(a.mask.keys, std::ceil(chip.array / a.page) * a.page);
}

std::vector<double> at_once(const ArrayChip& chip, const ArrayAttention& a) {
  std::vector<double> out{1};
  const double most = std::min(kMostAtOnce, std::ceil(a.count));
  for (int heads = 2; heads <= most; heads *= 2) {
    if (chip.block > 0 || heads_in_an_array(chip, a, heads) > 1) out.push_back(heads);
  }
  return out;
}

namespace {

class Search {
 public:
  Search(const ArrayChip& chip, const ArrayAttention& attention)
      : chip_(chip), a_(attention), nest_(nest_of(chip)) {
    const double useful = useful_flops(attention);
    scores_ = attention.count * attention.group * seen_scores(attention.mask);
    least_ = {useful / (2.0 * chip.array * chip.array * chip.arrays) * chip.cycle,
              useful / chip.vector};
    const double keys = block_visits(attention.mask, 1, 1).touched_keys;
    once_ = attention.count *
            (attention.group * attention.mask.queries *
                 (attention.row.in + attention.row.once + attention.row.out) +
             keys * attention.key.in + attention.mask.keys * attention.key.out) /
            chip.bandwidth;
  }

  // All ways to buffer and to share out one block, from most buffers: fewer are never faster.
  // `work`: of the cut before, if it lies in the arrays alike.
  void consider(AttentionCut cut, std::optional<BlockWork>& work) {
    constexpr std::pair<SoftmaxTurns, int> kBuffers[] = {{SoftmaxTurns::Beside, 2},
                                                         {SoftmaxTurns::InTurns, 2},
                                                         {SoftmaxTurns::Beside, 1},
                                                         {SoftmaxTurns::InTurns, 1}};
    cut = clipped_cut(a_, cut);
    // Masked scores come on top of the useful ones.
    const double blocks = scores_ / (cut.queries * cut.heads * cut.keys);
    if (cannot_win(least_[cut.multiplier == Multiplier::Arrays ? 0 : 1] + between(cut, blocks)))
      return;
    for (const auto& [turns, buffers] : kBuffers) {
      cut.turns = turns;
      cut.buffers = buffers;
      if (held_bytes(a_, cut) > room_of(nest_.back())) continue;
      if (!work) work = block_work(chip_, a_, cut);
      const double visited = a_.count * a_.group / cut.heads * work->visits.pairs;
      if (cannot_win(std::max({work->products, work->vector, work->transcendental}) +
                     between(cut, visited)))
        return;
      share_out(cut, *work);
      if (turns == SoftmaxTurns::Beside && buffers > 1) break;
    }
  }

  AttentionMapping best;
  int considered = 0;

 private:
  // With units that take so long at the least, and every operand moved once.
  [[nodiscard]] bool cannot_win(double units) const {
    const double least = std::max(units, once_) + (1.0 - chip_.hidden) * std::min(units, once_) +
                         filling_cycles(chip_) * chip_.cycle;
    return best.fits && least >= best.duration;
  }

  // What passes between the steps of so many blocks, at the least.
  [[nodiscard]] double between(const AttentionCut& cut, double blocks) const {
    return blocks / (nest_.back().instances * cut.at_once) * chip_.block;
  }

  void share_out(AttentionCut cut, const BlockWork& work) {
    constexpr std::pair<StayingBlock, bool> kShares[] = {
        {StayingBlock::Queries, false}, {StayingBlock::Keys, false}, {StayingBlock::Queries, true}};
    const double instances = nest_.back().instances;
    for (const auto& [stays, in_pieces] : kShares) {
      if (in_pieces && (instances < 2 || cut.keys >= a_.mask.keys)) continue;
      cut.stays = stays;
      cut.pieces = in_pieces ? instances : 1;
      ++considered;
      AttentionMapping m = priced_cut(chip_, nest_, a_, cut, work);
      const double streaming = m.bytes[0] / chip_.bandwidth;
      if (cut.buffers > 1 && m.memory > streaming) {
        AttentionCut deeper = cut;
        deeper.buffers = buffers_for(cut, m.memory / streaming);
        m = priced_cut(chip_, nest_, a_, deeper, work);
      }
      if (!best.fits || m.duration < best.duration) best = m;
    }
  }

  // Enough that round trips wait for no block, or as many as fit.
  [[nodiscard]] double buffers_for(AttentionCut cut, double times_slower) const {
    const double held = held_bytes(a_, cut);
    cut.buffers += 1;
    const double more = (room_of(nest_.back()) - held) / (held_bytes(a_, cut) - held);
    return 1 + std::min(1 + std::floor(more), std::ceil(times_slower));
  }

  const ArrayChip& chip_;
  const ArrayAttention& a_;
  std::vector<ArrayLevel> nest_;
  double scores_ = 0;              // that are seen
  double once_ = 0;                // seconds of all operands and results through main memory
  std::array<double, 2> least_{};  // seconds, by Multiplier
};

}  // namespace

AttentionMapping best_attention_mapping(const ArrayChip& chip, const ArrayAttention& a) {
  Search search(chip, a);
  // Large ones first: good mappings are found early, and others are cut off by them.
  const std::vector<double> packed = falling(packed_heads(a)),
                            columns = falling(key_blocks(chip, a)),
                            together = falling(at_once(chip, a));
  for (const double heads : packed) {
    for (const double queries : falling(query_blocks(chip, a, heads))) {
      for (const double keys : columns) {
        for (const Multiplier multiplier : {Multiplier::Arrays, Multiplier::VectorUnits}) {
          AttentionCut cut{queries, heads, keys};
          cut.multiplier = multiplier;
          std::optional<BlockWork> work;
          double merged = 0;
          for (const double many : together) {
            cut.at_once = many;
            const double now = heads_in_an_array(chip, a, many);
            if (now != merged) work.reset();
            merged = now;
            search.consider(cut, work);
          }
        }
      }
    }
  }
  if (!search.best.fits) {  // block by block, nothing twice
    search.best = attention_mapped(
        chip, a,
        {std::ceil(chip.array / a.group), a.group, std::ceil(chip.array / a.page) * a.page,
         StayingBlock::Queries, SoftmaxTurns::InTurns, 1});
  }
  search.best.considered = search.considered;
  return search.best;
}

}  // namespace orrery
