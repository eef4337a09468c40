// The algorithm that a library would take: of those it has, the one whose closed form is least, as
// NCCL's and RCCL's tuners do (NCCL src/graph/tuning.cc: time = latency + size / bandwidth of each
// algorithm) and as XLA does on a torus, where it has one for each collective.
#pragma once
#include "orrery/collective/schedules/schedule.hpp"

namespace orrery {

struct Wire {
  Seconds alpha;  // of one message, on average over the ranks' pairs
  BytesPerSecond bandwidth;
  BytesPerSecond gamma{std::numeric_limits<double>::infinity()};
};

struct Choice {
  const char* algorithm = "";
  std::uint32_t chunks = 1;
  Seconds time;  // its closed form
};

// Rings and trees over switches; `shape` in the request: that torus's bucket.
Choice library_choice(const ScheduleRequest& request, const Wire& wire);

}  // namespace orrery
