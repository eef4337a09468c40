// ComputeModel: how long one Kernel takes on one chip, and why. Several levels of detail stand
// behind this one contract; callers never know which.
#pragma once
#include <memory>

#include "orrery/base/units.hpp"
#include "orrery/ops/kernel.hpp"

namespace orrery {

enum class Bound : std::uint8_t { Math, Memory, Launch };

struct KernelTime {
  Seconds duration;  // what the stream is busy for, launch floor included
  Seconds math;      // the matrix or vector units' share at their achieved rate
  Seconds memory;    // main memory's share at its achieved rate
  Flops flops;       // useful work
  Bytes bytes;       // moved to and from main memory
  Bound bound = Bound::Math;
};

class ComputeModel {
 public:
  virtual ~ComputeModel() = default;
  // Pure: the same kernel has the same time, whoever asks.
  [[nodiscard]] virtual KernelTime time(const Kernel& kernel) const = 0;
};

}  // namespace orrery
