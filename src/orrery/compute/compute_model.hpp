// ComputeModel: how long one Kernel takes on one chip, and why. Several levels of detail stand
// behind this one contract; callers never know which.
#pragma once
#include <memory>
#include <string>
#include <vector>

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

struct LevelTraffic {
  std::string level;  // "memory", "l2", "scratchpad"
  Bytes bytes;        // read and written there
};

// One choice of how the kernel is laid onto the chip: {"tile", "128 x 256"}.
struct MappingFact {
  std::string name, value;
};

// The time with what it is made of, for people; searches ask for the time alone.
struct KernelDetail {
  KernelTime time;
  double utilisation = 0;  // useful FLOP over the format's peak for as long as the kernel lasts
  Seconds floor;           // FLOP over peak or bytes over bandwidth, whichever is longer
  std::vector<LevelTraffic> traffic;
  std::vector<MappingFact> mapping;
};

class ComputeModel {
 public:
  virtual ~ComputeModel() = default;
  // Pure: the same kernel has the same time, whoever asks.
  [[nodiscard]] virtual KernelTime time(const Kernel& kernel) const = 0;
  [[nodiscard]] virtual KernelDetail detail(const Kernel& kernel) const {
    KernelDetail out;
    out.time = time(kernel);
    out.traffic.push_back({"memory", out.time.bytes});
    return out;
  }
};

}  // namespace orrery
