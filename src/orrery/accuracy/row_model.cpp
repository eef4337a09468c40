#include "orrery/accuracy/row_model.hpp"

#include "orrery/model/build.hpp"
#include "orrery/model/spec.hpp"

namespace orrery {
namespace {

std::int64_t whole(const TableRow& row, const char* column) {
  return static_cast<std::int64_t>(row.number(column).value_or(0.0));
}

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

// The conventions of the family that a name announces, over the row's shape.
ModelSpec spec_of_columns(const TableRow& row) {
  ModelSpec spec;
  const std::string name = folded(row.text("model"));
  spec.name = row.text("model");
  spec.layers = whole(row, "layers");
  spec.hidden = whole(row, "hidden");
  spec.ffn = whole(row, "ffn");
  spec.heads = whole(row, "heads");
  spec.kv_heads = whole(row, "kv_heads");
  spec.head_dim = whole(row, "head_dim");
  spec.vocabulary = whole(row, "vocab");
  const bool gpt = name.starts_with("gpt") && !contains(name, "oss");
  const bool megatron = gpt || contains(name, "megatron");
  const bool mpt = name.starts_with("mpt");
  const bool maxtext_default = contains(name, "maxtext");
  const bool bert = name.starts_with("bert");
  if (megatron || mpt || maxtext_default || bert || contains(name, "opt") ||
      contains(name, "falcon") || contains(name, "bloom") ||
      contains(folded(row.text("notes")), "2matrices")) {
    spec.gated = false;
  }
  if (megatron || mpt || bert) spec.tied_embeddings = true;
  if (megatron || bert) {
    spec.norm = NormKind::Layer;
    spec.attention_bias = spec.mlp_bias = true;
    spec.learned_positions = true;
    spec.positions = std::max<std::int64_t>(2048, whole(row, "seq_len"));
    spec.dropout = true;
  }
  if (mpt) {
    spec.norm = NormKind::LayerNoBias;
    spec.rotary = false;
  }
  if (bert) spec.kind = ModelKind::Encoder;
  if (const std::int64_t experts = whole(row, "experts"); experts > 1) {
    Experts moe;
    moe.experts = experts;
    moe.top_k = std::max<std::int64_t>(1, whole(row, "topk"));
    moe.ffn = spec.ffn;
    spec.moe = moe;
  }
  complete(spec);
  return spec;
}

// The rule that matches, else the catalog's longest name that the row's holds.
std::optional<std::string> catalog_name(const TableRow& row, const Names& names,
                                        const Catalog& catalog) {
  if (auto ruled = lookup(names.models, row.text("model"), row.text("framework"))) return ruled;
  const std::string text = folded(row.text("model"));
  std::string best;
  for (const std::string& name : catalog.names("models")) {
    const std::string known = folded(name);
    if (known.size() > folded(best).size() && contains(text, known.c_str())) best = name;
  }
  return best.empty() ? std::nullopt : std::optional(best);
}

bool same_shape(const OpGraph& graph, const TableRow& row) {
  const std::int64_t layers = whole(row, "layers"), hidden = whole(row, "hidden");
  return (layers == 0 || depth(graph) == layers) && (hidden == 0 || graph.hidden == hidden);
}

}  // namespace

std::optional<OpGraph> row_model(const TableRow& row, const Names& names, const Catalog& catalog) {
  if (const auto name = catalog_name(row, names, catalog)) {
    Node node;
    node.kind = Node::Kind::Scalar;
    node.scalar = *name;
    auto graph = catalog.model(node);
    if (graph && same_shape(*graph, row)) {
      if (contains(folded(row.text("model")), "womtp")) graph->extra_heads.clear();
      return *graph;
    }
  }
  for (const char* column : {"layers", "hidden", "ffn", "heads", "vocab"}) {
    if (whole(row, column) < 1) return std::nullopt;
  }
  return build(spec_of_columns(row));
}

}  // namespace orrery
