// CollectiveSchedule: a collective as messages, each computed when it is asked for, so that a
// schedule of a billion messages takes no memory.
//
// Each rank goes through the steps of each stream in order. A step is over for a rank when all that
// it sends and all that it receives in it has arrived; then it starts the next, whatever the others
// do. Streams do not wait for each other.
#pragma once
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "orrery/base/units.hpp"
#include "orrery/collective/closed_form.hpp"

namespace orrery {

struct Move {
  std::uint32_t peer = 0;
  Bytes size;
};

// Time on an idle network where the flows of a step share no link:
//   T = latencies * alpha + bytes / B + reduced / gamma
struct IdleCost {
  double latencies = 0.0;
  Bytes bytes;
  Bytes reduced;  // at the rank that adds most, in all streams

  // `gamma`: of adding what was received; infinite where that takes no time, as in the fabrics.
  [[nodiscard]] Seconds time(Seconds alpha, BytesPerSecond bandwidth,
                             BytesPerSecond gamma = BytesPerSecond{
                                 std::numeric_limits<double>::infinity()}) const {
    return latencies * alpha + bytes / bandwidth + reduced / gamma;
  }
};

class CollectiveSchedule {
 public:
  virtual ~CollectiveSchedule() = default;
  [[nodiscard]] virtual std::uint32_t ranks() const = 0;
  [[nodiscard]] virtual std::uint32_t streams() const { return 1; }
  [[nodiscard]] virtual std::uint32_t steps(std::uint32_t stream) const = 0;
  // Appends what the rank sends in a step, to others only.
  virtual void sends(std::uint32_t stream, std::uint32_t rank, std::uint32_t step,
                     std::vector<Move>& moves) const = 0;
  // How many messages of the step come to the rank.
  [[nodiscard]] virtual std::uint32_t receives(std::uint32_t stream, std::uint32_t rank,
                                               std::uint32_t step) const = 0;
  // What of it the rank adds to its own, once the step is over. A rank adds on all streams at once,
  // each getting its even part of the rank's speed.
  [[nodiscard]] virtual Bytes added(std::uint32_t /*stream*/, std::uint32_t /*rank*/,
                                    std::uint32_t /*step*/) const {
    return {};
  }
  [[nodiscard]] virtual IdleCost idle_cost() const = 0;
  // Whether rank r does what rank 0 does, with every peer r further (modulo ranks).
  [[nodiscard]] virtual bool is_shift_invariant() const { return false; }
};

// What to build a schedule of. `size` as CollectiveCall counts it (nccl-tests).
struct ScheduleRequest {
  CollectiveKind kind = CollectiveKind::AllReduce;
  Bytes size;
  std::uint32_t ranks = 1;
  std::uint32_t group = 1;   // ranks of one node, for the hierarchical ones
  std::vector<int> shape;    // ranks along each dimension, for the ones of a torus
  std::uint32_t chunks = 1;  // pieces that follow each other through a pipeline
};

// A schedule, or what would do instead of this request.
using MadeSchedule = tl::expected<std::unique_ptr<CollectiveSchedule>, std::string>;

struct ScheduleAlgorithm {
  const char* name;
  const char* summary;
  std::vector<CollectiveKind> kinds;
  MadeSchedule (*make)(const ScheduleRequest&);
};

}  // namespace orrery
