#include "orrery/compute/tile/attention/block_mask.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "orrery/base/rng.hpp"

namespace orrery {
namespace {

// Score by score: whether query t sees key j.
bool sees(const AttentionMask& m, int t, int j) {
  const int own = int(m.keys) - int(m.queries) + t, window = int(m.window);
  if (m.causal) return j <= own && (window == 0 || j > own - window);
  if (window == 0) return true;
  return j >= own - window / 2 && j < own - window / 2 + window;
}

BlockVisits walked(const AttentionMask& m, int rows, int columns) {
  BlockVisits out;
  std::set<int> queries, keys;
  const int row_blocks = (int(m.queries) + rows - 1) / rows,
            column_blocks = (int(m.keys) + columns - 1) / columns;
  for (int i = 0; i < row_blocks; ++i) {
    for (int k = 0; k < column_blocks; ++k) {
      const int row_end = std::min(int(m.queries), (i + 1) * rows),
                column_end = std::min(int(m.keys), (k + 1) * columns);
      bool is_seen = false;
      for (int t = i * rows; t < row_end; ++t) {
        for (int j = k * columns; j < column_end; ++j) is_seen = is_seen || sees(m, t, j);
      }
      if (!is_seen) continue;
      out.pairs += 1;
      out.of_last_queries += i == row_blocks - 1;
      out.of_last_keys += k == column_blocks - 1;
      out.of_both += i == row_blocks - 1 && k == column_blocks - 1;
      out.queries += row_end - i * rows;
      out.keys += column_end - k * columns;
      for (int t = i * rows; t < row_end; ++t) queries.insert(t);
      for (int j = k * columns; j < column_end; ++j) keys.insert(j);
    }
  }
  out.touched_queries = double(queries.size());
  out.touched_keys = double(keys.size());
  return out;
}

AttentionMask any_mask(Rng& rng) {
  AttentionMask m;
  m.queries = double(1 + rng.below(50));
  m.keys = rng.below(3) == 0 ? m.queries : double(1 + rng.below(50));
  m.causal = rng.below(3) != 0;
  m.window = rng.below(2) == 0 ? 0 : double(1 + rng.below(60));
  return m;
}

TEST(BlockMask, CountsEqualThoseOfEveryScoreLookedAt) {
  Rng rng(31, "masks");
  for (int i = 0; i < 20000; ++i) {
    const AttentionMask m = any_mask(rng);
    const int rows = 1 + int(rng.below(20)), columns = 1 + int(rng.below(20));
    const BlockVisits ours = block_visits(m, rows, columns),
                      theirs =
                          walked(m, std::min(rows, int(m.queries)), std::min(columns, int(m.keys)));
    const auto what = ::testing::Message()
                      << m.queries << " x " << m.keys << " window " << m.window << " causal "
                      << m.causal << " blocks " << rows << " x " << columns;
    ASSERT_EQ(ours.pairs, theirs.pairs) << what;
    ASSERT_EQ(ours.of_last_queries, theirs.of_last_queries) << what;
    ASSERT_EQ(ours.of_last_keys, theirs.of_last_keys) << what;
    ASSERT_EQ(ours.of_both, theirs.of_both) << what;
    ASSERT_EQ(ours.queries, theirs.queries) << what;
    ASSERT_EQ(ours.keys, theirs.keys) << what;
    ASSERT_EQ(ours.touched_queries, theirs.touched_queries) << what;
    ASSERT_EQ(ours.touched_keys, theirs.touched_keys) << what;
  }
}

TEST(BlockMask, SeenScoresAreBlocksOfOne) {
  for (double queries = 1; queries <= 12; ++queries) {
    for (double keys = 1; keys <= 12; ++keys) {
      for (double window = 0; window <= 14; ++window) {
        for (const bool causal : {true, false}) {
          const AttentionMask mask{queries, keys, window, causal};
          ASSERT_EQ(seen_scores(mask), block_visits(mask, 1, 1).pairs)
              << queries << " " << keys << " " << window << " " << causal;
        }
      }
    }
  }
}

TEST(BlockMask, ACausalSquareHasHalfItsScoresAndTheDiagonal) {
  EXPECT_EQ(seen_scores({.queries = 4096, .keys = 4096}), 4096.0 * 4097 / 2);
  EXPECT_EQ(seen_scores({.queries = 1, .keys = 100000}), 100000);
  EXPECT_EQ(seen_scores({.queries = 1e6, .keys = 1e6, .causal = false}), 1e12);
}

}  // namespace
}  // namespace orrery
