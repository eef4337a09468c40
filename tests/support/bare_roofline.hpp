// A roofline of bare peaks: the chip of "How to Scale Your Model" (jax-ml/scaling-book).
#pragma once
#include <algorithm>

#include "orrery/compute/compute_model.hpp"
#include "orrery/hw/chip.hpp"

namespace orrery::test {

class BareRoofline final : public ComputeModel {
 public:
  explicit BareRoofline(const Chip& chip) : chip_(chip) {}
  [[nodiscard]] KernelTime time(const Kernel& k) const override {
    KernelTime t;
    const double weight = bytes_per_element(k.weights);
    const FlopsPerSecond peak = k.compute == DType::Int8 ? chip_.peak.int8 : chip_.peak.bf16;
    switch (k.kind) {
      case OpKind::Matmul:
        t.flops = Flops{2 * k.count * k.m * k.n * k.k};
        t.bytes = Bytes{k.count *
                        (weight * k.n * k.k + k.m * (k.n + k.k) * bytes_per_element(k.compute))};
        break;
      case OpKind::Attention:
        t.bytes = Bytes{k.batch * k.kv_len * k.kv_heads * (k.head_dim + k.v_head_dim) * weight};
        break;
      default:
        break;  // the book leaves norms and activations out
    }
    t.duration = std::max(t.flops / peak, t.bytes / chip_.memory.bandwidth);
    return t;
  }

 private:
  Chip chip_;
};

}  // namespace orrery::test
