// Attention: flash kernels tile queries and keys on chip (math-bound), decode streams the KV cache
// (memory-bound), unfused attention sends its scores through memory.
#include "orrery/compute/roofline_parts.hpp"

namespace orrery::roofline {
namespace {

// Score blocks that one head of one sequence visits: per query tile, the keys it can see, rounded
// up to key tiles. Closed form of the sum over query tiles, so causal costs half plus the diagonal.
double visited_scores(const AttentionCoefficients& a, const Kernel& k) {
  const double q_tile = std::min(a.query_tile, padded(std::max(1.0, k.q_len), 16.0));
  const double q_tiles = whole(k.q_len / q_tile);
  const double all = padded(k.kv_len, std::min(a.key_tile, padded(std::max(1.0, k.kv_len), 16.0)));
  double keys = all;  // mean over query tiles
  if (k.causal && k.q_len > 1.0) {
    // tile i of T sees kv - q + (i + 1) q_tile keys: the mean is kv - q + (T + 1) / 2 q_tile
    const double mean = (k.kv_len - k.q_len) + 0.5 * (q_tiles + 1.0) * q_tile + 0.5 * a.key_tile;
    keys = std::min(all, mean);
  }
  if (k.window > 0.0) keys = std::min(keys, k.window + q_tile + 0.5 * a.key_tile);
  return q_tiles * q_tile * keys;
}

Raw prefill(const Parts& p, const Kernel& k) {
  const AttentionCoefficients& a = p.c.attention;
  const double vd = k.v_head_dim > 0 ? k.v_head_dim : k.head_dim;
  const bool mla = k.head_dim != vd;
  const bool fp8 = k.compute == DType::Fp8;
  const Path& path = fp8 ? p.fp8 : p.path(Kernel{.compute = k.compute});
  const double scores = k.batch * k.heads * visited_scores(a, k);
  double share = fp8 ? a.prefill_fp8 : a.prefill;
  if (mla) share = fp8 ? a.mla_prefill_fp8 : a.mla_prefill;
  const bool backward = k.pass != Pass::Forward;
  // backward: five products per score block (S, dP, dV, dQ, dK) against two in forward
  const double per_score = backward ? 4.0 * k.head_dim + 2.0 * (k.head_dim + 2.0 * vd) -
                                          2.0 * k.head_dim + 2.0 * k.head_dim
                                    : 2.0 * (k.head_dim + vd);
  if (backward) share = a.backward;
  Raw raw;
  const double exponentials = fp8 ? a.softmax * (path.peak / p.bf16.peak) : a.softmax;
  raw.math = scores * (per_score + exponentials) / (share * path.peak);
  raw.flops = per_score * k.batch * k.heads * k.q_len * k.kv_len * (k.causal ? 0.5 : 1.0);
  const double element = bytes_per_element(k.compute);
  const double q_bytes = k.batch * k.q_len * k.heads * (k.head_dim * element + vd * 2.0);
  const double kv_bytes =
      k.batch * k.kv_len * k.kv_heads * (k.head_dim + vd) * bytes_per_element(k.weights);
  raw.bytes = (backward ? 3.0 : 1.0) * (q_bytes + kv_bytes);
  raw.memory = p.stream(raw.bytes);
  // waves: a query tile of one head is one block's work
  const double blocks = k.batch * k.heads * whole(k.q_len / a.query_tile);
  const double full = whole(blocks / p.sms) * p.sms / blocks;
  raw.math *= blocks < p.sms ? full : 1.0 + 0.5 * (full - 1.0);
  raw.duration = std::max(raw.math, raw.memory) + a.prefill_floor.value();
  return raw;
}

Raw decode(const Parts& p, const Kernel& k) {
  const AttentionCoefficients& a = p.c.attention;
  const bool mla = k.kv_latent > 0.0;
  const double keys = k.window > 0.0 ? std::min(k.window, k.kv_len) : k.kv_len;
  const double vd = k.v_head_dim > 0 ? k.v_head_dim : k.head_dim;
  const double kv_heads = mla ? 1.0 : std::max(1.0, k.kv_heads);
  const double width = mla ? k.kv_latent : k.head_dim + vd;
  const double group = k.heads / kv_heads * std::max(1.0, k.q_len);
  Raw raw;
  const double cache = k.batch * keys * kv_heads * width * bytes_per_element(k.weights);
  const double rest =
      2.0 * k.batch * k.q_len * k.heads * (mla ? 2.0 * k.kv_latent : k.head_dim + vd);
  raw.bytes = cache + rest;
  const double share = mla ? a.mla_decode : a.decode;
  const double blocks = k.batch * kv_heads * whole(keys / a.split_keys);
  const double reach = std::min(1.0, blocks / p.sms * p.c.memory.sm_multiple);
  raw.memory = raw.bytes / (share * p.bandwidth * reach);
  const double per_score = mla ? 2.0 * (2.0 * k.kv_latent - 64.0) : 2.0 * (k.head_dim + vd);
  const double rows = padded(group, mla ? a.mla_rows : a.decode_rows);
  const double peak = k.compute == DType::Fp8 ? p.fp8.peak : p.bf16.peak;
  raw.math =
      k.batch * kv_heads * rows * keys * per_score / ((mla ? a.mla_math : a.decode_math) * peak);
  raw.flops = k.batch * k.heads * std::max(1.0, k.q_len) * keys * per_score;
  raw.duration = std::max(raw.math, raw.memory) + (mla ? a.mla_floor : a.decode_floor).value();
  if (keys > a.split_keys && k.batch * kv_heads < p.sms) raw.duration += a.split_floor.value();
  return raw;
}

// Scores written, read and written by the softmax, read by the second product: four passes of
// q x kv, in the compute type; dropout and the scale ride along.
Raw unfused(const Parts& p, const Kernel& k) {
  const double vd = k.v_head_dim > 0 ? k.v_head_dim : k.head_dim;
  const bool backward = k.pass != Pass::Forward;
  Kernel product{.compute = k.compute,
                 .weights = k.compute,
                 .m = k.q_len,
                 .n = k.kv_len,
                 .k = k.head_dim,
                 .count = k.batch * k.heads};
  const bool systolic = p.kind != ChipKind::Gpu;
  const Raw scores = systolic ? systolic_matmul(p, product) : matmul(p, product);
  product.n = vd;
  product.k = k.kv_len;
  const Raw values = systolic ? systolic_matmul(p, product) : matmul(p, product);
  const double products = backward ? 2.0 : 1.0;  // each product has two in backward
  const double element = bytes_per_element(k.compute);
  Raw raw;
  const double pass_bytes = 2.0 * k.batch * k.heads * k.q_len * k.kv_len * element;
  const double softmax = p.c.memory.softmax_passes * p.stream(pass_bytes) * products + p.launch;
  raw.math = products * (scores.math + values.math);
  raw.bytes = products * (scores.bytes + values.bytes + pass_bytes);
  raw.memory = products * (scores.memory + values.memory) + softmax;
  raw.flops = products * (scores.flops + values.flops);
  raw.duration = products * (scores.duration + values.duration) + softmax;
  return raw;
}

}  // namespace

Raw attention(const Parts& p, const Kernel& k) {
  if (!k.fused) return unfused(p, k);
  // A few queries a sequence (decode, speculation) read the cache; more of them multiply.
  if (k.pass == Pass::Forward && (k.kv_latent > 0.0 || k.q_len <= 8.0) && k.q_len < k.kv_len) {
    return decode(p, k);
  }
  return prefill(p, k);
}

}  // namespace orrery::roofline
