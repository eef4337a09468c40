// What a stream of requests gets out of a memory: they enter in their order, and one that finds its
// channel full keeps those behind it waiting.
#pragma once
#include <cstdint>
#include <functional>

#include "orrery/compute/dram/dram_spec.hpp"

namespace orrery {

struct DramRequest {
  DramAddress address;
  bool write = false;
};

using DramSource = std::function<DramRequest(std::int64_t number)>;

struct DramRun {
  std::int64_t requests = 0;
  std::int64_t played = 0;  // of them; the rest follow from the steady state
  std::int64_t cycles = 0;
  std::int64_t activations = 0;  // of those that were played
  Seconds time;
  BytesPerSecond bandwidth;
};

// Every request played. `per_cycle`: how many may enter in one cycle.
DramRun dram_run(const DramSpec& spec, const DramSource& source, std::int64_t requests,
                 int per_cycle);

// The same until blocks of several refresh intervals take the same time again and again: what is
// left then takes as long. A source without a steady state is played to its end.
DramRun dram_steady_run(const DramSpec& spec, const DramSource& source, std::int64_t requests,
                        int per_cycle);

}  // namespace orrery
