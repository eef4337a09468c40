// SoftwareKernels: how much slower some libraries' kernels are than the ones that were calibrated.
// Facts about software from its authors' own benchmarks; catalog/calibration/software.yaml.
#pragma once
#include <string>
#include <vector>

#include "orrery/base/text/reader.hpp"
#include "orrery/program/plan.hpp"

namespace orrery {

struct AttentionSlowdown {
  AttentionKernel kernel = AttentionKernel::Best;
  std::string generation;  // Chip::generation
  double slowdown = 1.0;
  std::string source;
};

// A matrix product with such scales, its casts included.
struct MatmulSlowdown {
  DType compute = DType::Fp8;
  Scaling scaling = Scaling::None;
  std::string generation;
  double slowdown = 1.0;
  std::string source;
};

struct SoftwareKernels {
  std::vector<AttentionSlowdown> attention;
  std::vector<MatmulSlowdown> matmul;

  [[nodiscard]] double slowdown(AttentionKernel kernel, const std::string& generation) const {
    for (const AttentionSlowdown& k : attention) {
      if (k.kernel == kernel && k.generation == generation) return k.slowdown;
    }
    return 1.0;
  }
  [[nodiscard]] double slowdown(DType compute, Scaling scaling,
                                const std::string& generation) const {
    for (const MatmulSlowdown& k : matmul) {
      if (k.compute == compute && k.scaling == scaling && k.generation == generation)
        return k.slowdown;
    }
    return 1.0;
  }
};

template <class V>
void describe(V& v, AttentionSlowdown& a) {
  v("kernel", a.kernel, "which library", kRequired);
  v("generation", a.generation, "of chips", kRequired);
  v("slowdown", a.slowdown, "time against the best kernel of the chip", kRequired);
  v("source", a.source, "where it was measured", kRequired);
}

template <class V>
void describe(V& v, MatmulSlowdown& m) {
  v("compute", m.compute, "format of the product", kRequired);
  v("scaling", m.scaling, "of its operands", kRequired);
  v("generation", m.generation, "of chips", kRequired);
  v("slowdown", m.slowdown, "time against the calibrated kernel, casts included", kRequired);
  v("source", m.source, "where it was measured", kRequired);
}

template <class V>
void describe(V& v, SoftwareKernels& s) {
  v("attention", s.attention, "by library and generation", kRequired);
  v("matmul", s.matmul, "by format, scaling and generation", kRequired);
  v.also("source");
}

}  // namespace orrery
