#include "orrery/ops/op_graph.hpp"

#include <algorithm>

namespace orrery {
namespace {

double layer_parameters(const Layer& layer, bool active) {
  double total = 0;
  for (const Op& op : layer.ops) {
    if (!op.reuses_weights)
      total += static_cast<double>(active ? op.active_parameters : op.parameters);
  }
  return total;
}

// The graph's own weights; `active` counts what one token uses.
double own_parameters(const OpGraph& graph, bool active) {
  double total = layer_parameters(graph.input, active) + layer_parameters(graph.output, active);
  for (const LayerRun& run : graph.body) {
    total +=
        run.count * layer_parameters(graph.layers[static_cast<std::size_t>(run.layer)], active);
  }
  return total;
}

double layer_flops(const Layer& layer, double tokens, double sequence) {
  double total = 0;
  for (const Op& op : layer.ops) total += forward_flops(op, tokens, sequence);
  return total;
}

}  // namespace

double parameters(const OpGraph& graph, ExtraHeads heads) {
  double total = own_parameters(graph, false);
  if (heads == ExtraHeads::Counted) {
    for (const Layer& head : graph.extra_heads) total += layer_parameters(head, false);
  }
  for (const Tower& tower : graph.towers) total += parameters(tower.graph, heads);
  return total;
}

double active_parameters(const OpGraph& graph) { return own_parameters(graph, true); }

int depth(const OpGraph& graph) {
  int total = 0;
  for (const LayerRun& run : graph.body) total += run.count;
  return total;
}

bool has_experts(const OpGraph& graph) {
  return std::any_of(graph.layers.begin(), graph.layers.end(), [](const Layer& layer) {
    return std::any_of(layer.ops.begin(), layer.ops.end(),
                       [](const Op& op) { return op.kind == OpKind::GroupedMatmul; });
  });
}

double mean_keys(const AttentionShape& shape, double sequence) {
  const double s = sequence / static_cast<double>(std::max<std::int64_t>(shape.compress, 1));
  if (shape.selected > 0 || shape.recent > 0) {
    // The picked keys are a window in number, wherever they lie.
    AttentionShape part = shape;
    part.selected = part.recent = 0;
    if (shape.selected > 0) part.window = shape.selected;
    double keys = mean_keys(part, sequence);
    if (shape.recent > 0) {
      part.window = shape.recent;
      part.compress = 1;
      keys += mean_keys(part, sequence);
    }
    return keys;
  }
  const double w = static_cast<double>(shape.window);
  if (shape.window > 0 && w < s) {
    if (shape.chunked) return shape.causal ? (w + 1) / 2 : w;
    // The first w queries see 1..w keys, the others w each.
    return shape.causal ? (w * (w + 1) / 2 + (s - w) * w) / s : w;
  }
  return shape.causal && !shape.cross ? (s + 1) / 2 : s;
}

double forward_flops(const Op& op, double tokens, double sequence) {
  const AttentionShape& a = op.attention;
  const double rows = tokens * op.rows_per_token;
  const auto d = [](std::int64_t v) { return static_cast<double>(v); };
  switch (op.kind) {
    case OpKind::Matmul:
      return 2.0 * rows * d(op.n) * d(op.k);
    case OpKind::GroupedMatmul:
      return 2.0 * rows * d(op.moe.top_k) * d(op.n) * d(op.k);
    case OpKind::Attention:
      return 2.0 * rows * d(a.heads) * (d(a.head_dim) + d(a.v_head_dim)) * mean_keys(a, sequence);
    case OpKind::SparseIndex:
      return 2.0 * rows * d(a.heads) * d(a.head_dim) * mean_keys(a, sequence);
    case OpKind::LinearAttention:  // state update and read: two [head_dim, v_head_dim] products a
                                   // head
      return 4.0 * rows * d(a.heads) * d(a.head_dim) * d(a.v_head_dim);
    case OpKind::StateSpace:
      return 4.0 * rows * d(a.heads) * d(a.head_dim) * d(a.state);
    case OpKind::Convolution:
      return 2.0 * rows * d(op.n) * d(op.k);
    case OpKind::Norm:
    case OpKind::Elementwise:
    case OpKind::Embedding:
    case OpKind::Router:
    case OpKind::Permute:
    case OpKind::CrossEntropy:
      return 0.0;
  }
  return 0.0;
}

double forward_flops(const OpGraph& graph, double sequence) {
  double total =
      layer_flops(graph.input, sequence, sequence) + layer_flops(graph.output, sequence, sequence);
  for (const LayerRun& run : graph.body) {
    total += run.count *
             layer_flops(graph.layers[static_cast<std::size_t>(run.layer)], sequence, sequence);
  }
  for (const Tower& tower : graph.towers) {
    if (tower.tokens_per_sequence > 0)
      total += forward_flops(tower.graph, tower.tokens_per_sequence);
  }
  return total;
}

double kv_cache_elements_per_token(const OpGraph& graph) {
  double total = 0;
  for (const LayerRun& run : graph.body) {
    for (const Op& op : graph.layers[static_cast<std::size_t>(run.layer)].ops) {
      total += run.count * static_cast<double>(op.cache);
    }
  }
  return total;
}

double state_elements_per_sequence(const OpGraph& graph) {
  double total = 0;
  for (const LayerRun& run : graph.body) {
    for (const Op& op : graph.layers[static_cast<std::size_t>(run.layer)].ops) {
      total += run.count * static_cast<double>(op.state_elements);
    }
  }
  return total;
}

void compute_outputs_for(OpGraph& graph, double share_of_positions) {
  for (Op& op : graph.output.ops) op.rows_per_token *= share_of_positions;
}

}  // namespace orrery
