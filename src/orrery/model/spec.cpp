#include "orrery/model/spec.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace orrery {
namespace {

// A pattern spelled out to one letter a layer; too long a one is left for check().
std::string spelled_out(const std::string& pattern, std::int64_t layers) {
  std::string letters;
  for (const char c : pattern) {
    if (c != ' ' && c != '\n') letters += c;
  }
  if (letters.empty() || layers <= 0 || static_cast<std::int64_t>(letters.size()) > layers)
    return letters;
  std::string out;
  for (std::int64_t i = 0; i < layers; ++i)
    out += letters[static_cast<std::size_t>(i) % letters.size()];
  return out;
}

std::string mlp_pattern(const ModelSpec& spec) {
  std::string out;
  for (std::int64_t i = 0; i < spec.layers; ++i) {
    const bool experts = spec.moe && i >= spec.moe->dense_first && spec.moe->every > 0 &&
                         (i + 1 - spec.moe->dense_first) % spec.moe->every == 0;
    out += experts ? 'E' : 'D';
  }
  return out;
}

// Where a key stands, or the map that should hold it.
const Node& at(const Node& node, const char* key) {
  const Node* found = node.find(key);
  return found == nullptr ? node : *found;
}

class Checker {
 public:
  Checker(const Node& node, Diagnostics& problems) : node_(node), problems_(problems) {}

  void positive(const char* key, std::int64_t value, std::int64_t most) {
    if (value <= 0) say(key, fmt::format("saw {} = {}; expected a positive integer", key, value));
    if (value > most) say(key, fmt::format("saw {} = {}; expected at most {}", key, value, most));
  }
  void not_negative(const char* key, std::int64_t value, std::int64_t most) {
    if (value < 0) say(key, fmt::format("saw {} = {}; expected zero or more", key, value));
    if (value > most) say(key, fmt::format("saw {} = {}; expected at most {}", key, value, most));
  }
  void holds(bool truth, const char* key, const std::string& what) {
    if (!truth) say(key, what);
  }
  void say(const char* key, const std::string& what) {
    problems_.push_back({at(node_, key).where(), what});
  }

