#include "orrery/program/shard.hpp"

#include <algorithm>

#include "orrery/ops/op_graph.hpp"

namespace orrery {
namespace {

double d(std::int64_t v) { return static_cast<double>(v); }

bool is_matrix(const Op& op) {
  return op.kind == OpKind::Matmul || op.kind == OpKind::GroupedMatmul;
}

}  // namespace

const char* name_of(Work work) {
  switch (work) {
    case Work::Linear:
      return "linear";
    case Work::Attention:
      return "attention";
    case Work::Experts:
      return "experts";
    case Work::Elementwise:
      return "elementwise";
    case Work::Vocabulary:
      return "vocabulary";
    case Work::Optimizer:
      return "optimizer";
  }
  return "";
}

const char* name_of(CommPurpose traffic) {
  switch (traffic) {
    case CommPurpose::Tensor:
      return "tensor";
    case CommPurpose::Context:
      return "context";
    case CommPurpose::Expert:
      return "expert";
    case CommPurpose::Data:
      return "data";
    case CommPurpose::Pipeline:
      return "pipeline";
    case CommPurpose::Host:
      return "host";
  }
  return "";
}

const char* name_of(Phase phase) {
  switch (phase) {
    case Phase::Forward:
      return "forward";
    case Phase::Recompute:
      return "recompute";
    case Phase::Backward:
      return "backward";
  }
  return "";
}

Work Shard::work_of(const Op& op) {
  if (op.sharding == Sharding::Vocabulary) return Work::Vocabulary;
  switch (op.kind) {
    case OpKind::Matmul:
      return Work::Linear;
    case OpKind::GroupedMatmul:
    case OpKind::Router:
    case OpKind::Permute:
      return Work::Experts;
    case OpKind::Attention:
    case OpKind::LinearAttention:
    case OpKind::StateSpace:
    case OpKind::SparseIndex:
      return Work::Attention;
    case OpKind::CrossEntropy:
    case OpKind::Embedding:
      return Work::Vocabulary;
    case OpKind::Convolution:
    case OpKind::Norm:
      return Work::Elementwise;
    case OpKind::Elementwise:
      return op.sharding == Sharding::Experts ? Work::Experts : Work::Elementwise;
  }
  return Work::Elementwise;
}

// How many ranks share an Op's features.
double Shard::features_cut(const Op& op) const {
  switch (op.sharding) {
    case Sharding::Column:
    case Sharding::Row:
    case Sharding::Heads:
    case Sharding::Inner:
    case Sharding::Vocabulary:
      return plan_.tensor;
    case Sharding::Experts:
      return plan_.expert_tensor;
    case Sharding::Replicated:
    case Sharding::Sequence:
      return 1.0;
  }
  return 1.0;
}

double Shard::routed_rows(const Op& op) const {
  const double tokens = batch_.tokens * op.rows_per_token * plan_.expert_tensor / plan_.tensor;
  const double load = plan_.capacity_factor > 0 ? plan_.capacity_factor
                      : plan_.expert > 1        ? plan_.imbalance
                                                : 1.0;
  return tokens * d(std::max<std::int64_t>(op.moe.top_k, 1)) * load;
}

double Shard::rows(const Op& op) const {
  if (op.sharding == Sharding::Experts) return routed_rows(op);
  const double tokens = batch_.tokens * op.rows_per_token;
  const bool cut_by_tokens = plan_.sequence_parallel && (op.sharding == Sharding::Sequence ||
                                                         op.sharding == Sharding::Replicated);
  return cut_by_tokens ? tokens / plan_.tensor : tokens;
}

double Shard::parameters(const Op& op) const {
  if (op.reuses_weights) return 0.0;
  const double cut =
      op.sharding == Sharding::Experts ? d(plan_.expert) * plan_.expert_tensor : features_cut(op);
  return d(op.parameters) / cut;
}

double Shard::cache_per_token(const Op& op) const {
  if (op.cache == 0) return 0.0;
  // A latent cache is whole on every tensor rank; plain heads are cut down to one.
  if (op.attention.kv_latent > 0) return d(op.cache);
  return d(op.cache) /
         std::min<double>(plan_.tensor, std::max<double>(1.0, d(op.attention.kv_heads)));
}

Bytes Shard::saved(const Op& op) const {
  const double sequence_cut = plan_.sequence_parallel ? plan_.tensor : 1.0;
  double rows_kept = batch_.tokens * op.rows_per_token;
  double cut = 1.0;
  switch (op.sharding) {
    case Sharding::Replicated:
    case Sharding::Sequence:
    case Sharding::Column:
      cut = sequence_cut;
      break;
    case Sharding::Row:
    case Sharding::Heads:
    case Sharding::Inner:
      cut = plan_.tensor;
      break;
    case Sharding::Vocabulary:
      cut = op.kind == OpKind::CrossEntropy ? plan_.tensor : sequence_cut;
      break;
    case Sharding::Experts:  // per routed row: `saved` counts all top-k copies of a token
      rows_kept = routed_rows(op) / d(std::max<std::int64_t>(op.moe.top_k, 1));
      cut = op.kind == OpKind::GroupedMatmul && op.name.ends_with("up") ? 1.0 : plan_.expert_tensor;
      break;
  }
  const bool low = plan_.precision.compute == DType::Fp8 || plan_.precision.compute == DType::Fp4;
  // Low-precision recipes keep the quantised input of each matrix product (both layouts: fp8 stays
  // 1 byte).
  const double width = low && is_matrix(op) && op.sharding != Sharding::Vocabulary
                           ? bytes_per_element(DType::Fp8)
                           : bytes_per_element(plan_.precision.activations);
  double bytes = rows_kept / cut * (op.saved * width + op.saved_bytes);
  if (op.kind == OpKind::Attention && !plan_.fused_attention) {
    bytes += op.saved_bytes_per_score * d(op.attention.heads) / plan_.tensor * batch_.sequences *
             batch_.q_len * batch_.kv_len;
  }
  return Bytes{bytes};
}

DType Shard::matrix_format(const Op& op) const {
  const bool linear = op.sharding == Sharding::Column || op.sharding == Sharding::Row ||
                      op.sharding == Sharding::Experts;
  return linear ? plan_.precision.compute : plan_.precision.activations;
}

Kernel Shard::base(const Op& op, Pass pass) const {
  Kernel k;
  k.kind = op.kind;
  k.pass = pass;
  k.compute = matrix_format(op);
  // Weights that are multiplied in fewer bits than they are kept in are cast once a step; the
  // product reads the cast copy.
  const DType stored = k.compute == plan_.precision.compute ? plan_.precision.weights : k.compute;
  k.weights = bytes_per_element(stored) < bytes_per_element(k.compute) ? stored : k.compute;
  return k;
}

// What recurrences and indexers multiply and move: they are priced by nothing else. Backward
// multiplies twice as much.
void Shard::scan_work(const Op& op, Pass pass, Kernel& k) const {
  constexpr double kFp32 = 4.0;  // states, and the scores that an indexer writes and picks from
  const double width = bytes_per_element(plan_.precision.activations);
  const double r = rows(op), cut = features_cut(op);
  // that a query sees
  const double keys = batch_.decode ? k.kv_len : mean_keys(op.attention, batch_.kv_len);
  k.bytes_read = r * d(op.k) / cut * width;
  k.bytes_written = r * d(op.n) / cut * width;
  if (op.kind == OpKind::SparseIndex) {
    k.flops = 2.0 * r * d(op.attention.heads) * d(op.attention.head_dim) * keys;
    k.bytes_read += r * keys * kFp32;
    k.bytes_written += r * keys * kFp32;
    if (batch_.decode)
      k.bytes_read += batch_.sequences * keys * k.head_dim * bytes_per_element(k.weights);
  } else {
    k.flops = forward_flops(op, batch_.tokens, batch_.kv_len) / cut;
    if (batch_.decode) {
      const double states = batch_.sequences * d(op.state_elements) / cut * kFp32;
      k.bytes_read += states;
      k.bytes_written += states;
    }
  }
  if (pass != Pass::Forward) k.flops *= 2.0;
}

void Shard::forward_kernel(const Op& op, Pass pass, Kernel& k) const {
  const double width = bytes_per_element(plan_.precision.activations);
  const double r = rows(op);
  const double cut = features_cut(op);
  const AttentionShape& a = op.attention;
  switch (op.kind) {
    case OpKind::Matmul:
    case OpKind::GroupedMatmul:
      k.m = r;
      k.n = op.sharding == Sharding::Row ? d(op.n) : d(op.n) / cut;
      k.k = op.sharding == Sharding::Row ? d(op.k) / cut : d(op.k);
      if (op.kind == OpKind::GroupedMatmul) {
        // The first product of an expert cuts its outputs, the second its inputs.
        const bool second = op.name.ends_with("down");
        k.n = second ? d(op.n) : d(op.n) / cut;
        k.k = second ? d(op.k) / cut : d(op.k);
        k.count = std::max(1.0, std::min(d(op.moe.experts) / plan_.expert, r));
      }
      k.scaling = k.compute == plan_.precision.compute ? plan_.precision.scaling : Scaling::None;
      // One scale a tensor: the weight gradient reuses both operands' casts, transposed. Scales
      // along rows or blocks point the wrong way for it: its operands are cast again.
      k.quantises_input = k.scaling != Scaling::None &&
                          (pass != Pass::BackwardWeight || k.scaling != Scaling::Tensor);
      break;
    case OpKind::Attention:
    case OpKind::LinearAttention:
    case OpKind::StateSpace:
    case OpKind::SparseIndex: {
      k.compute = plan_.precision.attention;
      k.weights = plan_.precision.kv_cache;
      k.batch = batch_.sequences;
      k.q_len = batch_.q_len;
      k.kv_len = batch_.kv_len / static_cast<double>(std::max<std::int64_t>(a.compress, 1));
      k.heads = d(a.heads) / cut;
      k.kv_heads = std::max(1.0, d(a.kv_heads) / cut);
      k.head_dim = d(a.head_dim);
      k.v_head_dim = d(a.v_head_dim);
      k.window = d(a.window);
      k.state = d(a.state);
      k.causal = a.causal && !a.cross && !batch_.decode;
      k.fused = plan_.fused_attention;
      if (batch_.decode) k.kv_latent = d(a.kv_latent);
      if (op.kind != OpKind::Attention) scan_work(op, pass, k);
      if (plan_.context > 1 && !batch_.decode && op.kind == OpKind::Attention) {
        if (plan_.context_exchange == ContextExchange::AllToAll) {
          k.q_len *= plan_.context;
          k.heads /= plan_.context;
          k.kv_heads = std::max(1.0, k.kv_heads / plan_.context);
        } else {  // balanced halves: each rank sees the mean number of keys
          k.kv_len = mean_keys(a, batch_.kv_len);
          k.causal = false;
          k.window = 0;
        }
      }
      break;
    }
    case OpKind::Norm:
    case OpKind::Elementwise:
    case OpKind::Convolution:
      k.bytes_read = r * d(op.k) / cut * width;
      k.bytes_written = r * d(op.n) / cut * width;
      if (op.kind == OpKind::Convolution) k.bytes_read = r * d(op.n) / cut * width;
      k.m = r;
      k.n = d(op.n) / cut;
      break;
    case OpKind::Embedding:
      k.m = r;
      k.bytes_read = r * d(op.n) * width;
      k.bytes_written = r * d(op.n) * width;
      break;
    case OpKind::Router:
      k.n = d(op.moe.experts);
      k.count = d(std::max<std::int64_t>(op.moe.top_k, 1));
      k.bytes_read = r * d(op.moe.experts) * 4;
      k.bytes_written = r * d(op.moe.experts) * 4;
      break;
    case OpKind::Permute:
      k.bytes_read = routed_rows(op) * d(op.k) * width;
      k.bytes_written = k.bytes_read;
      break;
    case OpKind::CrossEntropy:  // bf16 logits in, fp32 copy, its softmax
      k.m = r;
      k.n = d(op.n) / cut;
      k.bytes_read = r * d(op.n) / cut * (width + 4);
      k.bytes_written = r * d(op.n) / cut * 4;
      break;
  }
}

void Shard::forward(const Op& op, int op_index, std::vector<ComputeTask>& out) const {
  if (!(rows(op) > 0)) return;  // a part that this run leaves idle, such as BERT's pooler
  Kernel k = base(op, Pass::Forward);
  forward_kernel(op, Pass::Forward, k);
  out.push_back({k, work_of(op), op_index, 1.0});
  adapters(op, op_index, Pass::Forward, out);
}

void Shard::backward(const Op& op, int op_index, std::vector<ComputeTask>& out) const {
  if (!(rows(op) > 0)) return;
  const Work work = work_of(op);
  if (is_matrix(op)) {
    Kernel data = base(op, Pass::BackwardData);
    forward_kernel(op, Pass::BackwardData, data);
    std::swap(data.n, data.k);  // [m, n] x [n, k]
    out.push_back({data, work, op_index, 1.0});
    if (plan_.lora_rank == 0) {
      Kernel weight = base(op, Pass::BackwardWeight);
      forward_kernel(op, Pass::BackwardWeight, weight);
      // [k, m] x [m, n]: the rows are summed over.
      if (op.kind == OpKind::GroupedMatmul) {
        out.push_back({weight, work, op_index, 1.0});
      } else {
        const double m = weight.m;
        weight.m = weight.k;
        weight.k = m;
        out.push_back({weight, work, op_index, 1.0});
      }
    }
    adapters(op, op_index, Pass::Backward, out);
    return;
  }
  Kernel k = base(op, Pass::Backward);
  forward_kernel(op, Pass::Backward, k);
  // A memory-bound op reads its saved input and the incoming gradient, and writes the outgoing one.
  const double in = k.bytes_read, result = k.bytes_written;
  k.bytes_read = in + result;
  k.bytes_written = in;
  if (op.kind == OpKind::Embedding && plan_.lora_rank > 0) return;
  out.push_back({k, work, op_index, 1.0});
}

// LoRA: y += B (A x); its two thin products forward, four backward.
void Shard::adapters(const Op& op, int op_index, Pass pass, std::vector<ComputeTask>& out) const {
  if (plan_.lora_rank == 0 || op.kind != OpKind::Matmul ||
      (op.sharding != Sharding::Column && op.sharding != Sharding::Row)) {
    return;
  }
  Kernel k = base(op, Pass::Forward);
  forward_kernel(op, Pass::Forward, k);
  k.compute = plan_.precision.activations;
  k.scaling = Scaling::None;
  k.quantises_input = false;
  Kernel down = k, up = k;
  down.n = plan_.lora_rank;
  up.k = plan_.lora_rank;
  const double repeat = pass == Pass::Forward ? 1.0 : 2.0;
  out.push_back({down, Work::Linear, op_index, repeat});
  out.push_back({up, Work::Linear, op_index, repeat});
}

}  // namespace orrery
