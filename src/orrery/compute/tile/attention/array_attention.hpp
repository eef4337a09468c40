// ArrayAttention: one attention as systolic arrays and the vector units beside them see it: the
// products and the operations of a block of scores, and the bytes of a row of queries or of a key.
#pragma once
#include <array>
#include <cstddef>

#include "orrery/compute/tile/array_product.hpp"
#include "orrery/compute/tile/attention/block_mask.hpp"

namespace orrery {

// Bytes of one row of queries (one head's), or of one key and value, as they go between memories.
struct AttentionBytes {
  double in = 0;    // whenever it comes to be worked on
  double once = 0;  // besides, read one time
  double sum = 0;   // of what is added up for it, in fp32, while it is not finished
  double out = 0;   // once finished
};

struct ArrayAttention {
  AttentionMask mask;
  double count = 1;                // KV heads of all sequences
  double kv_heads = 1;             // of one sequence
  double group = 1;                // query heads that share one of them
  double head = 128, value = 128;  // widths of what makes scores and of what they weigh
  double page = 1;                 // keys come in whole pages of so many
  bool is_backward = false;
  double element = 2;  // bytes of what is multiplied
  double score = 6;    // bytes that one score of a block takes in the scratchpad
  AttentionBytes row, key;
};

// The products of a block of `rows` and `keys`; each also reads what it multiplies from the
// scratchpad and leaves its sums there.
struct ScoreProducts {
  std::array<ArrayProduct, 5> product{};
  std::size_t count = 0;
};
ScoreProducts score_products(const ArrayAttention& attention, double rows, double keys);

// The same products on vector units, in operations: multiplied, added, and each key widened.
double product_operations(const ArrayAttention& attention, double rows, double keys);

// Vector operations, those on the transcendental units among them, of so many scores, rescalings
// of rows (one a row and block of keys), and rows in all.
struct ScoreOperations {
  double operations = 0, transcendentals = 0;
};
ScoreOperations score_operations(const ArrayAttention& attention, double scores, double rescaled,
                                 double rows);

// Multiply-adds of the scores that are seen, twice.
double useful_flops(const ArrayAttention& attention);

// Fused: scores stay on chip.
ArrayAttention array_attention(const Kernel& kernel);

}  // namespace orrery
