// What must hold of any study: better hardware never hurts, parts add up, work takes its time.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <functional>

#include "../support/studies.hpp"
#include "orrery/program/plan_check.hpp"

namespace orrery {
namespace {

const Study& base() {
  static const Study kStudy = llama_405b();
  return kStudy;
}

// A valid plan of the 405B model on its 16,384 chips.
Study any_study() {
  Study s = base();
  s.plan.tensor = *rc::gen::element(1, 2, 4, 8);
  s.plan.pipeline = *rc::gen::element(1, 2, 4, 8, 16);
  s.plan.virtual_stages = s.plan.pipeline > 1 ? *rc::gen::element(1, 2, 4) : 1;
  s.plan.context = *rc::gen::element(1, 2);
  s.plan.data = 16384 / (s.plan.tensor * s.plan.pipeline * s.plan.context);
  s.plan.zero = *rc::gen::inRange(0, 4);
  s.plan.recompute = *rc::gen::element(Recompute::None, Recompute::Selective, Recompute::Full);
  s.plan.sequence_parallel = *rc::gen::arbitrary<bool>();
  s.plan.expert_tensor = 0;
  const std::int64_t micro_batches = s.plan.pipeline * *rc::gen::inRange<std::int64_t>(1, 5);
  s.work.global = s.plan.data * micro_batches;
  const Diagnostics problems = check_plan(s.graph, s.plan, s.work, s.setting.cluster);
  RC_ASSERT(problems.empty());
  return s;
}

void never_slower(const std::function<void(Cluster&, double)>& improve) {
  Study s = any_study();
  const Seconds before = answer_time(s);
  improve(s.setting.cluster, *rc::gen::element(1.01, 1.5, 2.0, 10.0));
  RC_ASSERT(answer_time(s).value() <= before.value() * (1 + 1e-9));
}

RC_GTEST_PROP(StepTime, MoreNetworkBandwidthIsNeverSlower, ()) {
  const auto which = *rc::gen::inRange<std::size_t>(0, base().setting.cluster.tiers.size());
  never_slower([&](Cluster& c, double k) { c.tiers[which].bandwidth *= k; });
}

RC_GTEST_PROP(StepTime, MoreMemoryBandwidthIsNeverSlower, ()) {
  never_slower([](Cluster& c, double k) { c.chip.memory.bandwidth *= k; });
}

RC_GTEST_PROP(StepTime, MoreFlopsAreNeverSlower, ()) {
  never_slower([](Cluster& c, double k) {
    PeakRates& p = c.chip.peak;
    for (FlopsPerSecond* rate :
         {&p.fp32, &p.tf32, &p.fp16, &p.bf16, &p.fp8, &p.int8, &p.fp4, &p.vector})
      *rate *= k;
  });
}

RC_GTEST_PROP(StepTime, LessLatencyIsNeverSlower, ()) {
  never_slower([](Cluster& c, double k) {
    for (Tier& t : c.tiers) t.latency = t.latency / k;
  });
}

double leaves(const TimeNode& node) {
  if (node.children.empty()) return node.time.value();
  double sum = 0;
  for (const TimeNode& child : node.children) sum += leaves(child);
  return sum;
}

RC_GTEST_PROP(Report, LeavesOfTheTimeTreeAddUp, ()) {
  const Report r = run(any_study(), WhatIfs::Left);
  RC_ASSERT(std::abs(leaves(r.time) / r.step_time.value() - 1) < 1e-9);
}

RC_GTEST_PROP(Report, TheSameStudyGivesTheSameBytes, ()) {
  const Study s = any_study();
  RC_ASSERT(to_json(run(s, WhatIfs::Left)) == to_json(run(s, WhatIfs::Left)));
}

// Without a pipeline a step is k micro-batches and what happens once (optimizer, exposed traffic).
RC_GTEST_PROP(StepTime, GrowsLinearlyWithMicroBatches, ()) {
  Study s = any_study();
  const auto time_of = [&](int k) {
    Study scaled = s;
    scaled.work.global = s.work.global * k;
    return answer_time(scaled).value();
  };
  const double t1 = time_of(1), t2 = time_of(2), t4 = time_of(4);
  RC_ASSERT(t2 > t1 && t4 > t2);
  // Constant parts make it less than proportional; a tenth is allowed for traffic that hides
  // better.
  RC_ASSERT(t2 <= 2.0 * t1 * (1 + 1e-9));
  RC_ASSERT(std::abs((t4 - t2) / (2 * (t2 - t1)) - 1) < 0.1);
}

RC_GTEST_PROP(Memory, NeverFallsWhenTheMicroBatchGrows, ()) {
  Study s = any_study();
  s.work.global *= 4;
  const Bytes before = run(s, WhatIfs::Left).memory_peak();
  s.work.micro *= 2;
  RC_ASSERT(run(s, WhatIfs::Left).memory_peak() >= before);
}

RC_GTEST_PROP(Memory, AHigherZeroStageNeverRaisesIt, ()) {
  Study s = any_study();
  s.plan.zero = 0;
  Bytes before = run(s, WhatIfs::Left).memory_peak();
  for (const int zero : {1, 2, 3}) {
    s.plan.zero = zero;
    const Bytes now = run(s, WhatIfs::Left).memory_peak();
    RC_ASSERT(now.value() <= before.value() * (1 + 1e-9));
    before = now;
  }
}

}  // namespace
}  // namespace orrery
