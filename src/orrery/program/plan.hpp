// ParallelPlan: how a model is spread over ranks, and in which number formats. Workload: what one
// step is given. Both are what a study's `plan:` and `batch:` say, checked in plan_check.hpp.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "orrery/base/text/reader.hpp"
#include "orrery/ops/dtype.hpp"
#include "orrery/ops/kernel.hpp"

namespace orrery {

enum class Schedule : std::uint8_t { GPipe, OneFOneB, Interleaved, ZeroBubble };
enum class Recompute : std::uint8_t { None, Selective, Full };
enum class ContextExchange : std::uint8_t { Ring, AllGather, AllToAll };
enum class AttentionKernel : std::uint8_t { Best, Flash2, Triton };
enum class ExpertDispatch : std::uint8_t { AllToAll, Hierarchical };
enum class Launch : std::uint8_t { Eager, Graph };
enum class Task : std::uint8_t { Train, Finetune, Prefill, Decode, Generate, Offline };
enum class Packing : std::uint8_t { Packed, Padded, Unpadded };

template <>
struct EnumNames<Schedule> {
  static constexpr std::pair<const char*, Schedule> values[] = {
      {"gpipe", Schedule::GPipe},
      {"1f1b", Schedule::OneFOneB},
      {"interleaved", Schedule::Interleaved},
      {"zero_bubble", Schedule::ZeroBubble}};
};
template <>
struct EnumNames<Recompute> {
  static constexpr std::pair<const char*, Recompute> values[] = {
      {"none", Recompute::None}, {"selective", Recompute::Selective}, {"full", Recompute::Full}};
};
template <>
struct EnumNames<ContextExchange> {
  static constexpr std::pair<const char*, ContextExchange> values[] = {
      {"ring", ContextExchange::Ring},
      {"all_gather", ContextExchange::AllGather},
      {"all_to_all", ContextExchange::AllToAll}};
};
template <>
struct EnumNames<AttentionKernel> {
  static constexpr std::pair<const char*, AttentionKernel> values[] = {
      {"best", AttentionKernel::Best},
      {"flash2", AttentionKernel::Flash2},
      {"triton", AttentionKernel::Triton}};
};
template <>
struct EnumNames<ExpertDispatch> {
  static constexpr std::pair<const char*, ExpertDispatch> values[] = {
      {"all_to_all", ExpertDispatch::AllToAll}, {"hierarchical", ExpertDispatch::Hierarchical}};
};
template <>
struct EnumNames<Launch> {
  static constexpr std::pair<const char*, Launch> values[] = {{"eager", Launch::Eager},
                                                              {"graph", Launch::Graph}};
};
template <>
struct EnumNames<Scaling> {
  static constexpr std::pair<const char*, Scaling> values[] = {{"none", Scaling::None},
                                                               {"tensor", Scaling::Tensor},
                                                               {"row", Scaling::Row},
                                                               {"block", Scaling::Block},
                                                               {"mx", Scaling::Mx}};
};
template <>
struct EnumNames<Task> {
  static constexpr std::pair<const char*, Task> values[] = {
      {"train", Task::Train},   {"finetune", Task::Finetune}, {"prefill", Task::Prefill},
      {"decode", Task::Decode}, {"generate", Task::Generate}, {"offline", Task::Offline}};
};
template <>
struct EnumNames<Packing> {
  static constexpr std::pair<const char*, Packing> values[] = {
      {"packed", Packing::Packed}, {"padded", Packing::Padded}, {"unpadded", Packing::Unpadded}};
};

// Number formats of each thing that is stored, multiplied or sent.
struct Precision {
  DType compute = DType::Bf16;      // the linear layers' matrix products
  DType attention = DType::Bf16;    // the attention core
  DType weights = DType::Bf16;      // as they lie in memory and are gathered
  DType activations = DType::Bf16;  // as they lie in memory between ops
  DType gradients = DType::Fp32;    // as they are accumulated
  DType optimizer = DType::Fp32;    // each of the two moments
  DType kv_cache = DType::Bf16;
  DType communication = DType::Bf16;  // gradients on the wire
  Scaling scaling = Scaling::None;    // of a low-precision compute format
  bool master_weights = true;         // an fp32 copy beside 16-bit weights
  // Cast to the compute format before they travel: weights that ZeRO gathers (fp8 parameter gather),
  // activations that tensor ranks gather under sequence parallelism.
  bool casts_gathered_weights = false;
  bool casts_gathered_activations = false;
  friend bool operator==(const Precision&, const Precision&) = default;
};

// Bytes of a weight, or of an activation, while it is gathered.
double gathered_weight_bytes(const Precision& precision);
double gathered_activation_bytes(const Precision& precision);

// The usual set for a name: what `precision: bf16` or `fp8` means.
Precision precision_named(DType compute);

struct Overlap {
  bool data = true;      // gradient reduction and weight gathers behind compute
  bool tensor = false;   // collective-matmul, async TP
  bool pipeline = true;  // sends behind compute
  bool expert = false;   // dispatch and combine behind compute
  bool context = true;   // key/value exchange behind attention
  friend bool operator==(const Overlap&, const Overlap&) = default;
};

struct Offload {
  bool optimizer = false;    // moments and master weights in host memory
  bool activations = false;  // layer inputs in host memory
  friend bool operator==(const Offload&, const Offload&) = default;
};

struct StageLayout {
  bool embedding_is_layer = false;  // the embedding takes a layer's place on the first stage
  bool head_is_layer = false;       // the head takes a layer's place on the last stage
  bool balanced = false;    // the head and multi-token heads weigh as many layers as they compute
  std::vector<int> layers;  // explicit: layers of each stage; empty: as even as possible
  friend bool operator==(const StageLayout&, const StageLayout&) = default;
};

struct ParallelPlan {
  int tensor = 1;
  int pipeline = 1;
  int virtual_stages = 1;
  int data = 0;  // 0: what is left of the chips
  int context = 1;
  int expert = 1;
  int expert_tensor = 0;  // 0: 1 with expert parallelism, else the tensor degree
  // How tokens reach experts on other nodes: a copy for each expert, or one for each node that fans
  // out inside it (DeepEP, HybridEP).
  ExpertDispatch expert_dispatch = ExpertDispatch::AllToAll;
  int shard = 0;  // ranks that one ZeRO shard group spans (HSDP); 0: all data and context ranks
  int zero = 1;
  bool sequence_parallel = false;
  // The backward pass gathers a layer's input again, for each rank kept its own part (Korthikanti et
  // al. 2022, section 4.2.2). Compilers that see the whole step gather once.
  bool gathers_inputs_again = true;
  Schedule schedule = Schedule::OneFOneB;
  Recompute recompute = Recompute::None;
  int recompute_layers = 0;  // full recompute of this many layers a stage; 0: all
  // Full recompute leaves out what only makes the layer's output (its last product): autograd
  // frameworks that stop early, and compilers that drop dead code, do; Megatron-LM does not.
  bool recompute_stops_early = false;
  std::vector<std::string>
      recompute_ops;  // selective: op names or their first part ("norm", "mlp")
  ContextExchange context_exchange = ContextExchange::Ring;
  Precision precision;
  Overlap overlap;
  Offload offload;
  StageLayout stages;
  Launch launch = Launch::Eager;
  AttentionKernel attention_kernel = AttentionKernel::Best;
  bool fused_attention = true;   // flash attention; false: scores go through memory
  int lora_rank = 0;             // > 0: adapters on a frozen base
  double capacity_factor = 0.0;  // MoE: tokens an expert takes at most / the mean; 0: dropless
  double imbalance = 1.0;        // MoE: rows of the most loaded rank / the mean
  friend bool operator==(const ParallelPlan&, const ParallelPlan&) = default;
};

struct Workload {
  Task task = Task::Train;
  // Training: sequences.
  std::int64_t global = 0;
  double micro = 1;  // per data rank; a fraction is a sequence split over context ranks on TPUs
  std::int64_t sequence = 0;
  Packing packing = Packing::Packed;
  double mean_length = 0;  // useful tokens a sequence (padded, unpadded); 0: sequence
  double predicted_share = 1.0;  // of the positions, those that the output head is computed for
  // Serving.
  std::int64_t sequences = 0;  // batch of one replica
  std::int64_t prompt = 0;
  std::int64_t generated = 0;
  friend bool operator==(const Workload&, const Workload&) = default;
};

template <class V>
void describe(V& v, Overlap& o) {
  v("data", o.data, "gradient reduction and weight gathers behind compute");
  v("tensor", o.tensor, "collective-matmul: tensor-parallel traffic behind the matmul it feeds");
  v("pipeline", o.pipeline, "sends between stages behind compute");
  v("expert", o.expert, "dispatch and combine behind compute");
  v("context", o.context, "key/value exchange behind attention");
}

template <class V>
void describe(V& v, Offload& o) {
  v("optimizer", o.optimizer, "moments and master weights live in host memory");
  v("activations", o.activations, "layer inputs live in host memory");
}

template <class V>
void describe(V& v, StageLayout& s) {
  v("embedding_is_layer", s.embedding_is_layer,
    "the embedding takes a layer's place on the first stage");
  v("head_is_layer", s.head_is_layer, "the head takes a layer's place on the last stage");
  v("balanced", s.balanced, "the last stage gets fewer layers, by what the heads compute");
  v("layers", s.layers, "layers of each stage (or chunk), first to last");
}

template <class V>
void describe(V& v, Precision& p) {
  v("compute", p.compute, "the linear layers' matrix products");
  v("attention", p.attention, "the attention core");
  v("weights", p.weights, "weights in memory and when gathered");
  v("activations", p.activations, "activations in memory");
  v("gradients", p.gradients, "gradients as accumulated");
  v("optimizer", p.optimizer, "each of the two moments");
  v("kv_cache", p.kv_cache, "keys and values kept while serving");
  v("communication", p.communication, "gradients on the wire");
  v("scaling", p.scaling, "scales of a low-precision compute format");
  v("master_weights", p.master_weights, "an fp32 copy beside 16-bit weights");
  v("casts_gathered_weights", p.casts_gathered_weights,
    "ZeRO gathers weights in the compute format");
  v("casts_gathered_activations", p.casts_gathered_activations,
    "sequence parallelism gathers activations in the compute format");
}

template <class V>
void describe(V& v, ParallelPlan& p) {
  v("tensor", p.tensor, "ranks that cut each matrix");
  v("pipeline", p.pipeline, "stages in a row");
  v("virtual_stages", p.virtual_stages, "chunks of layers a stage holds (interleaved schedule)");
  v("data", p.data, "replicas; by default what is left of the chips");
  v("context", p.context, "ranks that cut each sequence");
  v("expert", p.expert, "ranks that share out the experts, within data x context ranks");
  v("expert_tensor", p.expert_tensor,
    "ranks that cut each expert; 0: 1 under expert parallelism, else tensor");
  v("expert_dispatch", p.expert_dispatch,
    "a copy of a token for each expert, or one for each node (DeepEP)");
  v("shard", p.shard, "ranks one ZeRO shard group spans (HSDP); 0: all data and context ranks");
  v("zero", p.zero, "0 none, 1 optimizer, 2 and gradients, 3 and weights (FSDP)");
  v("sequence_parallel", p.sequence_parallel,
    "norms and residuals cut by tokens over the tensor ranks");
  v("gathers_inputs_again", p.gathers_inputs_again,
    "sequence parallel: the backward pass gathers a layer's input again");
  v("schedule", p.schedule,
    "order of micro-batches in the pipeline; virtual_stages > 1 makes 1f1b interleaved");
  v("recompute", p.recompute, "what the backward pass computes again");
  v("recompute_layers", p.recompute_layers, "full: only this many layers of each stage; 0: all");
  v("recompute_stops_early", p.recompute_stops_early,
    "full: the layer's last product is not computed again (PyTorch, XLA)");
  v("recompute_ops", p.recompute_ops,
    "selective: op names, or their first part such as norm or mlp");
  v("context_exchange", p.context_exchange, "how context ranks share keys and values");
  v("overlap", p.overlap, "which traffic hides behind compute");
  v("offload", p.offload, "what lives in host memory");
  v("stages", p.stages, "how layers go to stages");
  v("launch", p.launch, "kernels launched one by one or as a captured graph");
  v("attention_kernel", p.attention_kernel,
    "whose flash attention: the chip's best, FlashAttention-2, or Triton's");
  v("fused_attention", p.fused_attention, "flash attention; false: scores go through memory");
  v("lora_rank", p.lora_rank, "rank of adapters on a frozen base; 0: every weight is trained");
  v("capacity_factor", p.capacity_factor, "MoE: most rows an expert takes / the mean; 0: dropless");
  v("imbalance", p.imbalance, "MoE: rows of the most loaded rank / the mean");
}

template <class V>
void describe(V& v, Workload& w) {
  v("global", w.global, "training: sequences a step, over all replicas");
  v("micro", w.micro, "training: sequences a micro-batch, per replica");
  v("sequence", w.sequence, "training: tokens a sequence");
  v("packing", w.packing, "packed: no padding; padded: computed and wasted; unpadded: skipped");
  v("mean_length", w.mean_length, "padded or unpadded: useful tokens a sequence");
  v("predicted_share", w.predicted_share,
    "training: share of the positions that the output head is computed for (masked models)");
  v("sequences", w.sequences, "serving: sequences in flight on one replica");
  v("prompt", w.prompt, "serving: prompt tokens a sequence");
  v("generated", w.generated, "serving: generated tokens a sequence");
}

}  // namespace orrery