 private:
  const Node& node_;
  Diagnostics& problems_;
};

// Far above any model; products of these stay inside 64 bits.
constexpr std::int64_t kWidest = 1 << 20;
constexpr std::int64_t kMostHeads = 1 << 14;
constexpr std::int64_t kMostRows = 1 << 24;  // of an embedding
constexpr std::int64_t kDeepest = 100'000;   // layers
constexpr std::int64_t kMostExperts = 1 << 16;
constexpr std::int64_t kLongest = std::int64_t{1} << 40;

bool uses(const std::string& pattern, const char* letters) {
  return pattern.find_first_of(letters) != std::string::npos;
}

void check_pattern(const std::string& pattern, const char* key, const char* known,
                   std::int64_t layers, Checker& checker) {
  const auto odd = pattern.find_first_not_of(known);
  if (odd != std::string::npos) {
    checker.say(key, fmt::format("saw '{}'; expected letters of {}", pattern[odd], known));
  }
  const auto letters = static_cast<std::int64_t>(pattern.size());
  checker.holds(letters <= layers || layers <= 0, key,
                fmt::format("saw {} letters; expected at most the {} layers", letters, layers));
  checker.holds(letters > 0, key, "saw no letter; expected one a layer");
}

// The prediction modules' layers need the same blocks as the main stack's would.
void check_modules(const ModelSpec& m, Checker& c) {
  check_pattern(m.mtp_mixers, "mtp_mixers", "FWCLMSH-", m.mtp_layers, c);
  check_pattern(m.mtp_mlps, "mtp_mlps", "DE-", m.mtp_layers, c);
  const bool local = uses(m.mtp_mixers, "WCSH");
  const bool compressed = uses(m.mtp_mixers, "SH");
  const bool described =
      (!local || m.local) && (!compressed || m.compressed) &&
      (!uses(m.mtp_mixers, "S") || m.indexer) && (!uses(m.mtp_mixers, "L") || m.linear) &&
      (!uses(m.mtp_mixers, "M") || m.mamba) && (!uses(m.mtp_mixers, "FWC") || m.heads > 0);
  c.holds(described, "mtp_mixers", "saw a letter whose block is missing; expected that block too");
  c.holds(!uses(m.mtp_mlps, "E") || m.moe, "mtp_mlps", "saw E; expected a block 'moe'");
  c.holds(!uses(m.mtp_mlps, "D") || m.ffn > 0, "mtp_mlps", "saw D; expected a positive ffn");
}

void check_attention(const ModelSpec& m, Checker& c) {
  c.positive("heads", m.heads, kMostHeads);
  c.positive("kv_heads", m.kv_heads, kMostHeads);
  c.positive("head_dim", m.head_dim, kMostHeads);
  c.positive("v_head_dim", m.v_head_dim, kMostHeads);
  if (m.heads > 0 && m.kv_heads > 0) {
    c.holds(
        m.heads % m.kv_heads == 0, "kv_heads",
        fmt::format("saw {} kv_heads; expected a divisor of the {} heads", m.kv_heads, m.heads));
  }
}

void check_local(const LocalAttention& l, const Node& node, Diagnostics& problems) {
  Checker c(node, problems);
  c.positive("window", l.window, kLongest);
  c.positive("heads", l.heads, kMostHeads);
  c.positive("kv_heads", l.kv_heads, kMostHeads);
  c.positive("head_dim", l.head_dim, kMostHeads);
  c.positive("v_head_dim", l.v_head_dim, kMostHeads);
  c.holds(l.kv_heads <= 0 || l.heads % l.kv_heads == 0, "kv_heads",
          fmt::format("saw {} kv_heads; expected a divisor of the {} heads", l.kv_heads, l.heads));
}

void check_experts(const Experts& e, const Node& node, Diagnostics& problems) {
  Checker c(node, problems);
  c.positive("experts", e.experts, kMostExperts);
  c.positive("top_k", e.top_k, kMostExperts);
  c.positive("ffn", e.ffn, kWidest);
  c.not_negative("shared_ffn", e.shared_ffn, kWidest);
  c.not_negative("dense_first", e.dense_first, kDeepest);
  c.positive("every", e.every, kDeepest);
  c.not_negative("latent", e.latent, kWidest);
  c.not_negative("hash_layers", e.hash_layers, kDeepest);
  c.holds(e.top_k <= e.experts, "top_k",
          fmt::format("saw top_k = {}; expected at most the {} experts", e.top_k, e.experts));
}

void check_blocks(const ModelSpec& m, const Node& node, Diagnostics& problems) {
  if (m.mla) {
    Checker c(at(node, "mla"), problems);
    c.not_negative("q_lora", m.mla->q_lora, kWidest);
    c.positive("kv_lora", m.mla->kv_lora, kWidest);
    c.positive("qk_nope", m.mla->qk_nope, kMostHeads);
    c.not_negative("qk_rope", m.mla->qk_rope, kMostHeads);
    c.positive("v", m.mla->v, kMostHeads);
  }
  if (m.indexer) {
    Checker c(at(node, "indexer"), problems);
    c.positive("heads", m.indexer->heads, kMostHeads);
    c.positive("head_dim", m.indexer->head_dim, kMostHeads);
    c.positive("top_k", m.indexer->top_k, kLongest);
  }
  if (m.compressed) {
    Checker c(at(node, "compressed"), problems);
    c.positive("sparse_ratio", m.compressed->sparse_ratio, kMostHeads);
    c.positive("heavy_ratio", m.compressed->heavy_ratio, kMostHeads);
    c.positive("q_lora", m.compressed->q_lora, kWidest);
    c.positive("out_groups", m.compressed->out_groups, kMostHeads);
    c.positive("out_lora", m.compressed->out_lora, kWidest);
    c.holds(m.compressed->out_groups <= 0 || m.heads % m.compressed->out_groups == 0, "out_groups",
            fmt::format("saw {} groups; expected a divisor of the {} heads",
                        m.compressed->out_groups, m.heads));
  }
  if (m.mamba) {
    Checker c(at(node, "mamba"), problems);
    c.positive("heads", m.mamba->heads, kMostHeads);
    c.positive("head_dim", m.mamba->head_dim, kMostHeads);
    c.positive("state", m.mamba->state, kMostHeads);
    c.positive("groups", m.mamba->groups, kMostHeads);
    c.positive("conv", m.mamba->conv, kMostHeads);
  }
  if (m.linear) {
    Checker c(at(node, "linear"), problems);
    c.positive("key_heads", m.linear->key_heads, kMostHeads);
    c.positive("value_heads", m.linear->value_heads, kMostHeads);
    c.positive("key_dim", m.linear->key_dim, kMostHeads);
    c.positive("value_dim", m.linear->value_dim, kMostHeads);
    c.positive("conv", m.linear->conv, kMostHeads);
  }
  if (m.vision) {
    Checker c(at(node, "vision"), problems);
    c.positive("layers", m.vision->layers, kDeepest);
    c.positive("hidden", m.vision->hidden, kWidest);
    c.positive("ffn", m.vision->ffn, kWidest);
    c.positive("heads", m.vision->heads, kMostHeads);
    c.not_negative("head_dim", m.vision->head_dim, kMostHeads);
    c.not_negative("patch_inputs", m.vision->patch_inputs, kWidest);
    c.not_negative("positions", m.vision->positions, kMostRows);
    c.positive("merge", m.vision->merge, kMostHeads);
    c.not_negative("projector_ffn", m.vision->projector_ffn, kWidest);
    c.holds(m.vision->tokens >= 0, "tokens", "saw a negative count; expected zero or more");
  }
  if (m.encoder) {
    Checker c(at(node, "encoder"), problems);
    c.positive("layers", m.encoder->layers, kDeepest);
    c.holds(m.encoder->tokens > 0, "tokens", "expected a positive count of encoder tokens");
  }
}

}  // namespace

