// Attention: flash kernels tile queries and keys on chip (math-bound), decode streams the KV cache
// (memory-bound), unfused attention sends its scores through memory.
#include <bit>
#include <cstdint>

#include "orrery/compute/roofline_parts.hpp"
#include "orrery/compute/tile/attention/block_mask.hpp"

namespace orrery::roofline {
namespace {

// Four warps of a block share its queries, and a matrix instruction takes 16 rows of each.
constexpr double kLeastRows = 64.0;

// Of a whole number above zero: the least power of two that is no smaller.
double power_of_two(double x) {
  return static_cast<double>(std::bit_ceil(static_cast<std::uint32_t>(x)));
}

// Scores of one head of one sequence: all that are computed, and those of its longest block.
struct Scores {
  double all = 0, longest = 0;
};

// Per query tile, the keys it can see, rounded up to key tiles: closed form of the sum over query
// tiles, so that causal costs half plus the diagonal and a window costs its width plus a tile.
Scores visited_scores(const AttentionCoefficients& a, const Kernel& k, double query_tile) {
  const double q_tile = std::min(query_tile, padded(std::max(1.0, k.q_len), kLeastRows));
  const double q_tiles = whole(k.q_len / q_tile);
  double most = padded(k.kv_len, std::min(a.key_tile, padded(std::max(1.0, k.kv_len), 16.0)));
  double mean = most;
  if (k.causal && k.q_len > 1.0) {
    // tile i of T sees kv - q + (i + 1) q_tile keys: the mean is kv - q + (T + 1) / 2 q_tile
    mean = std::min(most, k.kv_len - k.q_len + 0.5 * (q_tiles + 1.0) * q_tile + 0.5 * a.key_tile);
  }
  if (k.window > 0.0) {
    most = std::min(most, k.window + q_tile + 0.5 * a.key_tile);
    mean = std::min(mean, most);
  }
  return {q_tiles * q_tile * mean, q_tile * most};
}

// An fp8 cache is multiplied in fp8 where chip and library can.
bool multiplies_fp8(const Parts& p, const Kernel& k) {
  return p.fp8.peak > p.bf16.peak &&
         (k.compute == DType::Fp8 || (k.weights == DType::Fp8 && p.c.attention.fp8_cache_math));
}

// Query rows of a block. Where warps multiply from registers, its queries, two stages of 64 keys
// and values and the scores between them lie in the SM's shared memory, in 16 bit: where it is too
// small for `query_tile` rows, the least. Other kernels are written for one chip and its memory.
double query_rows(const Parts& p, double head, double value) {
  constexpr double kKeys = 64.0, kStages = 2.0, kElement = 2.0;
  const double rows = p.c.attention.query_tile;
  const double held = kElement * (rows * head + kStages * kKeys * (head + value) + rows * kKeys);
  const bool is_limited = p.synchronous && p.shared_memory > 0;
  return is_limited && held > p.shared_memory ? std::min(rows, kLeastRows) : rows;
}

// Head dim that a kernel was compiled for. A systolic machine pads to the 128 lanes of its
// registers. Of kernels that multiply from registers FlashAttention's come in steps of 32,
// TensorRT-LLM's in powers of two, but for MLA's.
double compiled_head(const Parts& p, double head, bool mla) {
  constexpr double kLanes = 128.0, kStep = 32.0;
  if (p.array > 0.0) return padded(head, kLanes);
  if (!p.synchronous || mla) return head;
  return p.powers_of_two ? power_of_two(head) : padded(head, kStep);
}

// Flash attention: a block of one head's queries walks over the keys it sees.
//   math   = blocks / SMs * start + scores * ((products + exponentials) / (share * peak)
//            + wait * (key and value) / rows / L2's bandwidth)
//   memory = passes over Q, K, V and the output (rotary embedding and the cache append included)
Raw prefill(const Parts& p, const Kernel& k) {
  const AttentionCoefficients& a = p.c.attention;
  const double vd = k.v_head_dim > 0 ? k.v_head_dim : k.head_dim;
  const bool mla = k.head_dim != vd;
  const bool fp8 = multiplies_fp8(p, k);
  const double peak = fp8 ? p.fp8.peak : p.path(Kernel{.compute = k.compute}).peak;
  const bool backward = k.pass != Pass::Forward;
  double share = fp8 ? a.prefill_fp8 : a.prefill;
  if (mla) share = fp8 ? a.mla_prefill_fp8 : a.mla_prefill;
  if (backward) share = a.backward;
  const double head = compiled_head(p, k.head_dim, mla), value = compiled_head(p, vd, mla);
  // Backward has five products a score (S, dP, dV, dQ, dK) against two: three are head_dim wide and
  // two v_head_dim (FlashAttention-2, algorithm 2: 2.5 times the forward's work).
  const double products = backward ? 2.0 * (3.0 * head + 2.0 * value) : 2.0 * (head + value);
  // Exponentials run on their own unit at a fixed rate, so in fp8 they cost more matrix FLOP.
  const double exponentials = a.softmax * peak / p.bf16.peak;

  double passes = fp8 ? a.prefill_passes_fp8 : a.prefill_passes;
  if (mla) passes = fp8 ? a.mla_prefill_passes_fp8 : a.mla_prefill_passes;
  if (!k.appends_cache) passes = 1.0;
  Raw raw;
  const double rows = query_rows(p, head, value);
  const double blocks = k.batch * k.heads * whole(k.q_len / rows);
  const Scores visited = visited_scores(a, k, rows);
  // Every block reads its keys and values from L2: in so many seconds a score, on all SMs.
  const double in_use = std::min(rows, padded(std::max(1.0, k.q_len), kLeastRows));
  const double through_l2 = (head + value) * (fp8 ? 1.0 : 2.0) / in_use;  // bytes a score
  const double l2 = through_l2 / (p.c.matmul.l2_bandwidth * p.bandwidth);
  const double wait = backward ? 0.0 : a.prefill_wait;
  const double score = (products + exponentials) / (share * peak) + wait * l2;
  const double start =
      rows / a.query_tile *
      (mla ? fp8 ? a.mla_prefill_start_fp8 : a.mla_prefill_start : a.prefill_start).value();
  const double even = blocks / p.sms * start + k.batch * k.heads * visited.all * score;
  const double longest = start + visited.longest * score * p.sms;
  // Equal blocks go in whole waves. Causal blocks differ and are dealt longest first, which fills
  // holes: never below the longest, and `tail` of it is left at the end.
  raw.math = std::max(even, longest) + a.tail * std::min(even, longest);
  raw.tile.rows = in_use;
  raw.tile.columns = a.key_tile;
  raw.tile.blocks = blocks;
  raw.tile.waves = whole(blocks / p.sms);
  raw.tile.l2_bytes = k.batch * k.heads * visited.all * through_l2;
  const double useful = backward ? 2.0 * (3.0 * k.head_dim + 2.0 * vd) : 2.0 * (k.head_dim + vd);
  raw.flops = useful * k.batch * k.heads * seen_scores({k.q_len, k.kv_len, k.window, k.causal});
  const double element = bytes_per_element(k.compute);
  const double queries = k.batch * k.q_len * k.heads * (k.head_dim + vd) * element;
  const double keys =
      k.batch * k.kv_len * k.kv_heads * (k.head_dim + vd) * bytes_per_element(k.weights);
  raw.bytes = (backward ? 3.0 : passes) * (queries + keys);
  raw.memory = raw.bytes / (p.c.memory.share * p.bandwidth);
  raw.duration = raw.math + raw.memory + (k.appends_cache ? a.prefill_floor.value() : p.launch);
  return raw;
}

// Elements of the query rows of a block beyond which its fp8 kernel has an SM to itself: below, two
// blocks hide each other's start. Seen on Hopper between 4,096 and 6,144.
constexpr double kRoomForTwo = 5120.0;

// Decode: every (sequence, KV head) is a block that streams its keys and values once for all of its
// query heads; few blocks are cut into pieces of the key range, which a second pass adds up.
//   time = floor + longest of (stream, blocks / SMs * start, padded rows' math) + unhidden rest
// Groups wider than `decode_group` have no such kernel: every query head is a block of its own and
// the cache is read again from L2.
Raw decode(const Parts& p, const Kernel& k) {
  const AttentionCoefficients& a = p.c.attention;
  const double queries = std::max(1.0, k.q_len);
  const double keys = k.window > 0.0 ? std::min(k.window, k.kv_len) : k.kv_len;
  const double vd = k.v_head_dim > 0 ? k.v_head_dim : k.head_dim;
  const double kv_heads = std::max(1.0, k.kv_heads);
  const double group = k.heads / kv_heads;
  const bool shared = group <= a.decode_group || !a.decode_plain;
  const double items = k.batch * (shared ? kv_heads : k.heads);
  const double width = k.head_dim + vd;
  const bool fp8 = k.weights == DType::Fp8;

  Raw raw;
  const double once = k.batch * keys * kv_heads * width * bytes_per_element(k.weights);
  const double ends = 2.0 * k.batch * queries * k.heads * width;
  raw.bytes = once + ends;
  double pieces = std::min(p.sms / items, keys / (fp8 ? a.split_keys_fp8 : a.split_keys));
  pieces = std::max(1.0, static_cast<double>(static_cast<std::int64_t>(pieces)));
  const double reach = std::min(1.0, items * pieces / p.sms * a.decode_reach);
  // one query head a block is the plainer kernel; the shared ones differ by cache format
  const bool plain = a.decode_plain && (group <= 1.0 || !shared);
  double share = !fp8 ? a.decode : plain ? a.decode_fp8_plain : a.decode_fp8;
  if (plain && pieces > 1.0) share *= a.decode_split_plain;
  // A cache that fits into L2 was left there by the launch before; a larger one evicts itself.
  const bool cached = k.left_in_cache && raw.bytes <= p.resident;
  raw.memory = raw.bytes / (share * p.bandwidth * reach * (cached ? p.c.memory.l2_multiple : 1.0));
  if (!shared) {
    raw.memory =
        std::max(raw.memory, group * once / (p.c.memory.l2_multiple * p.bandwidth * reach));
  }
  // Kernels are compiled for head dims of powers of two. Query heads of a group are padded to rows
  // of the matrix unit; one query head alone is multiplied on vector units, unpadded.
  const double lanes = power_of_two(k.head_dim) + power_of_two(vd);
  const double rows = plain ? queries : padded(group * queries, a.decode_rows);
  const Seconds start = plain ? a.decode_start + rows * lanes * a.decode_row
                        : fp8 ? a.decode_start_fp8 + rows * lanes * a.decode_row_fp8
                              : a.decode_start_shared + rows * lanes * a.decode_row_shared;
  const bool alone = !plain && fp8 && rows * lanes > kRoomForTwo;
  const double starts = items / p.sms * (start + (alone ? a.decode_alone_fp8 : Seconds{})).value();
  raw.math = items * rows * keys * 2.0 * width /
             (a.decode_math * p.bf16.peak * std::min(1.0, items * pieces / p.sms));
  raw.flops = k.batch * k.heads * queries * keys * 2.0 * width;
  raw.tile.rows = rows;
  raw.tile.columns = keys / pieces;
  raw.tile.blocks = items;
  raw.tile.pieces = pieces;
  raw.tile.waves = whole(items * pieces / p.sms);
  raw.tile.l2_bytes = shared ? once : group * once;
  const double longer = std::max({raw.memory, raw.math, starts});
  raw.duration =
      a.decode_floor.value() + longer + a.decode_rest * (raw.memory + raw.math + starts - longer);
  if (pieces > 1.0) raw.duration += a.split_floor.value();
  if (keys < k.kv_len) raw.duration += (fp8 ? a.decode_window_fp8 : a.decode_window).value();
  return raw;
}

// MLA decode: all heads of a sequence share one compressed cache of kv_latent elements a token; the
// scores take all of it, the values its latent part. Heads are padded to the matrix unit's rows.
Raw latent_decode(const Parts& p, const Kernel& k) {
  const AttentionCoefficients& a = p.c.attention;
  const double queries = std::max(1.0, k.q_len);
  const double keys = k.window > 0.0 ? std::min(k.window, k.kv_len) : k.kv_len;
  const bool fp8 = k.weights == DType::Fp8 && p.fp8.peak > p.bf16.peak;
  Raw raw;
  const double per_score = 2.0 * (2.0 * k.kv_latent - kLatentRope);
  const double cache = k.batch * keys * k.kv_latent * (fp8 ? 1.0 : 2.0);
  raw.bytes = cache + (fp8 ? a.mla_ends_fp8 : a.mla_ends) * 2.0 * k.batch * queries * k.heads *
                          (2.0 * k.kv_latent - kLatentRope);
  double pieces = std::min(p.sms / k.batch, keys / a.mla_split_keys);
  pieces = std::max(1.0, static_cast<double>(static_cast<std::int64_t>(pieces)));
  const double busy = std::min(1.0, k.batch * pieces / p.sms);
  raw.memory = raw.bytes / ((fp8 ? a.mla_decode_fp8 : a.mla_decode) * p.bandwidth *
                            std::min(1.0, busy * a.mla_reach));
  const double rows = padded(k.heads * queries, a.mla_rows);
  raw.math = k.batch * rows * padded(keys, 64.0) * per_score /
             ((fp8 ? a.mla_math_fp8 * p.fp8.peak : a.mla_math * p.bf16.peak) * busy);
  raw.flops = k.batch * k.heads * queries * keys * per_score;
  raw.tile.rows = rows;
  raw.tile.columns = keys / pieces;
  raw.tile.blocks = k.batch;
  raw.tile.pieces = pieces;
  raw.tile.waves = whole(k.batch * pieces / p.sms);
  raw.tile.l2_bytes = cache;
  const double starts = k.batch * pieces / p.sms * a.mla_start.value();
  const double longer = std::max({raw.memory, raw.math, starts});
  raw.duration =
      a.mla_floor.value() + longer + a.mla_rest * (raw.memory + raw.math + starts - longer);
  if (pieces > 1.0) raw.duration += a.split_floor.value();
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
  const double softmax =
      p.c.memory.softmax_passes * p.stream(pass_bytes, p.c.memory.norm) * products + p.launch;
  raw.math = products * (scores.math + values.math);
  raw.bytes = products * (scores.bytes + values.bytes + pass_bytes);
  raw.memory = products * (scores.memory + values.memory) + softmax;
  raw.flops = products * (scores.flops + values.flops);
  raw.duration = products * (scores.duration + values.duration) + softmax;
  return raw;
}

}  // namespace

bool reads_cache(const Kernel& k) {
  constexpr double kFewQueries = 8.0;
  if (k.pass != Pass::Forward) return false;
  return k.kv_latent > 0.0 || (k.q_len <= kFewQueries && k.q_len < k.kv_len);
}

Raw attention(const Parts& p, const Kernel& k) {
  if (!k.fused) return unfused(p, k);
  if (reads_cache(k)) return k.kv_latent > 0.0 ? latent_decode(p, k) : decode(p, k);
  return prefill(p, k);
}

}  // namespace orrery::roofline
