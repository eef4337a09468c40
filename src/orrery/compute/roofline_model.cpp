#include "orrery/compute/roofline_model.hpp"

#include "orrery/compute/roofline_parts.hpp"

namespace orrery {
namespace roofline {

// One pass over what the kernel says it moves; vector math may be longer (it never is in norms).
Raw streaming(const Parts& p, const Kernel& kernel) {
  Raw raw;
  raw.bytes = kernel.bytes_read + kernel.bytes_written;
  raw.flops = kernel.flops;
  const bool rows = kernel.kind == OpKind::Norm || kernel.kind == OpKind::CrossEntropy;
  raw.memory = p.stream(raw.bytes, rows ? p.c.memory.norm : p.c.memory.stream);
  raw.math = kernel.flops / p.vector;
  raw.duration = std::max(raw.memory, raw.math) + p.launch;
  return raw;
}

namespace {

// Recurrences and indexers whose products run on the matrix unit at attention's share.
Raw scan(const Parts& p, const Kernel& kernel) {
  Raw raw = streaming(p, kernel);
  raw.math = kernel.flops / (p.c.attention.prefill * p.path(kernel).peak);
  raw.duration = std::max(raw.memory, raw.math) + p.launch;
  return raw;
}

}  // namespace

Raw priced(const Parts& p, const Kernel& kernel) {
  switch (kernel.kind) {
    case OpKind::Matmul:
      return p.kind == ChipKind::Gpu ? matmul(p, kernel) : systolic_matmul(p, kernel);
    case OpKind::GroupedMatmul:
      return p.kind == ChipKind::Gpu ? grouped_matmul(p, kernel) : systolic_matmul(p, kernel);
    case OpKind::Attention:
      return attention(p, kernel);
    case OpKind::LinearAttention:
    case OpKind::StateSpace:
    case OpKind::SparseIndex:
      return scan(p, kernel);
    case OpKind::Router: {
      Raw raw = streaming(p, kernel);
      raw.duration += p.c.routing.router_floor.value() +
                      kernel.m * std::max(1.0, kernel.count) * p.c.routing.copy.value();
      return raw;
    }
    case OpKind::Permute: {
      Raw raw = streaming(p, kernel);
      raw.duration += p.c.routing.permute_floor.value();
      return raw;
    }
    case OpKind::Embedding:
      return runs_on_gather_engines(p, kernel) ? gather(p, kernel) : streaming(p, kernel);
    case OpKind::Convolution:
    case OpKind::Norm:
    case OpKind::Elementwise:
    case OpKind::CrossEntropy:
      return streaming(p, kernel);
  }
  return {};
}

KernelTime kernel_time(const Raw& raw) {
  KernelTime out;
  out.duration = Seconds{raw.duration};
  out.math = Seconds{raw.math};
  out.memory = Seconds{raw.memory};
  out.flops = Flops{raw.flops};
  out.bytes = Bytes{raw.bytes};
  const double longer = std::max(raw.math, raw.memory);
  out.bound = raw.duration > 2.0 * longer ? Bound::Launch
              : raw.math >= raw.memory    ? Bound::Math
                                          : Bound::Memory;
  return out;
}

KernelDetail plain_detail(const Parts& p, const Kernel& kernel, const KernelTime& time) {
  KernelDetail out;
  out.time = time;
  const double peak = p.unit_peak(kernel);
  out.floor = Seconds{std::max(time.flops.value() / peak, time.bytes.value() / p.bandwidth)};
  if (time.duration.value() > 0.0) {
    out.utilisation = time.flops.value() / (peak * time.duration.value());
  }
  out.traffic.push_back({"memory", time.bytes});
  return out;
}

namespace {

class Roofline final : public ComputeModel {
 public:
  Roofline(const Chip& chip, const KernelCalibration& calibration) : parts_(chip, calibration) {}

  [[nodiscard]] KernelTime time(const Kernel& kernel) const override {
    return kernel_time(priced(parts_, kernel));
  }

  [[nodiscard]] KernelDetail detail(const Kernel& kernel) const override {
    return plain_detail(parts_, kernel, time(kernel));
  }

 private:
  Parts parts_;
};

}  // namespace
}  // namespace roofline

std::unique_ptr<ComputeModel> make_roofline(const Chip& chip,
                                            const KernelCalibration& calibration) {
  return std::make_unique<roofline::Roofline>(chip, calibration);
}

}  // namespace orrery
