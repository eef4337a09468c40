#include "orrery/compute/tile/attention/array_attention.hpp"

#include <algorithm>
#include <cmath>

#include "orrery/compute/roofline_parts.hpp"

namespace orrery {
namespace {

// A row's running maximum and sum, or the two numbers that backward needs of it.
constexpr double kRowNumbers = 2.0;
constexpr double kTableEntry = 4.0;  // bytes of the number of a page

struct Widths {
  double query = 2, cache = 2, output = 2;  // bytes an element
};

void set_forward(const Widths& e, double cached, ArrayAttention& a) {
  a.row.in = a.head * e.query;
  a.row.sum = (a.value + kRowNumbers) * kPartialElement;
  a.row.out = a.value * e.output;
  a.key.in = cached * e.cache;
  a.score = kPartialElement + e.query;  // as summed, and as multiplied again
}

// Queries and the gradient of the output come again and again, the output once: its product with
// that gradient is one number a row. Gradients of queries, keys and values are summed.
void set_backward(const Widths& e, ArrayAttention& a) {
  a.row.in = (a.head + a.value) * e.query + kRowNumbers * kPartialElement;
  a.row.once = a.value * e.output;
  a.row.sum = a.head * kPartialElement;
  a.row.out = a.head * e.query;
  a.key.in = (a.head + a.value) * e.cache;
  a.key.sum = (a.head + a.value) * kPartialElement;
  a.key.out = (a.head + a.value) * e.query;
  a.score = 2.0 * (kPartialElement + e.query);  // scores and their gradients
}

ArrayProduct product(double m, double n, double k, double element) {
  ArrayProduct p;
  p.m = m;
  p.n = n;
  p.k = k;
  p.input_element = p.weight_element = element;
  return p;
}

// FLOP of all products.
double per_score(const ArrayAttention& a) {
  return a.is_backward ? 2.0 * (3.0 * a.head + 2.0 * a.value) : 2.0 * (a.head + a.value);
}

}  // namespace

// Forward S = Q K', O += P V. Backward S and dP = dO V', then dV += P' dO, dQ += dS K,
// dK += dS' Q (FlashAttention-2, algorithms 1 and 2).
ScoreProducts score_products(const ArrayAttention& a, double rows, double keys) {
  const double e = a.element;
  if (!a.is_backward) return {{product(rows, keys, a.head, e), product(rows, a.value, keys, e)}, 2};
  return {{product(rows, keys, a.head, e), product(rows, keys, a.value, e),
           product(keys, a.value, rows, e), product(rows, a.head, keys, e),
           product(keys, a.head, rows, e)},
          5};
}

double product_operations(const ArrayAttention& a, double rows, double keys) {
  const double widened = a.element < kPartialElement ? keys * (a.head + a.value) : 0.0;
  return per_score(a) * rows * keys + widened;
}

// A score forward: scaled, compared with the row's maximum, less it, exponential, summed, cast.
// Backward: scaled, less the row's logarithm, exponential, cast; the gradient less the row's
// number, multiplied, cast. An exponential is started from a vector slot, as TPU v4's are.
// A rescaling multiplies and adds a row of the output, and corrects its sum by an exponential.
ScoreOperations score_operations(const ArrayAttention& a, double scores, double rescaled,
                                 double rows) {
  constexpr double kForward = 6, kBackward = 7, kCorrection = 4;
  if (a.is_backward) return {kBackward * scores, scores};
  const double widths = 2.0 * a.value * rescaled + a.value * rows;  // finished: divided by its sum
  return {kForward * scores + widths + kCorrection * rescaled + rows, scores + rescaled + rows};
}

double useful_flops(const ArrayAttention& a) {
  return per_score(a) * seen_scores(a.mask) * a.group * a.count;
}

ArrayAttention array_attention(const Kernel& k) {
  ArrayAttention a;
  a.mask = {std::max(1.0, std::ceil(k.q_len)), std::max(1.0, std::ceil(k.kv_len)),
            std::ceil(k.window), k.causal};
  a.is_backward = k.pass != Pass::Forward;
  const bool is_latent = !a.is_backward && k.kv_latent > 0;
  const double shared = is_latent ? 1.0 : std::max(1.0, k.kv_heads);
  a.group = std::max(1.0, std::round(k.heads / shared));
  a.kv_heads = std::max(1.0, std::round(k.heads / a.group));
  a.count = k.batch * k.heads / a.group;
  a.head = is_latent ? k.kv_latent : k.head_dim;
  a.value = is_latent ? k.kv_latent - kLatentRope : k.v_head_dim > 0 ? k.v_head_dim : k.head_dim;
  const double output = k.compute == DType::Fp32 || k.compute == DType::Tf32 ? 4.0 : 2.0;
  const Widths e{bytes_per_element(k.compute), bytes_per_element(k.weights), output};
  a.element = e.query;
  if (a.is_backward) {
    set_backward(e, a);
  } else {
    set_forward(e, is_latent ? k.kv_latent : a.head + a.value, a);
  }
  if (k.page > 0) {
    a.page = k.page;
    a.key.in += kTableEntry / k.page;
  }
  return a;
}

}  // namespace orrery
