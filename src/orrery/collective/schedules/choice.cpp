#include "orrery/collective/schedules/choice.hpp"

#include <algorithm>
#include <cmath>

#include "orrery/base/check.hpp"
#include "orrery/collective/schedules/builtins.hpp"

namespace orrery {
namespace {

constexpr std::uint32_t kMostChunks = 4096;

// What libraries build for a collective. A barrier is Bruck's exchange, as in MPI.
std::vector<const char*> candidates(const ScheduleRequest& request) {
  using enum CollectiveKind;
  switch (request.kind) {
    case AllReduce:
      if (!request.shape.empty()) return {"bucket"};
      return {"ring", "double_binary_tree"};
    case ReduceScatter:
    case AllGather:
      return {request.shape.empty() ? "ring" : "bucket"};
    case Broadcast:
    case Reduce:
      return {"chain"};
    case AllToAll:
    case SendRecv:
    case Barrier:
      return {default_algorithm(request.kind)};
  }
  return {};
}

bool has_pipeline(const std::string& name) {
  return name == "double_binary_tree" || name == "chain";
}

Seconds time_of(const char* name, ScheduleRequest request, std::uint32_t chunks, const Wire& wire) {
  request.chunks = chunks;
  const MadeSchedule made = make_schedule(name, request);
  ORRERY_CHECK(made, "{} refuses: {}", name, made.error());
  return (*made)->idle_cost().time(wire.alpha, wire.bandwidth, wire.gamma);
}

// Powers of two: T(c) = (c + L) (alpha + W/c) is flat around its least.
std::uint32_t best_chunks(const char* name, const ScheduleRequest& request, const Wire& wire) {
  if (!has_pipeline(name)) return 1;
  std::uint32_t best = 1;
  Seconds least = time_of(name, request, 1, wire);
  for (std::uint32_t chunks = 2; chunks <= kMostChunks; chunks *= 2) {
    const Seconds time = time_of(name, request, chunks, wire);
    if (!(time < least)) break;  // convex in the logarithm
    least = time;
    best = chunks;
  }
  return best;
}

}  // namespace

Choice library_choice(const ScheduleRequest& request, const Wire& wire) {
  Choice best;
  for (const char* name : candidates(request)) {
    const std::uint32_t chunks = best_chunks(name, request, wire);
    const Choice own{name, chunks, time_of(name, request, chunks, wire)};
    if (*best.algorithm == '\0' || own.time < best.time) best = own;
  }
  return best;
}

}  // namespace orrery
