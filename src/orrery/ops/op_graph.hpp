// OpGraph: a model as layers of Ops; a layer that repeats is stored once with its count.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "orrery/ops/op.hpp"

namespace orrery {

struct Layer {
  std::string name;  // "decoder", "moe", "mamba"
  std::vector<Op> ops;
};

struct LayerRun {
  int layer = 0;  // index into OpGraph::layers
  int count = 0;
};

// A part beside the main stack: a vision or text encoder, with its own tokens.
struct Tower;

struct OpGraph {
  std::string name;
  std::int64_t hidden = 0;
  std::int64_t vocabulary = 0;
  bool tied_embeddings = false;
  bool is_decoder = true;          // causal; false: an encoder (BERT, ViT), no decode step
  std::vector<Layer> layers;       // the distinct ones
  std::vector<LayerRun> body;      // in order of execution
  Layer input;                     // token, position and type embeddings
  Layer output;                    // final norm, head, cross-entropy
  std::vector<Layer> extra_heads;  // multi-token prediction modules, used in training
  std::vector<Tower> towers;
};

struct Tower {
  OpGraph graph;
  double tokens_per_sequence = 0.0;  // 0: text-only runs skip it (parameters still count)
};

// Weights, each once: experts all counted, tied weights once, towers included, extra heads on
// request.
enum class ExtraHeads : std::uint8_t { Left, Counted };
double parameters(const OpGraph&, ExtraHeads = ExtraHeads::Left);

// Weights that one token's forward pass multiplies with (top-k experts, shared ones), embedding
// included.
double active_parameters(const OpGraph&);

// Layers in the body.
int depth(const OpGraph&);

// The output head is computed for that share of the positions: masked language models look at no others.
void compute_outputs_for(OpGraph& graph, double share_of_positions);

// Whether any layer routes tokens to experts.
bool has_experts(const OpGraph&);

// Forward FLOPs of one sequence (2 per multiply-add) as the model runs it: causal attention counts
// the keys that a query really sees.
double forward_flops(const OpGraph&, double sequence);

// The same of one Op for `tokens` rows of sequences `sequence` long.
double forward_flops(const Op&, double tokens, double sequence);

// Mean number of keys that a query attends to in a causal (or full) sequence, with window or
// chunks.
double mean_keys(const AttentionShape&, double sequence);

// What one token of a sequence adds to the KV caches of all layers, compressed ones at their mean.
// A window does not lower it: a cache that drops what left the window is the caller's business.
double kv_cache_elements_per_token(const OpGraph&);

// What a sequence keeps whatever its length: scan states and convolution tails.
double state_elements_per_sequence(const OpGraph&);

}  // namespace orrery
