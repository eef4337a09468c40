// build: the ops that an architecture runs, with exact shapes and parameters.
//
// Names are stable; plans name them in recomputation lists. A layer of a dense decoder is
//   norm1 attention.qkv [attention.qk_norm] [attention.rotary] attention.core attention.out
//   [dropout1] residual1 norm2 mlp.gate_up (or mlp.up) mlp.act mlp.down [dropout2] residual2
// and one with experts has, after norm2,
//   router router.top_k moe.permute experts.gate_up experts.act experts.down moe.unpermute
//   [shared.*]
#pragma once
#include "orrery/model/spec.hpp"
#include "orrery/ops/op_graph.hpp"

namespace orrery {

// The spec must have been completed and checked (read<ModelSpec> and from_hf_config do so).
OpGraph build(const ModelSpec& spec);

}  // namespace orrery
