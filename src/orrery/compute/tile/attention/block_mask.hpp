// BlockMask: which blocks of queries and keys of an attention hold a score that a causal mask or a
// window leaves. Whole blocks are skipped; counts are closed forms, exact for any sizes.
#pragma once

namespace orrery {

// The queries are the last of the keys' positions. A window of a causal attention ends with the
// query's own key; of another one it lies around it.
struct AttentionMask {
  double queries = 1, keys = 1;
  double window = 0;  // 0: none
  bool causal = true;
};

struct BlockVisits {
  double pairs = 0;  // of a block of queries and a block of keys, with a score that is seen
  double of_last_queries = 0, of_last_keys = 0, of_both = 0;  // of them: the blocks at the ends
  double queries = 0, keys = 0;                  // elements of those blocks, pair by pair
  double touched_queries = 0, touched_keys = 0;  // in a pair at all
};

BlockVisits block_visits(const AttentionMask& mask, double query_block, double key_block);

// Scores that are seen.
double seen_scores(const AttentionMask& mask);

}  // namespace orrery
