// Op: one operation of a model, per token and unsharded; how a plan may cut it; what it keeps.
//
// An Op knows features, not tokens: the same Op serves a micro-batch of 8,192 tokens and a decode
// step of one. Cutting it over chips and giving it tokens makes a Kernel (kernel.hpp).
#pragma once
#include <cstdint>
#include <string>

namespace orrery {

enum class OpKind : std::uint8_t {
  Matmul,           // [tokens, k] x [k, n]
  GroupedMatmul,    // tokens routed to experts, each with its own [k, n]
  Attention,        // softmax(Q K^T) V over `attention`
  LinearAttention,  // chunked linear recurrence with a [head_dim, v_head_dim] state a head (gated
                    // DeltaNet, KDA)
  StateSpace,       // Mamba-2 scan, state [head_dim, state] a head
  SparseIndex,      // DSA lightning indexer: scores of every query against every key, then top-k
  Convolution,      // short causal depthwise convolution over tokens
  Norm,             // layer or RMS norm over n features
  Elementwise,      // activation, residual, rotary: reads k, writes n features a token
  Embedding,        // gathers one row of n features a token
  Router,           // softmax or sigmoid over n experts and top-k
  Permute,          // tokens to expert order or back: reads and writes k features, top_k copies
  CrossEntropy,     // softmax, loss and its gradient over n classes in fp32
};

// How tensor, sequence and expert parallelism cut an Op and its saved inputs.
enum class Sharding : std::uint8_t {
  Replicated,  // every tensor rank does all of it (router, small MLA down-projections)
  Column,  // output features are cut; its input is whole, gathered first under sequence parallelism
  Row,  // input features are cut; its output is a partial sum: all-reduce or reduce-scatter follows
  Heads,       // attention heads are cut
  Inner,       // features between a Column and a Row op: cut like them
  Sequence,    // tokens between blocks (norms, residuals, dropout): cut only under sequence
               // parallelism
  Vocabulary,  // rows of the embedding or columns of the head, and the loss over them
  Experts,     // expert weights: cut by expert parallelism, then by expert-tensor parallelism
};

struct AttentionShape {
  std::int64_t heads = 0;
  std::int64_t kv_heads = 0;
  std::int64_t head_dim = 0;    // of queries and keys
  std::int64_t v_head_dim = 0;  // of values
  std::int64_t window = 0;      // keys a query sees at most; 0 = all of the sequence
  std::int64_t selected =
      0;  // keys that an indexer picks for a query; 0 = all. The cache keeps every key
  std::int64_t recent = 0;  // compressed attention: latest keys also seen uncompressed
  std::int64_t kv_latent =
      0;  // MLA: elements of the compressed cache a token (latent + rope); 0 = plain K and V
  std::int64_t state = 0;     // StateSpace: state size; SparseIndex: keys kept (top-k)
  std::int64_t compress = 1;  // keys are stored once per this many tokens (compressed attention)
  bool causal = true;
  bool chunked = false;  // window restarts every `window` tokens instead of sliding
  bool cross = false;    // keys come from the encoder
};

struct ExpertShape {
  std::int64_t experts = 0;
  std::int64_t top_k = 0;
};

struct Op {
  std::string name;  // "attention.qkv": stable, shown in reports
  OpKind kind = OpKind::Elementwise;
  Sharding sharding = Sharding::Replicated;
  std::int64_t n = 0;                  // output features
  std::int64_t k = 0;                  // input features
  std::int64_t parameters = 0;         // all weights of this Op, biases and every expert included
  std::int64_t active_parameters = 0;  // those one token uses
  AttentionShape attention;            // Attention, LinearAttention, StateSpace, SparseIndex
  ExpertShape moe;                     // GroupedMatmul, Router, Permute
  double rows_per_token =
      1.0;  // rows of this Op per token of the model (vision towers, T5 encoders)
  // What a token keeps for backward. Each tensor is counted once, on the Op whose backward reads it
  // as its input. A plan cuts it as the input lies: of a Row, Heads, Inner or Vocabulary-loss Op
  // like the features (by tensor parallelism); of a Column, Replicated, Sequence or
  // Vocabulary-matmul Op like Sequence (only under sequence parallelism); of an Experts Op by
  // expert-tensor parallelism only.
  double saved = 0.0;  // elements a token kept at activation precision, unsharded
  double saved_bytes =
      0.0;  // bytes a token kept whatever the precision (dropout masks, fp32 logits)
  double saved_bytes_per_score =
      0.0;                 // unfused attention: bytes a (head, query, key); fused keeps none
  std::int64_t cache = 0;  // elements a token added to the KV cache, unsharded (0: none)
  std::int64_t state_elements = 0;  // fixed state a sequence (linear attention, SSM), fp32 elements
  bool reuses_weights = false;      // weights belong to another Op (tied head)
  bool recompute_cheap =
      false;  // selective recompute drops its saved inputs (attention core, norms, activations)
};

}  // namespace orrery
