#include "orrery/planner/choices.hpp"

#include "orrery/base/check.hpp"

namespace orrery::planning {
namespace {

std::vector<std::uint8_t> positions(std::size_t count) {
  ORRERY_CHECK(count >= 1 && count <= 16, "a knob has 1 to 16 values, saw {}", count);
  std::vector<std::uint8_t> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(static_cast<std::uint8_t>(i));
  return out;
}

// The first value that `accepts`, or the first of all.
template <class T, class Accepts>
std::vector<std::uint8_t> one_of(const std::vector<T>& values, Accepts accepts) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (accepts(values[i])) return {static_cast<std::uint8_t>(i)};
  }
  return {0};
}

}  // namespace

Choices choices_for(const PlanSpace& space, const ParallelPlan& shape) {
  Choices c{positions(space.sequence_parallel.size()), positions(space.recompute.size()),
            positions(space.fused_attention.size()),   positions(space.offload_activations.size()),
            positions(space.overlap_tensor.size()),    positions(space.overlap_expert.size()),
            positions(space.overlap_context.size()),   positions(space.schedule.size()),
            positions(space.overlap_pipeline.size()),  positions(space.zero.size()),
            positions(space.offload_optimizer.size()), positions(space.overlap_data.size())};
  if (shape.tensor == 1) c[kSequenceParallel] = c[kOverlapTensor] = {0};
  if (shape.context == 1) c[kOverlapContext] = {0};
  if (shape.expert == 1) c[kOverlapExpert] = {0};
  if (shape.pipeline == 1) {
    c[kOverlapPipeline] = {0};
    c[kSchedule] = one_of(space.schedule, [](Schedule s) { return s != Schedule::GPipe; });
  }
  // Experts cut tensor, context and data ranks alike: what is left of them reduces gradients.
  const int reducing = shape.context * shape.data * (shape.expert > 1 ? shape.tensor : 1);
  if (reducing == 1) {
    c[kOverlapData] = {0};
    c[kZero] = one_of(space.zero, [](int zero) { return zero < 3; });
  }
  return c;
}

std::int64_t points(const Choices& choices) {
  std::int64_t product = 1;
  for (const auto& values : choices) product *= static_cast<std::int64_t>(values.size());
  return product;
}

void apply(const PlanSpace& space, const Pick& pick, ParallelPlan& plan) {
  plan.sequence_parallel = space.sequence_parallel[pick[kSequenceParallel]];
  plan.recompute = space.recompute[pick[kRecompute]];
  plan.fused_attention = space.fused_attention[pick[kFusedAttention]];
  plan.offload.activations = space.offload_activations[pick[kOffloadActivations]];
  plan.overlap.tensor = space.overlap_tensor[pick[kOverlapTensor]];
  plan.overlap.expert = space.overlap_expert[pick[kOverlapExpert]];
  plan.overlap.context = space.overlap_context[pick[kOverlapContext]];
  plan.schedule = space.schedule[pick[kSchedule]];
  plan.overlap.pipeline = space.overlap_pipeline[pick[kOverlapPipeline]];
  plan.zero = space.zero[pick[kZero]];
  plan.offload.optimizer = space.offload_optimizer[pick[kOffloadOptimizer]];
  plan.overlap.data = space.overlap_data[pick[kOverlapData]];
}

std::uint64_t order(const Pick& pick) {
  std::uint64_t key = 0;
  for (const std::uint8_t position : pick) key = key << 4 | position;
  return key;
}

}  // namespace orrery::planning
