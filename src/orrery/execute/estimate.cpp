#include "orrery/execute/estimate.hpp"

#include <algorithm>
#include <cmath>

namespace orrery {
namespace {

template <std::size_t N>
Seconds sum(const std::array<Seconds, N>& parts) {
  Seconds total;
  for (const Seconds part : parts) total += part;
  return total;
}

// Share of a layer's host work (forward 1, backward 2) that one phase takes.
double host_share(Phase phase) { return phase == Phase::Backward ? 2.0 / 3.0 : 1.0 / 3.0; }

void add(SegmentTime& to, const SegmentTime& s, double count) {
  for (std::size_t i = 0; i < to.work.size(); ++i) to.work[i] += count * s.work[i];
  for (std::size_t i = 0; i < to.exposed.size(); ++i) {
    to.exposed[i] += count * s.exposed[i];
    to.busy[i] += count * s.busy[i];
  }
  to.host += count * s.host;
  to.weight_gradient += count * s.weight_gradient;
  to.math += count * s.math;
  to.memory += count * s.memory;
  to.flops += count * s.flops;
  to.bytes += count * s.bytes;
  to.launches += static_cast<int>(count) * s.launches;
}

SegmentTime run_time(const std::vector<SegmentRun>& runs, const std::vector<SegmentTime>& priced) {
  SegmentTime total;
  for (const SegmentRun& run : runs)
    add(total, priced[static_cast<std::size_t>(run.segment)], run.count);
  return total;
}

// Once-a-step traffic. Reductions hide behind the last backward pass but for their last bucket,
// gathers behind the first forward pass.
void add_step_traffic(const RankClass& c, const SegmentTime& forward, const SegmentTime& backward,
                      const Prices& prices, StepTime& step) {
  const auto data = static_cast<std::size_t>(Traffic::Data);
  Seconds behind_backward = prices.stack.overlap * backward.compute();
  Seconds behind_forward = prices.stack.overlap * forward.compute();
  for (const CommTask& task : c.step) {
    const Seconds t =
        task.repeat * collective_time(task.call, prices.cluster, prices.collectives).duration;
    step.busy[data] += t;
    if (!task.may_overlap) {
      step.exposed[data] += t;
      continue;
    }
    Seconds& budget =
        task.call.kind == CollectiveKind::AllGather ? behind_forward : behind_backward;
    const Seconds last_bucket = t / std::max(1, c.layers);
    const Seconds hidden = std::min(t - last_bucket, budget);
    budget -= hidden;
    step.exposed[data] += t - hidden;
  }
}

}  // namespace

Seconds SegmentTime::compute() const { return sum(work); }
Seconds SegmentTime::total() const { return sum(work) + sum(exposed) + host; }

Seconds StepTime::total() const {
  Seconds total = sum(exposed) + bubble + optimizer + host + stragglers;
  for (const auto& phase : work) total += sum(phase);
  return total;
}

SegmentTime price(const Segment& segment, const Prices& prices, Launch launch) {
  SegmentTime t;
  const double slower = 1.0 / prices.stack.efficiency;
  for (const ComputeTask& task : segment.compute) {
    const KernelTime k = prices.compute.time(task.kernel);
    const double factor = slower * (task.work == Work::Experts ? prices.stack.moe_overhead : 1.0);
    const Seconds duration = task.repeat * factor * k.duration;
    t.work[static_cast<std::size_t>(task.work)] += duration;
    if (task.kernel.pass == Pass::BackwardWeight) t.weight_gradient += duration;
    t.math += task.repeat * k.math;
    t.memory += task.repeat * k.memory;
    t.flops += task.repeat * k.flops;
    t.bytes += task.repeat * k.bytes;
    ++t.launches;
  }
  const Seconds compute = t.compute();
  Seconds budget = prices.stack.overlap * compute;
  for (const CommTask& task : segment.comm) {
    const Seconds duration =
        task.repeat * collective_time(task.call, prices.cluster, prices.collectives).duration;
    const auto i = static_cast<std::size_t>(task.traffic);
    t.busy[i] += duration;
    const Seconds hidden = task.may_overlap ? std::min(duration, budget) : Seconds{};
    budget -= hidden;
    t.exposed[i] += duration - hidden;
  }
  if (segment.host > Bytes{}) {
    const Seconds duration = segment.host / prices.cluster.chip.host_link;
    const auto i = static_cast<std::size_t>(Traffic::Host);
    t.busy[i] += duration;
    t.exposed[i] += std::max(Seconds{}, duration - budget);
  }
  // Launches run ahead of the stream; only what they lag behind is lost.
  if (launch == Launch::Eager && segment.is_layer) {
    const Seconds host = host_share(segment.phase) * prices.stack.overhead_per_layer;
    t.host = std::max(Seconds{}, host - t.total());
  }
  return t;
}

Seconds pipeline_bubble(const Program& program, const std::vector<Seconds>& stage_time,
                        const std::vector<Seconds>& weight_gradient_time, std::size_t busiest) {
  Seconds bubble;
  for (std::size_t s = 0; s < stage_time.size(); ++s) {
    if (s == busiest) continue;
    bubble += stage_time[s];
    if (program.schedule == Schedule::ZeroBubble) bubble -= weight_gradient_time[s];
  }
  return program.schedule == Schedule::Interleaved ? bubble / program.virtual_stages : bubble;
}

StepTime estimate(const Program& program, const Prices& prices) {
  std::vector<SegmentTime> priced;
  priced.reserve(program.segments.size());
  for (const Segment& segment : program.segments)
    priced.push_back(price(segment, prices, program.launch));

  struct StageTime {
    SegmentTime forward, recompute, backward;
  };
  std::vector<StageTime> stages;
  StepTime step;
  std::vector<Seconds> weight_gradient;
  std::size_t busiest = 0;
  for (const RankClass& c : program.classes) {
    stages.push_back(
        {run_time(c.forward, priced), run_time(c.recompute, priced), run_time(c.backward, priced)});
    const StageTime& s = stages.back();
    step.stage_time.push_back(s.forward.total() + s.recompute.total() + s.backward.total());
    weight_gradient.push_back(s.backward.weight_gradient);
    step.all_ranks_flops += program.micro_batches * c.multiplicity *
                            (s.forward.flops + s.recompute.flops + s.backward.flops);
    if (step.stage_time.back() > step.stage_time[busiest]) busiest = stages.size() - 1;
  }
  step.busiest_stage = static_cast<int>(busiest);
  const StageTime& b = stages[busiest];
  const RankClass& c = program.classes[busiest];
  const double m = program.micro_batches;

  SegmentTime all;
  const std::array<const SegmentTime*, kPhases> phases{&b.forward, &b.recompute, &b.backward};
  for (std::size_t phase = 0; phase < kPhases; ++phase) {
    for (std::size_t w = 0; w < kWorks; ++w) step.work[phase][w] = m * phases[phase]->work[w];
    add(all, *phases[phase], 1.0);
  }
  for (std::size_t i = 0; i < kTraffics; ++i) {
    step.exposed[i] = m * all.exposed[i];
    step.busy[i] = m * all.busy[i];
  }
  step.host = m * all.host;
  step.math = m * all.math;
  step.memory = m * all.memory;
  step.flops = m * all.flops;
  step.bytes = m * all.bytes;

  const bool training = program.task == Task::Train || program.task == Task::Finetune;
  if (program.stages > 1) {
    const Seconds send =
        collective_time(program.stage_send.call, prices.cluster, prices.collectives).duration;
    const double directions = training ? 2.0 : 1.0;
    const auto i = static_cast<std::size_t>(Traffic::Pipeline);
    const double sends = directions * program.virtual_stages * m;
    step.busy[i] += sends * send;
    // Filling and draining always waits for the wire; the steady state only without overlap.
    const double fill = directions * (program.stages - 1);
    step.exposed[i] += (program.stage_send.may_overlap ? fill : fill + sends) * send;
    step.bubble = pipeline_bubble(program, step.stage_time, weight_gradient, busiest);
  }
  if (training) {
    add_step_traffic(c, b.forward, b.backward, prices, step);
    if (c.optimizer.repeat > 0) {
      const KernelTime k = prices.compute.time(c.optimizer.kernel);
      step.optimizer = c.optimizer.repeat * k.duration;
      step.memory += k.memory;
      step.bytes += k.bytes;
    }
    if (c.optimizer_host > Bytes{})
      step.optimizer += 2.0 * c.optimizer_host / prices.cluster.chip.host_link;
  }
  // E[max of N normals] ~ sigma sqrt(2 ln N): everybody waits for the slowest.
  if (program.ranks > 1 && prices.straggler_sigma > 0) {
    Seconds compute;
    for (const auto& phase : step.work) compute += sum(phase);
    step.stragglers = prices.straggler_sigma * std::sqrt(2.0 * std::log(program.ranks)) * compute;
  }
  return step;
}

}  // namespace orrery
