#include "orrery/study/op/op_forms.hpp"

#include <algorithm>

#include "orrery/program/plan.hpp"

namespace orrery::op {
namespace {

// The most multiply-adds of one product: a month of an H100, and few enough to count in cycles.
constexpr double kMostWork = 1e21;

double of(const Values& v, const char* name) { return v.find(name)->second; }

void fill_matmul(const Values& v, Kernel& k) {
  k.kind = OpKind::Matmul;
  k.m = of(v, "m");
  k.n = of(v, "n");
  k.k = of(v, "k");
  k.count = of(v, "count");
}

void fill_grouped(const Values& v, Kernel& k) {
  k.kind = OpKind::GroupedMatmul;
  k.m = of(v, "rows");
  k.n = of(v, "n");
  k.k = of(v, "k");
  k.count = of(v, "experts");
  k.heaviest = of(v, "heaviest");
}

// An implicit product: output pixels x filters, over the window's elements. Windows that would
// reach beyond the image are none: floor((side - window) / stride) + 1, as PyTorch's Conv2d and
// TensorFlow's VALID have it.
void fill_convolution(const Values& v, Kernel& k) {
  k.kind = OpKind::Matmul;
  const auto outputs = [&](const char* side) {
    return std::floor((of(v, side) - of(v, "window")) / of(v, "stride")) + 1;
  };
  k.windows = {of(v, "window"), of(v, "stride"), outputs("width"), outputs("height")};
  k.m = of(v, "images") * k.windows.down * k.windows.across;
  k.n = of(v, "filters");
  k.k = of(v, "window") * of(v, "window") * of(v, "channels");
}

void fill_attention(const Values& v, Kernel& k) {
  k.kind = OpKind::Attention;
  k.batch = of(v, "batch");
  k.q_len = of(v, "q");
  k.kv_len = of(v, "kv");
  k.heads = of(v, "heads");
  k.kv_heads = of(v, "kv_heads");
  k.head_dim = of(v, "dim");
  k.v_head_dim = of(v, "v_dim");
  k.window = of(v, "window");
  k.causal = of(v, "causal") > 0;
  k.fused = of(v, "fused") > 0;
}

void fill_decode(const Values& v, Kernel& k) {
  k.kind = OpKind::Attention;
  k.batch = of(v, "batch");
  k.q_len = of(v, "q");
  k.kv_len = of(v, "kv");
  k.heads = of(v, "heads");
  k.kv_heads = of(v, "kv_heads");
  k.head_dim = k.v_head_dim = of(v, "dim");
  k.window = of(v, "window");
  k.page = of(v, "page");
}

// DeepSeek-V3's widths: 128 + 64 wide queries and keys, 128 wide values.
void fill_mla_decode(const Values& v, Kernel& k) {
  k.kind = OpKind::Attention;
  k.batch = of(v, "batch");
  k.q_len = of(v, "q");
  k.kv_len = of(v, "kv");
  k.heads = k.kv_heads = of(v, "heads");
  k.v_head_dim = 128;
  k.head_dim = k.v_head_dim + kLatentRope;
  k.kv_latent = of(v, "latent");
  k.page = of(v, "page");
}

void fill_scan(const Values& v, Kernel& k) {
  k.kind = OpKind::StateSpace;
  const double rows = of(v, "tokens") * of(v, "heads");
  k.batch = k.kv_heads = 1;
  k.q_len = of(v, "tokens");
  k.heads = of(v, "heads");
  k.head_dim = of(v, "dim");
  k.state = of(v, "state");
  k.flops = 4.0 * rows * of(v, "dim") * of(v, "state");  // into the state and out of it
  const double element = bytes_per_element(k.compute);
  k.bytes_read = element * (rows * of(v, "dim") + 2.0 * of(v, "tokens") * of(v, "state"));
  k.bytes_written = element * rows * of(v, "dim");
}

void fill_rows(const Values& v, Kernel& k) {
  k.m = of(v, "rows");
  k.n = of(v, "features");
}

void fill_norm(const Values& v, Kernel& k) {
  k.kind = OpKind::Norm;
  fill_rows(v, k);
  k.bytes_read = k.bytes_written = of(v, "rows") * of(v, "features") * bytes_per_element(k.compute);
}

void fill_softmax(const Values& v, Kernel& k) {
  fill_norm(v, k);
  k.transcendentals = 1;
}

// Into 8 bits unless weights= says otherwise; one scale for a block where scaling= does.
void fill_quantise(const Values& v, Kernel& k) {
  k.kind = OpKind::Elementwise;
  fill_rows(v, k);
  if (k.weights == k.compute) k.weights = DType::Fp8;
  if (k.scaling == Scaling::None) k.scaling = Scaling::Row;
  k.bytes_read = k.m * k.n * bytes_per_element(k.compute);
  k.bytes_written = k.m * k.n * bytes_per_element(k.weights);
}

void fill_dequantise(const Values& v, Kernel& k) {
  fill_quantise(v, k);
  k.scaling = Scaling::None;  // scales are known
  std::swap(k.bytes_read, k.bytes_written);
}

void fill_elementwise(const Values& v, Kernel& k) {
  k.kind = OpKind::Elementwise;
  fill_rows(v, k);
  k.operations = of(v, "operations");
  k.transcendentals = of(v, "transcendentals");
  const double one = of(v, "rows") * of(v, "features") * bytes_per_element(k.compute);
  k.bytes_read = of(v, "inputs") * one;
  k.bytes_written = of(v, "outputs") * one;
}

void fill_embedding(const Values& v, Kernel& k) {
  k.kind = OpKind::Embedding;
  k.pass = of(v, "scatter") > 0 ? Pass::BackwardWeight : Pass::Forward;
  k.m = of(v, "tokens");
  const double rows = k.m * of(v, "features") * bytes_per_element(k.compute);
  k.bytes_read = (k.pass == Pass::Forward ? 1.0 : 2.0) * rows;  // what is added to is read too
  k.bytes_written = rows;
}

void fill_top_k(const Values& v, Kernel& k) {
  k.kind = OpKind::Router;
  k.m = of(v, "tokens");
  k.n = of(v, "experts");
  k.count = of(v, "k");
  k.bytes_read = of(v, "tokens") * of(v, "experts") * 4.0;  // fp32 scores
  k.bytes_written = of(v, "tokens") * of(v, "k") * 8.0;     // index and weight
}

bool is_dealt_evenly(const Values& v) { return std::fmod(of(v, "heads"), of(v, "kv_heads")) == 0; }

bool sees_all_queries(const Values& v) {
  const auto causal = v.find("causal");
  return (causal != v.end() && causal->second == 0) || of(v, "kv") >= of(v, "q");
}

bool is_loads_maximum(const Values& v) {
  const double heaviest = of(v, "heaviest");
  return heaviest == 0 ||
         (heaviest * of(v, "experts") >= of(v, "rows") && heaviest <= of(v, "rows"));
}

bool is_work_countable(const Values& v) {
  const double rows = v.contains("m") ? of(v, "m") * of(v, "count") : of(v, "rows");
  return rows * of(v, "n") * of(v, "k") <= kMostWork;
}

bool is_convolution_countable(const Values& v) {
  Kernel k;
  fill_convolution(v, k);
  return k.m * k.n * k.k <= kMostWork;
}

const Rule kEvenHeads{"kv_heads", is_dealt_evenly, "a divisor of heads"};
const Rule kSeenQueries{"kv", sees_all_queries, "no less than q: the last query sees all keys"};
const Rule kFew{"k", is_work_countable, "at most 1e21 multiply-adds in all"};

}  // namespace

const std::vector<Form>& forms() {
  static const std::vector<Form> kForms{
      {"matmul",
       {"m", "n", "k"},
       {{"count", 1}},
       "[m, k] x [k, n], count times",
       fill_matmul,
       {kFew}},
      {"grouped_matmul",
       {"rows", "n", "k"},
       {{"experts"}, {"heaviest", 0, nullptr, 0}},
       "rows dealt over experts, each with its own [k, n]",
       fill_grouped,
       {{"heaviest", is_loads_maximum, "0, or from rows / experts to rows"}, kFew}},
      {"convolution",
       {"images", "height", "width", "channels"},
       {{"filters"}, {"window", 3}, {"stride", 1}},
       "as an implicit product, no padding",
       fill_convolution,
       {{"window",
         [](const Values& v) {
           return of(v, "window") <= std::min(of(v, "height"), of(v, "width"));
         },
         "no more than height and width"},
        {"filters", is_convolution_countable, kFew.expected}}},
      {"attention",
       {},
       {{"batch", 1},
        {"q"},
        {"kv", 0, "q"},
        {"heads"},
        {"kv_heads", 0, "heads"},
        {"dim", 128},
        {"v_dim", 0, "dim"},
        {"window", 0, nullptr, 0},
        {"causal", 1, nullptr, 0, 1},
        {"fused", 1, nullptr, 0, 1}},
       "prefill or training",
       fill_attention,
       {kEvenHeads, kSeenQueries}},
      {"decode",
       {},
       {{"batch", 1},
        {"q", 1},
        {"kv"},
        {"heads"},
        {"kv_heads", 0, "heads"},
        {"dim", 128},
        {"window", 0, nullptr, 0},
        {"page", 0, nullptr, 0}},
       "new tokens over a KV cache",
       fill_decode,
       {kEvenHeads, kSeenQueries}},
      {"mla_decode",
       {},
       {{"batch", 1},
        {"q", 1},
        {"kv"},
        {"heads", 128},
        {"latent", 576, nullptr, kLatentRope + 1},
        {"page", 0, nullptr, 0}},
       "new tokens over a compressed cache",
       fill_mla_decode,
       {kSeenQueries}},
      {"scan",
       {},
       {{"tokens"}, {"heads"}, {"dim", 64}, {"state", 128}},
       "Mamba-2 state-space scan",
       fill_scan},
      {"norm", {"rows", "features"}, {}, "layer or RMS norm", fill_norm},
      {"softmax", {"rows", "features"}, {}, "over each row", fill_softmax},
      {"quantise",
       {"rows", "features"},
       {},
       "into weights=FORMAT, fp8 by default, a scale for each scaling=, row by default",
       fill_quantise},
      {"dequantise",
       {"rows", "features"},
       {},
       "from weights=FORMAT, fp8 by default",
       fill_dequantise},
      {"elementwise",
       {"rows", "features"},
       {{"inputs", 1},
        {"outputs", 1},
        {"operations", 0, nullptr, 0},
        {"transcendentals", 0, nullptr, 0}},
       "activation, residual, copy, cast, sum of what a collective brought",
       fill_elementwise},
      {"embedding",
       {"tokens", "features"},
       {{"scatter", 0, nullptr, 0, 1}},
       "gather of rows, or rows added into a table",
       fill_embedding},
      {"top_k",
       {"tokens", "experts"},
       {{"k", 8}},
       "router: scores, top-k, counting; k=EXPERTS sorts",
       fill_top_k,
       {{"k", [](const Values& v) { return of(v, "k") <= of(v, "experts"); },
         "no more than experts"}}}};
  return kForms;
}

}  // namespace orrery::op
