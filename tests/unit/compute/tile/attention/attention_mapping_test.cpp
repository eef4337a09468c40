#include "orrery/compute/tile/attention/attention_mapping.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "orrery/base/rng.hpp"
#include "support/array_chips.hpp"

namespace orrery {
namespace {

using test::small_array_chip;
using test::up_to;

ArrayChip chip_with_vectors(double scratchpad) {
  ArrayChip c = small_array_chip(scratchpad);
  c.vector = 32;
  c.transcendental = 8;
  c.round_trip = 1;
  c.block = 5;
  return c;
}

ArrayAttention any_attention(Rng& rng, std::uint64_t most) {
  Kernel k{.kind = OpKind::Attention};
  k.batch = up_to(rng, 3);
  k.kv_len = up_to(rng, most);
  k.q_len = std::min(k.kv_len, up_to(rng, most));
  k.kv_heads = up_to(rng, 3);
  k.heads = k.kv_heads * up_to(rng, 6);
  k.head_dim = up_to(rng, 12);
  k.v_head_dim = up_to(rng, 12);
  k.causal = rng.below(3) != 0;
  if (rng.below(2) == 0) k.window = up_to(rng, most);
  if (rng.below(3) == 0) k.page = up_to(rng, 5);
  if (rng.below(3) == 0) k.pass = Pass::Backward;
  return array_attention(k);
}

AttentionCut any_cut(Rng& rng, const ArrayAttention& a) {
  const std::vector<double> heads = packed_heads(a);
  AttentionCut cut;
  cut.queries = up_to(rng, std::uint64_t(a.mask.queries));
  cut.heads = heads[rng.below(heads.size())];
  cut.keys = a.page * up_to(rng, std::uint64_t(std::ceil(a.mask.keys / a.page)));
  cut.stays = rng.below(2) == 0 ? StayingBlock::Queries : StayingBlock::Keys;
  return cut;
}

bool sees(const AttentionMask& m, int t, int j) {
  const int own = int(m.keys) - int(m.queries) + t, window = int(m.window);
  if (m.causal) return j <= own && (window == 0 || j > own - window);
  if (window == 0) return true;
  return j >= own - window / 2 && j < own - window / 2 + window;
}

// One KV head walked block by block, with one block of each side in the scratchpad: what stays in
// the outer loop, what passes by in the inner one. Sums of what passes by leave unfinished and come
// back; what is finished leaves once.
double bytes_walked(const ArrayAttention& a, const AttentionCut& cut) {
  const int queries = int(a.mask.queries), keys = int(a.mask.keys);
  const int rows = std::min(int(cut.queries), queries), columns = std::min(int(cut.keys), keys);
  const int page = int(a.page), groups = int(a.group / cut.heads);
  const auto is_visited = [&](int i, int k) {
    for (int t = i * rows; t < std::min(queries, (i + 1) * rows); ++t) {
      for (int j = k * columns; j < std::min(keys, (k + 1) * columns); ++j) {
        if (sees(a.mask, t, j)) return true;
      }
    }
    return false;
  };
  const auto row_count = [&](int i) {
    return (std::min(queries, (i + 1) * rows) - i * rows) * cut.heads;
  };
  const auto key_count = [&](int k) {
    return double(std::min(keys, (k + 1) * columns) - k * columns);
  };
  const auto paged = [&](int k) {
    const int end = std::min(keys, (k + 1) * columns);
    return double((end + page - 1) / page * page - k * columns);
  };
  const int row_blocks = (queries + rows - 1) / rows, key_blocks = (keys + columns - 1) / columns;
  double bytes = a.group * queries * (a.row.once + a.row.out) + keys * a.key.out;
  std::set<int> begun;
  if (cut.stays == StayingBlock::Queries) {
    for (int g = 0; g < groups; ++g) {
      for (int i = 0; i < row_blocks; ++i) {
        bytes += row_count(i) * a.row.in;
        for (int k = 0; k < key_blocks; ++k) {
          if (!is_visited(i, k)) continue;
          bytes += paged(k) * a.key.in;
          if (!begun.insert(k).second) bytes += 2 * key_count(k) * a.key.sum;
        }
      }
    }
    return bytes;
  }
  for (int k = 0; k < key_blocks; ++k) {
    bool is_in = false;
    for (int g = 0; g < groups; ++g) {
      for (int i = 0; i < row_blocks; ++i) {
        if (!is_visited(i, k)) continue;
        if (!is_in) bytes += paged(k) * a.key.in;
        is_in = true;
        bytes += row_count(i) * a.row.in;
        if (!begun.insert(g * row_blocks + i).second) bytes += 2 * row_count(i) * a.row.sum;
      }
    }
  }
  // Queries that see nothing are read to be answered.
  for (int g = 0; g < groups; ++g) {
    for (int i = 0; i < row_blocks; ++i) {
      if (begun.find(g * row_blocks + i) == begun.end()) bytes += row_count(i) * a.row.in;
    }
  }
  return bytes;
}

TEST(AttentionMapping, BytesEqualThoseOfAWalkBlockByBlock) {
  Rng rng(41, "attentions");
  for (int i = 0; i < 5000; ++i) {
    const ArrayAttention a = any_attention(rng, 40);
    const AttentionCut cut = any_cut(rng, a);
    const AttentionMapping m = attention_mapped(chip_with_vectors(1e9), a, cut);
    const double walked = a.count * bytes_walked(a, cut);
    ASSERT_NEAR(m.bytes[0], walked, 1e-9 * walked)
        << a.mask.queries << " x " << a.mask.keys << " window " << a.mask.window << " blocks "
        << cut.queries << " x " << cut.keys << " page " << a.page << " stays "
        << name_of(cut.stays);
  }
}

TEST(AttentionMapping, TheBestIsTheLeastOfTheWholeSpace) {
  Rng rng(42, "attentions");
  for (int i = 0; i < 300; ++i) {
    const ArrayAttention a = any_attention(rng, 200);
    const ArrayChip c = chip_with_vectors(up_to(rng, 20000));
    const AttentionMapping best = best_attention_mapping(c, a);
    if (!best.fits) continue;
    ASSERT_LE(best.held_bytes, c.scratchpad);
    for (const double heads : packed_heads(a)) {
      for (const double queries : query_blocks(c, a, heads)) {
        for (const double keys : key_blocks(c, a)) {
          for (const StayingBlock stays : {StayingBlock::Queries, StayingBlock::Keys}) {
            for (const SoftmaxTurns turns : {SoftmaxTurns::Beside, SoftmaxTurns::InTurns}) {
              for (const double buffers : {1, 2, 3, 5}) {
                AttentionCut cut{queries, heads, keys, stays, turns, buffers};
                cut.multiplier = Multiplier::VectorUnits;
                AttentionMapping m = attention_mapped(c, a, cut);
                ASSERT_TRUE(!m.fits || best.duration <= m.duration);
                cut.multiplier = Multiplier::Arrays;
                for (const double together : at_once(c, a)) {
                  cut.at_once = together;
                  m = attention_mapped(c, a, cut);
                  ASSERT_TRUE(!m.fits || best.duration <= m.duration);
                }
              }
            }
          }
        }
      }
    }
  }
}

TEST(AttentionMapping, MoreScratchpadIsNeverSlower) {
  Rng rng(43, "attentions");
  for (int i = 0; i < 500; ++i) {
    const ArrayAttention a = any_attention(rng, 300);
    const double scratchpad = 100 + up_to(rng, 30000);
    ASSERT_LE(best_attention_mapping(chip_with_vectors(2 * scratchpad), a).duration,
              best_attention_mapping(chip_with_vectors(scratchpad), a).duration);
  }
}

// Two levels: the outer one keeps what comes again if it holds it twice, and never moves more.
TEST(AttentionMapping, AScratchpadOutsideNeverMovesMoreFromMainMemory) {
  Rng rng(44, "attentions");
  int kept = 0;
  for (int i = 0; i < 500; ++i) {
    const ArrayAttention a = any_attention(rng, 300);
    const double inner = 500 + up_to(rng, 10000);
    ArrayChip one = chip_with_vectors(inner), two = one;
    two.nest = {{inner * up_to(rng, 20), 0, 0, 1}, {inner, 0, 0, 1}};
    const AttentionMapping best = best_attention_mapping(two, a);
    ASSERT_LE(best.bytes[0], best.bytes[1]);
    ASSERT_LE(best.duration, best_attention_mapping(one, a).duration);
    kept += best.keeps[0] ? 1 : 0;
  }
  EXPECT_GT(kept, 0);
}

TEST(AttentionMapping, NothingBeatsThePeaksNorReadsAnOperandLessThanOnce) {
  Rng rng(45, "attentions");
  for (int i = 0; i < 1000; ++i) {
    const ArrayAttention a = any_attention(rng, 300);
    const ArrayChip c = chip_with_vectors(200 + up_to(rng, 30000));
    const AttentionMapping m = best_attention_mapping(c, a);
    const double rows = a.group * a.mask.queries;
    const double once = a.count * (rows * (a.row.in + a.row.once + a.row.out) +
                                   block_visits(a.mask, 1, 1).touched_keys * a.key.in);
    ASSERT_GE(m.bytes[0], once * (1 - 1e-12));
    ASSERT_GE(m.duration, once / c.bandwidth * (1 - 1e-12));
    const double peak =
        m.cut.multiplier == Multiplier::Arrays ? 2 * c.array * c.array * c.arrays : c.vector;
    ASSERT_GE(m.units(), useful_flops(a) / peak * (1 - 1e-12));
    ASSERT_LE(m.utilisation, 1 + 1e-12);
    const double exponentials = seen_scores(a.mask) * a.group * a.count;
    ASSERT_GE(m.transcendental, exponentials / c.transcendental * (1 - 1e-12));
    ASSERT_GE(m.duration, std::max(m.units(), m.memory));
  }
}

// Arrays of 4 x 4, two of them: 8 heads of one new token fill two rows' worth of a weight, one head
// alone takes as long.
TEST(AttentionMapping, HeadsOfAGroupSharePassesOfTheArrays) {
  Kernel k{.kind = OpKind::Attention};
  k.batch = 1;
  k.q_len = 1;
  k.kv_len = 64;
  k.head_dim = k.v_head_dim = 4;
  k.heads = k.kv_heads = 1;
  const ArrayChip c = chip_with_vectors(1e6);
  const double one = attention_mapped(c, array_attention(k), {1, 1, 64}).products;
  k.heads = 4;
  EXPECT_DOUBLE_EQ(attention_mapped(c, array_attention(k), {1, 4, 64}).products, one);
  // scores: one fold of queries, held, and 64 keys streamed by, shared by no other array; values:
  // 16 folds on two arrays, each as long as loading it
  EXPECT_DOUBLE_EQ(one, 8 * 4 + 8 * 4);
}

// A head dimension of half the array leaves half of it idle in both products.
TEST(AttentionMapping, HalfAHeadTakesAsLongAsAWholeOne) {
  Kernel k{.kind = OpKind::Attention};
  k.batch = 4;
  k.q_len = k.kv_len = 256;
  k.heads = k.kv_heads = 2;
  k.head_dim = k.v_head_dim = 4;
  const ArrayChip c = chip_with_vectors(1e6);
  const AttentionCut cut{16, 1, 16};
  const double whole = attention_mapped(c, array_attention(k), cut).products;
  k.head_dim = k.v_head_dim = 2;
  EXPECT_DOUBLE_EQ(attention_mapped(c, array_attention(k), cut).products, whole);
}

// One new token for each of two heads half as wide as the array: together they take as long as one.
TEST(AttentionMapping, NarrowHeadsSideBySideFillTheArray) {
  Kernel k{.kind = OpKind::Attention};
  k.batch = k.q_len = 1;
  k.kv_len = 64;
  k.heads = k.kv_heads = 2;
  k.head_dim = k.v_head_dim = 2;
  ArrayChip c = chip_with_vectors(1e6);
  c.arrays = 1;
  AttentionCut cut{1, 1, 64};
  const double apart = attention_mapped(c, array_attention(k), cut).products;
  cut.at_once = 2;
  EXPECT_DOUBLE_EQ(2 * attention_mapped(c, array_attention(k), cut).products, apart);
  EXPECT_EQ(heads_in_an_array(c, array_attention(k), 2), 2);
  EXPECT_EQ(heads_in_an_array(c, array_attention(k), 1), 1);
}

// One row alone leaves arrays idle: vector units that are fast enough multiply it sooner.
TEST(AttentionMapping, VectorUnitsMultiplyALoneRowWhereTheyAreFaster) {
  Kernel k{.kind = OpKind::Attention};
  k.batch = 64;
  k.q_len = k.heads = k.kv_heads = 1;
  k.kv_len = 256;
  k.head_dim = k.v_head_dim = 4;
  ArrayChip c = chip_with_vectors(1e6);
  c.bandwidth = 1e6;
  c.vector = 4;
  EXPECT_EQ(best_attention_mapping(c, array_attention(k)).cut.multiplier, Multiplier::Arrays);
  c.vector = 1000;
  const AttentionMapping m = best_attention_mapping(c, array_attention(k));
  EXPECT_EQ(m.cut.multiplier, Multiplier::VectorUnits);
  EXPECT_EQ(m.products, 0);
}

// Flash attention of Pallas with its default blocks of 128 x 128, 32 sequences of 8 heads 64 wide,
// on TPU v5e in bf16 and on one core of v2 in fp32 (jax-ml/jax, issue 24633, 30 and 31 October
// 2024). The cycles between blocks are fitted on v5e; v2 is left out.
TEST(AttentionMapping, DefaultBlocksTakeWhatWasMeasured) {
  constexpr double kBlock = 790;  // catalog/calibration/kernels/tpu.yaml
  const auto seconds = [&](double length, double clock, double arrays, double alus,
                           double bandwidth, double element) {
    ArrayChip c;
    c.array = 128;
    c.arrays = arrays;
    c.cycle = 1 / clock;
    c.scratchpad = 16 * 0x1p20;
    c.bandwidth = bandwidth;
    c.vector = alus * 1024 * clock;
    c.transcendental = c.vector / 4;
    c.round_trip = 1e-6;
    c.block = kBlock / clock;
    Kernel k{.kind = OpKind::Attention};
    k.compute = k.weights = element == 4 ? DType::Fp32 : DType::Bf16;
    k.batch = 32;
    k.q_len = k.kv_len = length;
    k.heads = k.kv_heads = 8;
    k.head_dim = k.v_head_dim = 64;
    k.causal = false;
    AttentionCut cut{128, 1, 128};
    cut.buffers = 3;
    return attention_mapped(c, array_attention(k), cut).duration;
  };
  const std::pair<double, double> v5e[] = {
      {512, 2.36}, {1024, 9.49}, {2048, 37.61}, {4096, 144.97}};
  for (const auto& [length, measured] : v5e)
    EXPECT_NEAR(seconds(length, 1.5e9, 4, 4, 819e9, 2) * 1e3 / measured, 1.0, 0.05) << length;
  const std::pair<double, double> v2[] = {
      {512, 6.87}, {1024, 23.34}, {2048, 85.49}, {4096, 326.28}};
  for (const auto& [length, measured] : v2)
    EXPECT_NEAR(seconds(length, 0.7e9, 1, 2, 350e9, 4) * 1e3 / measured, 1.0, 0.25) << length;
}

// Two cores, one sequence with one KV head: pieces of the keys keep both at work.
TEST(AttentionMapping, CoresShareTheKeysOfALoneBlockOfQueries) {
  Kernel k{.kind = OpKind::Attention};
  k.batch = k.q_len = k.heads = k.kv_heads = 1;
  k.kv_len = 4096;
  k.head_dim = k.v_head_dim = 4;
  ArrayChip c = chip_with_vectors(1e4);
  c.nest = {{1e4, 0, 0, 2}};
  const AttentionMapping best = best_attention_mapping(c, array_attention(k));
  EXPECT_EQ(best.cut.pieces, 2);
  AttentionCut whole = best.cut;
  whole.pieces = 1;
  const AttentionMapping alone = attention_mapped(c, array_attention(k), whole);
  EXPECT_DOUBLE_EQ(alone.products, 2 * best.products);
  // Each piece's sums go out and come back: 4 values, a maximum and a sum.
  EXPECT_DOUBLE_EQ(best.bytes[0], alone.bytes[0] + 2 * 2 * 6 * 4.0);
}

}  // namespace
}  // namespace orrery
