#include "orrery/execute/estimate.hpp"

#include <algorithm>
#include <cmath>

#include "orrery/execute/step_parts.hpp"

namespace orrery {
namespace {

template <std::size_t N>
Seconds sum(const std::array<Seconds, N>& parts) {
  Seconds total;
  for (const Seconds part : parts) total += part;
  return total;
}

// Host time of casting for and launching one local expert's product, forward and backward: training
// frameworks go through their experts one by one (Transformer Engine's GroupedLinear), engines fuse
// them. Found on the validation rows with 2 to 16 experts a rank, 2026-11-25.
constexpr Seconds kExpertProductHost{0.15e-3};

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
  for (std::size_t i = 0; i < to.products.size(); ++i) to.products[i] += count * s.products[i];
  to.bytes += count * s.bytes;
  to.launches += static_cast<int>(count) * s.launches;
}

SegmentTime run_time(const std::vector<SegmentRun>& runs,
                     const std::vector<SegmentTime>& segments) {
  SegmentTime total;
  for (const SegmentRun& run : runs)
    add(total, segments[static_cast<std::size_t>(run.segment)], run.count);
  return total;
}

PricedProgram::Transfer transfer(const CommTask& task, const Prices& prices) {
  return {task.repeat * collective_time(task.call, prices.cluster, prices.collectives).duration,
          task.traffic, task.may_overlap || task.always_overlaps, task.always_overlaps, task.call.kind == CollectiveKind::AllGather};
}

// How much slower this program's library runs the kernel than the one that was calibrated.
class Slowdown {
 public:
  Slowdown(const Program& program, const Prices& prices)
      : software_(prices.software), generation_(prices.cluster.chip.generation) {
    if (software_ != nullptr)
      attention_ = software_->slowdown(program.attention_kernel, generation_);
  }
  double operator()(const Kernel& kernel) const {
    if (software_ == nullptr) return 1.0;
    if (kernel.kind == OpKind::Attention) return attention_;
    return kernel.scaling == Scaling::None
               ? 1.0
               : software_->slowdown(kernel.compute, kernel.scaling, generation_);
  }

