// AttentionMapping: how a fused attention is cut into blocks of queries and keys for a chip of
// systolic arrays and vector units, and what it then moves and costs. best_attention_mapping()
// tries every cut of a pruned space. Equations: docs/models/array-kernels.md.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "orrery/base/text/reader.hpp"
#include "orrery/compute/tile/array_mapping.hpp"
#include "orrery/compute/tile/attention/array_attention.hpp"

namespace orrery {

// Which block stays in the scratchpad while those of the other pass by it.
enum class StayingBlock : std::uint8_t { Queries, Keys };

template <>
struct EnumNames<StayingBlock> {
  static constexpr std::pair<const char*, StayingBlock> values[] = {
      {"queries", StayingBlock::Queries}, {"keys and values", StayingBlock::Keys}};
};

// What multiplies: arrays, or vector units, which few rows may keep busier.
enum class Multiplier : std::uint8_t { Arrays, VectorUnits };

template <>
struct EnumNames<Multiplier> {
  static constexpr std::pair<const char*, Multiplier> values[] = {
      {"arrays", Multiplier::Arrays}, {"vector units", Multiplier::VectorUnits}};
};

// Beside: the softmax of one block while the arrays multiply another one.
enum class SoftmaxTurns : std::uint8_t { Beside, InTurns };

struct AttentionCut {
  double queries = 0, heads = 1, keys = 0;  // a block: queries of so many heads of a group; keys
  StayingBlock stays = StayingBlock::Queries;
  SoftmaxTurns turns = SoftmaxTurns::Beside;
  double buffers = 2;  // for what comes in: 1 by turns, else all but one are on their way
  double pieces = 1;  // of the keys, of a block of queries, each an instance's; added up at the end
  Multiplier multiplier = Multiplier::Arrays;
  double at_once = 1;  // KV heads in one step; narrow ones of them fill an array together
};

struct AttentionMapping {
  AttentionCut cut;
  double visited = 0, blocks = 0;            // pairs of blocks worked on, and all there are
  double products = 0;                       // seconds of the arrays
  double vector = 0, transcendental = 0;     // seconds of those units
  double memory = 0, duration = 0;           // seconds
  std::size_t levels = 0;                    // scratchpads within each other, outermost first
  std::array<double, kDeepestNest> bytes{};  // through the outer side of each
  std::array<bool, kDeepestNest> keeps{};    // it keeps what comes again, of one KV head
  double scratchpad_bytes = 0;               // between the innermost one and the units
  double held_bytes = 0;                     // of one instance of the innermost one
  double utilisation = 0;  // of the multipliers during `products`, masked scores are not work
  int considered = 0;
  bool fits = false;

  [[nodiscard]] double softmax() const { return vector > transcendental ? vector : transcendental; }
  [[nodiscard]] double units() const { return products > softmax() ? products : softmax(); }
};

AttentionMapping attention_mapped(const ArrayChip& chip, const ArrayAttention& attention,
                                  const AttentionCut& cut);

// The least time over blocks of queries from what fills the array by powers of two (and all), keys
// likewise in whole pages, heads by divisors of the group, which block stays, and the buffers.
AttentionMapping best_attention_mapping(const ArrayChip& chip, const ArrayAttention& attention);

// Sizes tried: all divisors of a group, and blocks.
std::vector<double> packed_heads(const ArrayAttention& attention);
std::vector<double> query_blocks(const ArrayChip& chip, const ArrayAttention& attention,
                                 double heads);
std::vector<double> at_once(const ArrayChip& chip, const ArrayAttention& attention);

// Of the KV heads in one step, those that share an array forward.
double heads_in_an_array(const ArrayChip& chip, const ArrayAttention& attention, double at_once);
std::vector<double> key_blocks(const ArrayChip& chip, const ArrayAttention& attention);

}  // namespace orrery
