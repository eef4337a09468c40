// AttentionKernels: how much slower older attention kernels are than the ones that were calibrated.
// Facts about software from its authors' own benchmarks; catalog/calibration/attention.yaml.
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

struct AttentionKernels {
  std::vector<AttentionSlowdown> kernels;

  [[nodiscard]] double slowdown(AttentionKernel kernel, const std::string& generation) const {
    for (const AttentionSlowdown& k : kernels) {
      if (k.kernel == kernel && k.generation == generation) return k.slowdown;
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
void describe(V& v, AttentionKernels& a) {
  v("kernels", a.kernels, "by library and generation", kRequired);
  v.also("source");
}

}  // namespace orrery
