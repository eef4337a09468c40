#include "orrery/compute/measured/measured_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <tuple>

namespace orrery {
namespace {

constexpr std::size_t kNearest = 4;
constexpr double kReach = 4.0;  // doublings from the nearest shape at which the table says nothing
constexpr double kTwin = 1e-3;  // nearer than this is the same shape

// Sizes on a scale of doublings.
using Point = std::array<double, 8>;

Point point_of(const Kernel& k) {
  const auto doublings = [](double x) { return std::log2(1.0 + std::max(0.0, x)); };
  const double streamed = k.bytes_read + k.bytes_written;
  switch (k.kind) {
    case OpKind::Matmul:
    case OpKind::GroupedMatmul:
      return {doublings(k.m), doublings(k.n), doublings(k.k), doublings(k.count)};
    case OpKind::Attention:
      return {doublings(k.batch),    doublings(k.q_len),    doublings(k.kv_len), doublings(k.heads),
              doublings(k.kv_heads), doublings(k.head_dim), doublings(k.window)};
    default:
      return {doublings(streamed)};
  }
}

// Kernels that one another's timings may stand for.
using Family = std::tuple<OpKind, Pass, DType, DType, Scaling, bool, bool, bool, bool>;

Family family_of(const Kernel& k) {
  const bool decodes = k.q_len <= 1.0;
  return {k.kind,          k.pass,  k.compute, k.weights, k.scaling, k.quantises_input,
          k.kv_latent > 0, k.fused, decodes};
}

struct Known {
  Point at{};
  double log_ratio = 0;  // measured over predicted
};

class MeasuredModel final : public ComputeModel {
 public:
  MeasuredModel(std::unique_ptr<ComputeModel> beneath, const std::vector<MeasuredKernel>& table)
      : beneath_(std::move(beneath)) {
    for (const MeasuredKernel& m : table) {
      const double predicted = beneath_->time(m.kernel).duration.value();
      known_[family_of(m.kernel)].push_back(
          {point_of(m.kernel), std::log(m.duration.value() / predicted)});
    }
  }

  [[nodiscard]] KernelTime time(const Kernel& kernel) const override {
    KernelTime t = beneath_->time(kernel);
    t.duration *= correction(kernel).ratio;
    return t;
  }

  [[nodiscard]] KernelDetail detail(const Kernel& kernel) const override {
    KernelDetail d = beneath_->detail(kernel);
    const Correction c = correction(kernel);
    d.time.duration *= c.ratio;
    d.utilisation /= c.ratio;
    d.mapping.push_back({"measured table",
                         c.shapes == 0
                             ? std::string("nothing near: as modelled")
                             : fmt::format("{:+.1f} %, {} shapes, the nearest {:.1f} doublings off",
                                           100 * (c.ratio - 1), c.shapes, c.nearest)});
    return d;
  }

 private:
  struct Correction {
    double ratio = 1, nearest = 0;
    std::size_t shapes = 0;
  };

  [[nodiscard]] Correction correction(const Kernel& kernel) const {
    const auto family = known_.find(family_of(kernel));
    if (family == known_.end()) return {};
    const Point at = point_of(kernel);
    std::vector<std::pair<double, double>> near;  // squared distance, log ratio
    near.reserve(family->second.size());
    for (const Known& k : family->second) {
      double distance = 0;
      for (std::size_t i = 0; i < at.size(); ++i) distance += (at[i] - k.at[i]) * (at[i] - k.at[i]);
      near.emplace_back(distance, k.log_ratio);
    }
    const std::size_t count = std::min(kNearest, near.size());
    std::partial_sort(near.begin(), near.begin() + static_cast<std::ptrdiff_t>(count), near.end());
    Correction c;
    c.nearest = std::sqrt(near.front().first);
    if (c.nearest >= kReach) return {};
    double sum = 0, weight = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const double w = 1.0 / (near[i].first + kTwin * kTwin);
      sum += w * near[i].second;
      weight += w;
    }
    c.shapes = count;
    c.ratio = std::exp((1.0 - c.nearest / kReach) * sum / weight);
    return c;
  }

  std::unique_ptr<ComputeModel> beneath_;
  std::map<Family, std::vector<Known>> known_;
};

}  // namespace

std::unique_ptr<ComputeModel> make_measured_model(std::unique_ptr<ComputeModel> beneath,
                                                  const std::vector<MeasuredKernel>& table) {
  return std::make_unique<MeasuredModel>(std::move(beneath), table);
}

}  // namespace orrery
