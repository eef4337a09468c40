#include "orrery/program/plan.hpp"

#include <algorithm>

namespace orrery {
namespace {

double gathered_bytes(DType stored, DType compute, bool is_cast) {
  const double width = bytes_per_element(stored);
  return is_cast ? std::min(width, bytes_per_element(compute)) : width;
}

}  // namespace

double gathered_weight_bytes(const Precision& p) {
  return gathered_bytes(p.weights, p.compute, p.casts_gathered_weights);
}

double gathered_activation_bytes(const Precision& p) {
  return gathered_bytes(p.activations, p.compute, p.casts_gathered_activations);
}

Precision precision_named(DType compute) {
  Precision p;
  p.compute = compute;
  switch (compute) {
    case DType::Fp32:
    case DType::Tf32:
      p.attention = compute;
      p.weights = p.activations = p.kv_cache = p.communication = DType::Fp32;
      p.master_weights = false;
      break;
    case DType::Fp16:
      p.gradients = p.attention = p.weights = p.activations = p.kv_cache = p.communication =
          DType::Fp16;
      break;
    case DType::Bf16:
      break;
    case DType::Fp8:
      p.scaling = Scaling::Tensor;
      break;
    case DType::Int8:
      p.scaling = Scaling::Row;
      break;
    case DType::Fp4:
    case DType::Int4:
      p.scaling = Scaling::Block;
      break;
  }
  return p;
}

}  // namespace orrery
