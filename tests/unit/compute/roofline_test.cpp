#include <gtest/gtest.h>

#include "orrery/compute/roofline_model.hpp"

namespace orrery {
namespace {

Chip hopper() {
  Chip chip;
  chip.name = "h100-sxm";
  chip.cores = 132;
  chip.peak.bf16 = chip.peak.fp16 = 989_TFLOPS;
  chip.peak.fp8 = chip.peak.int8 = 1979_TFLOPS;
  chip.peak.tf32 = 495_TFLOPS;
  chip.peak.fp32 = chip.peak.vector = 67_TFLOPS;
  chip.memory = {80_GiB, 3350_GBps};
  chip.l2 = 50_MiB;
  return chip;
}

KernelCalibration calibration(const std::string& name) {
  const auto read =
      read_kernel_calibration(ORRERY_SOURCE_DIR "/catalog/calibration/kernels/" + name + ".yaml");
  if (!read) {
    for (const Error& e : read.error()) ADD_FAILURE() << to_string(e);
    return {};
  }
  return *read;
}

Kernel product(double m, double n, double k) {
  return {.kind = OpKind::Matmul, .m = m, .n = n, .k = k};
}

TEST(Roofline, NeverBeatsPeakOrBandwidth) {
  const Chip chip = hopper();
  const auto model = make_roofline(chip, calibration("hopper"));
  for (double m = 1; m <= 65536; m *= 4) {
    for (double n = 64; n <= 16384; n *= 4) {
      for (double k = 64; k <= 16384; k *= 4) {
        const KernelTime t = model->time(product(m, n, k));
        EXPECT_GT(t.duration, Flops{2 * m * n * k} / chip.peak.bf16);
        EXPECT_GT(t.duration, Bytes{2 * (m * n + n * k + m * k)} / chip.memory.bandwidth);
      }
    }
  }
}

}  // namespace
}  // namespace orrery