 private:
  const SoftwareKernels* software_;
  const std::string& generation_;
  double attention_ = 1.0;
};

PricedProgram::PricedSegment price(const Segment& segment, const Prices& prices,
                                   const Slowdown& slowdown) {
  PricedProgram::PricedSegment out;
  out.phase = segment.phase;
  out.is_layer = segment.is_layer;
  out.expert_products = segment.expert_products;
  SegmentTime& t = out.raw;
  for (const ComputeTask& task : segment.compute) {
    const KernelTime k = prices.compute.time(task.kernel);
    const Seconds duration = task.repeat * slowdown(task.kernel) * k.duration;
    t.work[static_cast<std::size_t>(task.work)] += duration;
    if (task.kernel.pass == Pass::BackwardWeight) t.weight_gradient += duration;
    t.math += task.repeat * k.math;
    t.memory += task.repeat * k.memory;
    t.flops += task.repeat * k.flops;
    if (runs_on_matrix_units(task.kernel.kind)) {
      t.products[static_cast<std::size_t>(task.kernel.compute)] += task.repeat * k.flops;
    }
    t.bytes += task.repeat * k.bytes;
    ++t.launches;
  }
  for (const CommTask& task : segment.comm) out.transfers.push_back(transfer(task, prices));
  if (segment.host > Bytes{}) out.host = segment.host / prices.cluster.chip.host_link;
  return out;
}

// One segment under a stack: slower kernels, what traffic hides, what the host holds up.
SegmentTime segment_time(const PricedProgram::PricedSegment& priced, const Stack& stack,
                         const PricedProgram& p) {
  SegmentTime t = priced.raw;
  const double slower = 1.0 / stack.efficiency;
  for (Seconds& work : t.work) work *= slower;
  t.work[static_cast<std::size_t>(Work::Experts)] *= stack.moe_overhead;
  t.work[static_cast<std::size_t>(Work::Attention)] *= stack.attention;
  t.weight_gradient *= slower;
  // Behind compute at most as long as there is any; and what is hidden still takes units, caches
  // and memory bandwidth from it: `overlap` is the share that costs nothing.
  Seconds budget = t.compute();
  for (const PricedProgram::Transfer& transfer : priced.transfers) {
    const auto i = static_cast<std::size_t>(transfer.traffic);
    t.busy[i] += transfer.duration;
    const Seconds behind = transfer.may_overlap ? std::min(transfer.duration, budget) : Seconds{};
    const Seconds hidden = stack.overlap * behind;
    budget -= behind;
    t.exposed[i] += transfer.duration - hidden;
  }
  const auto host = static_cast<std::size_t>(CommPurpose::Host);
  t.busy[host] += priced.host;
  t.exposed[host] += std::max(Seconds{}, priced.host - budget);
  if (!priced.is_layer) return t;
  const double share = host_share(priced.phase);
  if (!p.training) {
    // An engine's gaps between kernels and its scheduling between passes.
    t.host = share * stack.overhead_per_layer;
  } else if (p.launch == Launch::Eager) {
    const Seconds launches =
        share * (stack.overhead_per_layer + priced.expert_products * kExpertProductHost);
    // Launches run ahead of the stream; only what they lag behind is lost.
    t.host = std::max(Seconds{}, launches - t.total());
  }
  return t;
}

// Once-a-step traffic. Reductions hide behind the last backward pass but for their last bucket,
// gathers behind the first forward pass.
void add_step_traffic(const PricedProgram::Stage& stage, const SegmentTime& forward,
                      const SegmentTime& backward, const Stack& stack, StepTime& step) {
  const auto data = static_cast<std::size_t>(CommPurpose::Data);
  Seconds behind_backward = backward.compute();
  Seconds behind_forward = forward.compute();
  for (const PricedProgram::Transfer& t : stage.step) {
    step.busy[data] += t.duration;
    if (!t.may_overlap) {
      step.exposed[data] += t.duration;
      continue;
    }
    Seconds& budget = t.gathers ? behind_forward : behind_backward;
    const Seconds last_bucket = t.duration / std::max(1, stage.layers);
    const Seconds behind = std::min(t.duration - last_bucket, budget);
    budget -= behind;
    step.exposed[data] += t.duration - stack.overlap * behind;
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

Seconds StepTime::kernels() const {
  Seconds total = optimizer;
  for (const auto& phase : work) total += sum(phase);
  return total;
}

PricedProgram::Stage price(const RankClass& c, const Prices& prices) {
  PricedProgram::Stage stage{c.forward, c.recompute, c.backward, c.multiplicity, c.layers, {},
                             {},        {},          {}};
  stage.step.reserve(c.step.size());
  for (const CommTask& task : c.step) stage.step.push_back(transfer(task, prices));
  if (c.optimizer.repeat > 0) {
    const KernelTime k = prices.compute.time(c.optimizer.kernel);
    stage.optimizer = c.optimizer.repeat * k.duration;
    stage.optimizer_memory = k.memory;
    stage.optimizer_bytes = k.bytes;
  }
  if (c.optimizer_host > Bytes{})
    stage.optimizer += c.optimizer_host / prices.cluster.chip.host_link;
  return stage;
}

PricedProgram price(const Program& program, const Prices& prices) {
  PricedProgram out;
  out.training = program.task == Task::Train || program.task == Task::Finetune;
  out.schedule = program.schedule;
  out.virtual_stages = program.virtual_stages;
  out.ranks = program.ranks;
  out.micro_batches = program.micro_batches;
  out.launch = program.launch;
  out.segments.reserve(program.segments.size());
  const Slowdown slowdown(program, prices);
  for (const Segment& segment : program.segments) {
    out.segments.push_back(price(segment, prices, slowdown));
  }
  for (const RankClass& c : program.classes) out.stages.push_back(price(c, prices));
  if (program.stages > 1) {
    out.send =
        collective_time(program.stage_send.call, prices.cluster, prices.collectives).duration;
    out.sends_overlap = program.stage_send.may_overlap;
  }
  return out;
}

Seconds pipeline_bubble(Schedule schedule, int virtual_stages,
                        const std::vector<Seconds>& stage_time,
                        const std::vector<Seconds>& weight_gradient_time, std::size_t busiest) {
  Seconds bubble;
  for (std::size_t s = 0; s < stage_time.size(); ++s) {
    if (s == busiest) continue;
    bubble += stage_time[s];
    if (schedule == Schedule::ZeroBubble) bubble -= weight_gradient_time[s];
  }
  return schedule == Schedule::Interleaved ? bubble / virtual_stages : bubble;
}

void add_stages(const PricedProgram& p, const Stack& stack, StageTimes& times, StepTime& step) {
  std::vector<SegmentTime> segments;
  segments.reserve(p.segments.size());
  for (const auto& segment : p.segments) segments.push_back(segment_time(segment, stack, p));

  step = {};
  std::array<SegmentTime, kPhases>& best = times.busiest;
  std::vector<Seconds>& weight_gradient = times.weight_gradient;
  weight_gradient.clear();
  std::size_t busiest = 0;
  const double m = p.micro_batches;
  for (const PricedProgram::Stage& stage : p.stages) {
    const std::array<SegmentTime, kPhases> phases{run_time(stage.forward, segments),
                                                  run_time(stage.recompute, segments),
                                                  run_time(stage.backward, segments)};
    Seconds total;
    for (const SegmentTime& phase : phases) {
      total += phase.total();
      step.all_ranks_flops += m * stage.multiplicity * phase.flops;
    }
    step.stage_time.push_back(total);
    weight_gradient.push_back(phases[2].weight_gradient);
    if (step.stage_time.size() == 1 || total > step.stage_time[busiest]) {
      busiest = step.stage_time.size() - 1;
      best = phases;
    }
  }
  step.busiest_stage = static_cast<int>(busiest);

  SegmentTime all;
  for (std::size_t phase = 0; phase < kPhases; ++phase) {
    for (std::size_t w = 0; w < kWorks; ++w) step.work[phase][w] = m * best[phase].work[w];
    add(all, best[phase], 1.0);
  }
  for (std::size_t i = 0; i < kCommPurposes; ++i) {
    step.exposed[i] = m * all.exposed[i];
    step.busy[i] = m * all.busy[i];
  }
  step.host = m * all.host;
  step.math = m * all.math;
  step.memory = m * all.memory;
  step.flops = m * all.flops;
  for (std::size_t i = 0; i < all.products.size(); ++i) step.products[i] = m * all.products[i];
  step.bytes = m * all.bytes;
}

void add_pipeline(const PricedProgram& p, const Stack& stack, const StageTimes& times, StepTime& step) {
  if (p.stages.size() < 2) return;
  const double directions = p.training ? 2.0 : 1.0;
  const auto i = static_cast<std::size_t>(CommPurpose::Pipeline);
  const double sends = directions * p.virtual_stages * p.micro_batches;
  step.busy[i] += sends * p.send;
  // Filling and draining always waits for the wire; the steady state for what overlap leaves.
  const double fill = directions * (static_cast<double>(p.stages.size()) - 1);
  const double steady = p.sends_overlap ? (1.0 - stack.overlap) * sends : sends;
  step.exposed[i] += (fill + steady) * p.send;
  step.bubble =
      pipeline_bubble(p.schedule, p.virtual_stages, step.stage_time, times.weight_gradient,
                      static_cast<std::size_t>(step.busiest_stage));
}

void add_once_a_step(const PricedProgram::Stage& busiest, const StageTimes& times,
                     const Stack& stack, StepTime& step) {
  add_step_traffic(busiest, times.busiest[0], times.busiest[2], stack, step);
  step.optimizer = busiest.optimizer;
  step.memory += busiest.optimizer_memory;
  step.bytes += busiest.optimizer_bytes;
}

void add_stragglers(int ranks, double sigma, StepTime& step) {
  // E[max of N normals] ~ sigma sqrt(2 ln N): everybody waits for the slowest.
  if (ranks < 2 || !(sigma > 0)) return;
  Seconds compute;
  for (const auto& phase : step.work) compute += sum(phase);
  step.stragglers = sigma * std::sqrt(2.0 * std::log(ranks)) * compute;
}

StepTime step_time(const PricedProgram& p, const Stack& stack, double straggler_sigma) {
  StageTimes times;
  StepTime step;
  add_stages(p, stack, times, step);
  add_pipeline(p, stack, times, step);
  if (p.training) {
    add_once_a_step(p.stages[static_cast<std::size_t>(step.busiest_stage)], times, stack, step);
  }
  add_stragglers(p.ranks, straggler_sigma, step);
  return step;
}

StepTime estimate(const Program& program, const Prices& prices) {
  return step_time(price(program, prices), prices.stack, prices.straggler_sigma);
}

}  // namespace orrery