void complete(ModelSpec& m) {
  if (m.kv_heads == 0) m.kv_heads = m.heads;
  if (m.head_dim == 0 && m.heads > 0) m.head_dim = m.hidden / m.heads;
  if (m.v_head_dim == 0) m.v_head_dim = m.head_dim;
  if (m.learned_positions) m.rotary = false;
  if (m.block_norms == 0) m.block_norms = m.parallel_block ? 1 : 2;
  if (m.local) {
    if (m.local->heads == 0) m.local->heads = m.heads;
    if (m.local->kv_heads == 0) m.local->kv_heads = m.kv_heads;
    if (m.local->head_dim == 0) m.local->head_dim = m.head_dim;
    if (m.local->v_head_dim == 0)
      m.local->v_head_dim = m.local->head_dim == m.head_dim ? m.v_head_dim : m.local->head_dim;
    m.local->sinks = m.local->sinks || m.sinks;
  }
  if (m.linear) {
    if (m.linear->value_heads == 0) m.linear->value_heads = m.linear->key_heads;
    if (m.linear->value_dim == 0) m.linear->value_dim = m.linear->key_dim;
  }
  if (m.layers < 0 || m.layers > kDeepest) return;  // check() says so
  m.mixers = spelled_out(m.mixers, m.layers);
  m.mlps = m.mlps.empty() ? mlp_pattern(m) : spelled_out(m.mlps, m.layers);
  if (m.mtp_layers < 0 || m.mtp_layers > kDeepest) return;
  if (m.mtp_mixers.empty() && !m.mixers.empty())
    m.mtp_mixers = m.mixers.substr(m.mixers.size() - 1);
  if (m.mtp_mlps.empty() && !m.mlps.empty()) m.mtp_mlps = m.mlps.substr(m.mlps.size() - 1);
}

void check(const ModelSpec& m, const Node& node, Diagnostics& problems) {
  Checker c(node, problems);
  c.positive("layers", m.layers, kDeepest);
  c.positive("hidden", m.hidden, kWidest);
  c.positive("vocabulary", m.vocabulary, kMostRows);
  c.not_negative("positions", m.positions, kLongest);
  c.not_negative("token_types", m.token_types, kWidest);
  c.not_negative("position_buckets", m.position_buckets, kWidest);
  c.not_negative("mtp_layers", m.mtp_layers, kDeepest);
  c.positive("residual_streams", m.residual_streams, 1024);
  c.not_negative("residual_block", m.residual_block, kDeepest);
  check_pattern(m.mixers, "mixers", "FWCLMSH-", m.layers, c);
  check_pattern(m.mlps, "mlps", "DE-", m.layers, c);
  if (m.mtp_layers > 0) check_modules(m, c);
  const bool attends = uses(m.mixers, "FWCSH") || m.heads != 0;
  if (attends) check_attention(m, c);
  const bool dense = uses(m.mlps, "D") || (m.moe && m.moe->beside_dense) || m.ffn != 0;
  if (dense) c.positive("ffn", m.ffn, kWidest);
  c.holds(m.block_norms == 1 || m.block_norms == 2, "block_norms", "expected 1 or 2");
  c.holds(!uses(m.mixers, "WC") || m.local, "mixers",
          "saw local layers (W, C); expected a block 'local'");
  c.holds(!uses(m.mixers, "L") || m.linear, "mixers", "saw layers L; expected a block 'linear'");
  c.holds(!uses(m.mixers, "M") || m.mamba, "mixers", "saw layers M; expected a block 'mamba'");
  c.holds(!uses(m.mixers, "SH") || m.compressed, "mixers",
          "saw compressed layers (S, H); expected a block 'compressed'");
  c.holds(!uses(m.mixers, "S") || m.indexer, "mixers", "saw layers S; expected a block 'indexer'");
  c.holds(!uses(m.mixers, "SH") || m.local, "mixers",
          "saw compressed layers (S, H); expected a block 'local' with their window");
  c.holds(!uses(m.mlps, "E") || m.moe, "mlps", "saw layers E; expected a block 'moe'");
  c.holds(m.kind != ModelKind::EncoderDecoder || m.encoder, "kind",
          "saw an encoder_decoder; expected a block 'encoder'");
  c.not_negative("patch_inputs", m.patch_inputs, kWidest);
  c.holds(m.kind != ModelKind::Vit || (m.patch_inputs > 0 && m.positions > 0), "kind",
          "saw a vit; expected patch_inputs and positions");
  if (m.local) check_local(*m.local, at(node, "local"), problems);
  if (m.moe) check_experts(*m.moe, at(node, "moe"), problems);
  check_blocks(m, node, problems);
}

template <>
void read_into<ModelSpec>(const Node& node, ModelSpec& out, Diagnostics& problems) {
  if (!node.is_map()) {
    detail::report_mismatch(node, "a map of keys", problems);
    return;
  }
  const std::size_t before = problems.size();
  FieldReader reader(node, problems);
  describe(reader, out);
  reader.finish();
  complete(out);
  // What was not read is not judged: each mistake is told once.
  if (problems.size() == before) check(out, node, problems);
}

}  // namespace orrery
