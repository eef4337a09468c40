// What stands around the stack: embeddings, head and loss, prediction modules.
#include "orrery/model/blocks/block.hpp"

namespace orrery::blocks {
namespace {

Op table(std::string name, std::int64_t rows, std::int64_t features, Sharding sharding) {
  Op op;
  op.name = std::move(name);
  op.kind = OpKind::Embedding;
  op.sharding = sharding;
  op.n = features;
  op.k = rows;
  op.parameters = op.active_parameters = rows * features;
  return op;
}

}  // namespace

Layer input_layer(const ModelSpec& spec) {
  const std::int64_t h = spec.hidden;
  Layer layer{"input", {}};
  Ops& ops = layer.ops;
  if (spec.kind == ModelKind::Vit) {
    ops.push_back(matmul("patches", spec.patch_inputs, h, Sharding::Replicated, Bias::Yes));
    Op cls = elementwise("class_token", h, h, Sharding::Sequence);
    cls.parameters = cls.active_parameters = h;
    ops.push_back(cls);
  } else {
    ops.push_back(table("embedding", spec.vocabulary, h, Sharding::Vocabulary));
  }
  if (spec.learned_positions)
    ops.push_back(table("positions", spec.positions, h, Sharding::Replicated));
  if (spec.token_types > 0)
    ops.push_back(table("token_types", spec.token_types, h, Sharding::Replicated));
  if (spec.position_buckets > 0) {
    ops.push_back(table("position_bias", spec.position_buckets, spec.heads, Sharding::Replicated));
  }
  if (spec.embedding_norm) ops.push_back(norm("embedding.norm", h, spec.norm));
  if (spec.dropout) {
    Op op = elementwise("embedding.dropout", h, h, Sharding::Sequence);
    op.saved_bytes = static_cast<double>(h);
    ops.push_back(op);
  }
  return layer;
}

Layer output_layer(const ModelSpec& spec) {
  const std::int64_t h = spec.hidden;
  Layer layer{"output", {}};
  Ops& ops = layer.ops;
  if (spec.residual_streams > 1) {
    Op mix = matmul("final_hyper", spec.residual_streams * h, spec.residual_streams,
                    Sharding::Sequence, Bias::Yes);
    mix.parameters += 1;
    mix.active_parameters = mix.parameters;
    ops.push_back(mix);
  }
  if (spec.residual_block > 0) {
    Op op = elementwise("final_residual_attention", h, h, Sharding::Sequence);
    op.parameters = op.active_parameters = 2 * h;
    op.saved = static_cast<double>(h);
    ops.push_back(op);
  }
  if (spec.final_norm) ops.push_back(norm("final_norm", h, spec.norm));
  if (spec.pooler) {
    Op pooler = matmul("pooler", h, h, Sharding::Replicated, Bias::Yes, Keeps::Nothing);
    pooler.rows_per_token = 0;  // one token a sequence: not worth its time
    ops.push_back(pooler);
  }
  if (spec.lm_transform) {
    ops.push_back(matmul("head.transform", h, h, Sharding::Replicated, Bias::Yes));
    Op act = elementwise("head.act", h, h, Sharding::Sequence);
    act.saved = static_cast<double>(h);
    ops.push_back(act);
    ops.push_back(norm("head.norm", h, spec.norm));
  }
  Op head = matmul("head", h, spec.vocabulary, Sharding::Vocabulary, bias_if(spec.head_bias));
  if (spec.tied_embeddings) {
    head.reuses_weights = true;
    if (spec.head_bias) {  // the bias is its own: it must count though the matrix does not
      Op bias = elementwise("head.bias", spec.vocabulary, spec.vocabulary, Sharding::Vocabulary);
      bias.parameters = bias.active_parameters = spec.vocabulary;
      head.parameters -= spec.vocabulary;
      head.active_parameters = head.parameters;
      ops.push_back(head);
      ops.push_back(bias);
    } else {
      ops.push_back(head);
    }
  } else {
    ops.push_back(head);
  }
  Op loss;
  loss.name = "loss";
  loss.kind = OpKind::CrossEntropy;
  loss.sharding = Sharding::Vocabulary;
  loss.n = loss.k = spec.vocabulary;
  loss.saved_bytes = 4.0 * static_cast<double>(spec.vocabulary);  // fp32 logits
  ops.push_back(loss);
  if (spec.kind == ModelKind::Vit) {  // one class a picture: of all its tokens only one goes on
    for (Op& op : ops) {
      if (op.name != "head" && op.name != "loss") continue;
      op.rows_per_token = 1.0 / static_cast<double>(spec.positions);
      op.saved *= op.rows_per_token;
      op.saved_bytes *= op.rows_per_token;
    }
  }
  return layer;
}

Layer prediction_module(const ModelSpec& spec, int index) {
  // DeepSeek-V3, section 2.2: norms of the token's embedding and of the last hidden state, one
  // matrix over both, a layer, a norm; embedding and head are the main model's.
  const auto pick = [index](const std::string& letters) {
    return letters[static_cast<std::size_t>(index) % letters.size()];
  };
  Layer layer = layer_of(spec, pick(spec.mtp_mixers), pick(spec.mtp_mlps));
  Ops before;
  before.push_back(norm("mtp.embedding_norm", spec.hidden, spec.norm));
  before.push_back(norm("mtp.hidden_norm", spec.hidden, spec.norm));
  before.push_back(
      matmul("mtp.merge", 2 * spec.hidden, spec.hidden, Sharding::Replicated, Bias::No));
  layer.ops.insert(layer.ops.begin(), before.begin(), before.end());
  layer.ops.push_back(norm("mtp.final_norm", spec.hidden, spec.norm));
  Op head = matmul("mtp.head", spec.hidden, spec.vocabulary, Sharding::Vocabulary, Bias::No);
  head.reuses_weights = true;
  layer.ops.push_back(head);
  Op loss;
  loss.name = "mtp.loss";
  loss.kind = OpKind::CrossEntropy;
  loss.sharding = Sharding::Vocabulary;
  loss.n = loss.k = spec.vocabulary;
  loss.saved_bytes = 4.0 * static_cast<double>(spec.vocabulary);
  layer.ops.push_back(loss);
  layer.name = "mtp";
  return layer;
}

}  // namespace orrery::blocks
