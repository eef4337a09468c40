// The blocks that build() stacks: each function appends the ops of one part of a layer.
//
// Their one rule: a tensor kept for backward is counted once, on the op that reads it (op.hpp,
// `saved`).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "orrery/model/spec.hpp"
#include "orrery/ops/op_graph.hpp"

namespace orrery::blocks {

using Ops = std::vector<Op>;

// Whether an op keeps its input for backward, or an earlier op that reads the same tensor does.
enum class Keeps : std::uint8_t { Input, Nothing };
enum class Bias : std::uint8_t { No, Yes };

inline Bias bias_if(bool wanted) { return wanted ? Bias::Yes : Bias::No; }

Op matmul(std::string name, std::int64_t k, std::int64_t n, Sharding sharding, Bias bias,
          Keeps keeps = Keeps::Input);
Op norm(std::string name, std::int64_t features, NormKind kind,
        Sharding sharding = Sharding::Sequence);
Op elementwise(std::string name, std::int64_t reads, std::int64_t writes, Sharding sharding);
Op convolution(std::string name, std::int64_t features, std::int64_t taps, Bias bias,
               Sharding sharding);

// The mixer of one letter (spec.hpp, `mixers`), from its projections to its output projection.
void add_mixer(const ModelSpec& spec, char letter, Ops& ops);
void add_attention(const ModelSpec& spec, char letter, Ops& ops);
void add_latent_attention(const ModelSpec& spec, Ops& ops);
void add_compressed_attention(const ModelSpec& spec, char letter, Ops& ops);
void add_indexer(const Indexer& indexer, std::int64_t queries_from, std::int64_t keys_from,
                 Ops& ops);
void add_cross_attention(const ModelSpec& spec, double encoder_tokens_per_token, Ops& ops);
void add_linear_attention(const ModelSpec& spec, Ops& ops);
void add_mamba(const ModelSpec& spec, Ops& ops);

// The MLP of one letter (spec.hpp, `mlps`).
void add_mlp(const ModelSpec& spec, char letter, Ops& ops);
void add_dense(const ModelSpec& spec, Ops& ops);
void add_experts(const ModelSpec& spec, Ops& ops);

// Dropout after a block, its norm where outputs are normed, and the residual add. `index`: "1",
// "2".
void add_residual(const ModelSpec& spec, const std::string& index, Ops& ops);
// The norm before a block, with the mixing of residual streams where there are several.
void add_block_norm(const ModelSpec& spec, const std::string& index, Ops& ops);

Layer input_layer(const ModelSpec& spec);
Layer output_layer(const ModelSpec& spec);
Layer layer_of(const ModelSpec& spec, char mixer, char mlp);
Layer prediction_module(const ModelSpec& spec, int index);
Tower vision_tower(const ModelSpec& spec);
Tower text_encoder(const ModelSpec& spec);

}  // namespace orrery::blocks
