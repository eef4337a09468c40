// Exchanges for tests and benchmarks: rings, and the collectives of one training step.
#pragma once
#include <span>
#include <vector>

#include "orrery/network/fabric/exchange.hpp"

namespace orrery::test {

// One stream a rank to its successor; each passes on what it has received. Appended; returns the
// index of the first.
inline std::uint32_t add_ring(Exchange& exchange, std::span<const std::uint32_t> ranks, Bytes chunk,
                              std::uint32_t rounds) {
  const auto first = static_cast<std::uint32_t>(exchange.streams.size());
  const auto n = static_cast<std::uint32_t>(ranks.size());
  for (std::uint32_t i = 0; i < n; ++i) {
    exchange.streams.push_back({.from = ranks[i],
                                .to = ranks[(i + 1) % n],
                                .size = chunk,
                                .rounds = rounds,
                                .in_step_with = {first + (i + n - 1) % n}});
  }
  return first;
}

// A ring all-reduce of `vector` over all endpoints, in the order of their numbers.
inline Exchange ring_all_reduce(std::uint32_t endpoints, Bytes vector) {
  Exchange out;
  std::vector<std::uint32_t> ranks;
  for (std::uint32_t r = 0; r < endpoints; ++r) ranks.push_back(r);
  add_ring(out, ranks, vector / endpoints, 2 * (endpoints - 1));
  return out;
}

struct StepShape {
  std::uint32_t tensor = 8;  // innermost
  std::uint32_t pipeline = 1;
  std::uint32_t data = 1;  // outermost
  std::uint32_t micro_batches = 1;
  [[nodiscard]] std::uint32_t ranks() const { return tensor * pipeline * data; }
};

// Rank = tensor + T (stage + P replica). Each tensor group all-reduces in a ring for every
// micro-batch, each rank then sends its activations on to the next stage, and when those are
// through the gradients are all-reduced in rings over the replicas, all groups at the same time.
inline Exchange training_step(const StepShape& shape, Bytes activation, Bytes gradient) {
  Exchange out;
  const auto rank = [&](std::uint32_t t, std::uint32_t stage, std::uint32_t replica) {
    return t + shape.tensor * (stage + shape.pipeline * replica);
  };
  std::vector<std::uint32_t> before(shape.ranks());  // the stream that a rank did last
  for (std::uint32_t replica = 0; replica < shape.data; ++replica) {
    for (std::uint32_t stage = 0; stage < shape.pipeline; ++stage) {
      std::vector<std::uint32_t> group;
      for (std::uint32_t t = 0; t < shape.tensor; ++t) group.push_back(rank(t, stage, replica));
      const std::uint32_t ring = add_ring(out, group, activation / shape.tensor,
                                          2 * (shape.tensor - 1) * shape.micro_batches);
      for (std::uint32_t t = 0; t < shape.tensor; ++t) before[group[t]] = ring + t;
      if (stage + 1 == shape.pipeline) continue;
      for (std::uint32_t t = 0; t < shape.tensor; ++t) {
        out.streams.push_back({.from = group[t],
                               .to = rank(t, stage + 1, replica),
                               .size = activation,
                               .rounds = shape.micro_batches,
                               .begins_after = {ring + t}});
        before[group[t]] = static_cast<std::uint32_t>(out.streams.size() - 1);
      }
    }
  }
  for (std::uint32_t stage = 0; stage < shape.pipeline; ++stage) {
    for (std::uint32_t t = 0; t < shape.tensor; ++t) {
      std::vector<std::uint32_t> group;
      for (std::uint32_t d = 0; d < shape.data; ++d) group.push_back(rank(t, stage, d));
      const std::uint32_t ring = add_ring(out, group, gradient / shape.data, 2 * (shape.data - 1));
      for (std::uint32_t d = 0; d < shape.data; ++d) {
        out.streams[ring + d].begins_after = {before[group[d]]};
      }
    }
  }
  return out;
}

}  // namespace orrery::test
