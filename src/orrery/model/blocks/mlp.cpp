// Feed-forward parts: dense, and routed experts with their shared ones.
#include "orrery/model/blocks/block.hpp"

namespace orrery::blocks {
namespace {

// gate_up (or up), act, down of an MLP every token goes through.
void add_plain(const ModelSpec& spec, const std::string& prefix, std::int64_t ffn, Keeps keeps,
               Ops& ops) {
  const std::int64_t wide = spec.gated ? 2 * ffn : ffn;
  ops.push_back(matmul(prefix + (spec.gated ? ".gate_up" : ".up"), spec.hidden, wide,
                       Sharding::Column, bias_if(spec.mlp_bias), keeps));
  Op act = elementwise(prefix + ".act", wide, ffn, Sharding::Inner);
  act.saved = static_cast<double>(wide);
  ops.push_back(act);
  ops.push_back(matmul(prefix + ".down", ffn, spec.hidden, Sharding::Row, bias_if(spec.mlp_bias)));
}

Op grouped(std::string name, std::int64_t k, std::int64_t n, const Experts& moe) {
  Op op = matmul(std::move(name), k, n, Sharding::Experts, bias_if(moe.bias));
  op.kind = OpKind::GroupedMatmul;
  op.moe = {moe.experts, moe.top_k};
  op.active_parameters = op.parameters * moe.top_k;
  op.parameters *= moe.experts;
  op.saved *= static_cast<double>(moe.top_k);
  return op;
}

Op permutation(std::string name, std::int64_t features, const Experts& moe) {
  Op op;
  op.name = std::move(name);
  op.kind = OpKind::Permute;
  op.sharding = Sharding::Sequence;
  op.n = op.k = features;
  op.moe = {moe.experts, moe.top_k};
  return op;
}

void add_router(const ModelSpec& spec, Ops& ops) {
  const Experts& moe = *spec.moe;
  ops.push_back(
      matmul("router", spec.hidden, moe.experts, Sharding::Replicated, bias_if(moe.router_bias)));
  Op pick;
  pick.name = "router.top_k";
  pick.kind = OpKind::Router;
  pick.sharding = Sharding::Replicated;
  pick.n = pick.k = moe.experts;
  pick.moe = {moe.experts, moe.top_k};
  pick.saved_bytes = 4.0 * static_cast<double>(moe.experts);  // fp32 scores
  ops.push_back(pick);
}

void add_shared(const ModelSpec& spec, Ops& ops) {
  // The router has kept the layer's input already.
  add_plain(spec, "shared", spec.moe->shared_ffn, Keeps::Nothing, ops);
  if (!spec.moe->shared_gate) return;
  ops.push_back(
      matmul("shared.gate", spec.hidden, 1, Sharding::Replicated, Bias::No, Keeps::Nothing));
}

}  // namespace

void add_dense(const ModelSpec& spec, Ops& ops) {
  // In a parallel block with one norm, attention.qkv keeps the input.
  const bool kept = spec.parallel_block && spec.block_norms == 1;
  add_plain(spec, "mlp", spec.ffn, kept ? Keeps::Nothing : Keeps::Input, ops);
}

void add_experts(const ModelSpec& spec, Ops& ops) {
  const Experts& moe = *spec.moe;
  const std::int64_t features = moe.latent > 0 ? moe.latent : spec.hidden;
  const std::int64_t wide = spec.gated ? 2 * moe.ffn : moe.ffn;
  add_router(spec, ops);
  if (moe.latent > 0) {
    ops.push_back(matmul("experts.latent_down", spec.hidden, moe.latent, Sharding::Replicated,
                         Bias::No, Keeps::Nothing));
  }
  ops.push_back(permutation("moe.permute", features, moe));
  ops.push_back(grouped(spec.gated ? "experts.gate_up" : "experts.up", features, wide, moe));
  Op act = elementwise("experts.act", wide, moe.ffn, Sharding::Experts);
  act.moe = {moe.experts, moe.top_k};
  act.saved = static_cast<double>(wide * moe.top_k);
  ops.push_back(act);
  ops.push_back(grouped("experts.down", moe.ffn, features, moe));
  ops.push_back(permutation("moe.unpermute", features, moe));
  if (moe.latent > 0) {
    if (moe.latent_norm) ops.push_back(norm("experts.latent_norm", moe.latent, spec.norm));
    ops.push_back(
        matmul("experts.latent_up", moe.latent, spec.hidden, Sharding::Replicated, Bias::No));
  }
  if (moe.shared_ffn > 0) add_shared(spec, ops);
}

}  // namespace orrery::blocks
