// The data sheets of the chips whose kernels were measured, for tests of compute and accuracy.
#pragma once
#include "orrery/hw/chip.hpp"

namespace orrery::testing {

inline Chip gpu(const char* name, int cores, double bf16, double fp8, double fp4, double fp32,
                double bandwidth) {
  const auto tera = [](double v) { return FlopsPerSecond{v * 1e12}; };
  Chip chip;
  chip.name = name;
  chip.cores = cores;
  chip.peak.bf16 = chip.peak.fp16 = tera(bf16);
  chip.peak.tf32 = tera(bf16 / 2);
  chip.peak.int8 = tera(2 * bf16);
  chip.peak.fp8 = tera(fp8);
  chip.peak.fp4 = tera(fp4);
  chip.peak.fp32 = chip.peak.vector = tera(fp32);
  chip.memory = {80_GiB, BytesPerSecond{bandwidth * 1e12}};
  return chip;
}

inline Chip a100() { return gpu("a100-sxm", 108, 312, 0, 0, 19.5, 2.039); }
inline Chip h100() { return gpu("h100-sxm", 132, 989, 1979, 0, 67, 3.35); }
inline Chip h200() { return gpu("h200", 132, 989, 1979, 0, 67, 4.8); }
inline Chip b200() { return gpu("b200", 148, 2250, 4500, 9000, 80, 7.7); }

inline Chip tpu(int array) {
  Chip chip = gpu("tpu", 1, 918, 918, 0, 7, 1.64);
  chip.kind = ChipKind::Tpu;
  chip.matrix_unit = array;
  return chip;
}

}  // namespace orrery::testing
