// Kernel: one launch on one chip, fully shaped. What a ComputeModel prices.
#pragma once
#include <cstdint>

#include "orrery/ops/dtype.hpp"
#include "orrery/ops/op.hpp"

namespace orrery {

enum class Pass : std::uint8_t { Forward, BackwardData, BackwardWeight, Backward };

// How operands are scaled on their way into a low-precision matrix unit: one scale for a tensor, a
// row, a block of 128 (applied outside the unit), or 32 elements (applied inside it: OCP's MX).
enum class Scaling : std::uint8_t { None, Tensor, Row, Block, Mx };

// Whether its FLOP are products of matrices; else they are a vector unit's.
constexpr bool runs_on_matrix_units(OpKind kind) {
  switch (kind) {
    case OpKind::Matmul:
    case OpKind::GroupedMatmul:
    case OpKind::Attention:
    case OpKind::LinearAttention:
    case OpKind::StateSpace:
    case OpKind::SparseIndex:
      return true;
    case OpKind::Convolution:
    case OpKind::Norm:
    case OpKind::Elementwise:
    case OpKind::Embedding:
    case OpKind::Router:
    case OpKind::Permute:
    case OpKind::CrossEntropy:
      return false;
  }
  return false;
}

// How the rows of a convolution's implicit product overlap: windows of side x side, `stride` apart,
// `across` x `down` of them in an image. Side 0: a plain product.
struct Windows {
  double side = 0, stride = 1, across = 0, down = 0;
};

// Elements of an MLA cache's token that carry position only (DeepSeek-V2, section 2.1.3).
inline constexpr double kLatentRope = 64.0;

struct Kernel {
  OpKind kind = OpKind::Elementwise;
  Pass pass = Pass::Forward;
  DType compute = DType::Bf16;  // what the matrix unit multiplies
  DType weights = DType::Bf16;  // how weights (or the KV cache) lie in memory
  Scaling scaling = Scaling::None;
  bool quantises_input = false;  // an activation-quantisation pass belongs to this launch

  // Matmul: count x ([m, k] x [k, n]). GroupedMatmul: m is the total of rows (token copies) on this
  // rank, `count` those of its experts that got any; each one's [k, n] weights are read.
  // Router: m tokens, each copied to `count` experts.
  // Embedding: m rows; backward adds into them. 0: bytes alone are known.
  double m = 0, n = 0, k = 0;
  double count = 1;
  Windows windows{};    // Matmul of a convolution: m outputs, k the elements of a window
  double heaviest = 0;  // GroupedMatmul: rows of the fullest expert; 0: all experts alike

  // Attention and its relatives: `batch` sequences of q_len queries over kv_len keys.
  double batch = 0, q_len = 0, kv_len = 0;
  double heads = 0, kv_heads = 0, head_dim = 0, v_head_dim = 0;
  double window = 0;     // 0: none
  double kv_latent = 0;  // > 0: MLA decode over the compressed cache
  double page = 0;       // tokens of a page of the cache; 0: it lies in one piece
  double state = 0;      // scans
  bool causal = true;
  bool fused = true;  // flash attention; false: scores go through memory
  bool appends_cache =
      false;  // serving prefill: rotary embedding and the KV cache's append belong to it
  bool left_in_cache = false;  // launched again and again: what fits into L2 is still there

  // Everything else is bound by what it moves.
  double bytes_read = 0, bytes_written = 0, flops = 0;
  // Norm, Elementwise, CrossEntropy over m rows of n features, Router over n experts; zero where
  // that is not known. Operations of vector units a feature; zero: those of the kind. A Norm with
  // exponentials, roots or divisions a feature is a softmax.
  double operations = 0, transcendentals = 0;
};

}  // namespace orrery
