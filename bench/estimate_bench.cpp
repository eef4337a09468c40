// One estimate of a whole training step, and its parts.
#include <benchmark/benchmark.h>

#include "gpt.hpp"
#include "orrery/compute/roofline_model.hpp"
#include "orrery/program/lower.hpp"

namespace orrery::bench {
namespace {

struct Bench {
  Study study;
  std::unique_ptr<ComputeModel> compute;
  Prices prices;
  explicit Bench(Study s)
      : study(std::move(s)),
        compute(make_roofline(study.setting.cluster.chip, study.setting.kernels)),
        prices{*compute, study.setting.cluster, study.setting.collectives, study.setting.stack,
               study.setting.straggler_sigma} {}
  [[nodiscard]] Program lowered() const {
    return lower_training(study.graph, study.plan, study.work, study.setting.cluster);
  }
};

const Bench& gpt3() {
  static const Bench bench(
      gpt3_175b("{tensor: 8, pipeline: 8, virtual_stages: 3, recompute: full}"));
  return bench;
}

void whole_step(benchmark::State& state) {
  const Bench& b = gpt3();
  for (auto _ : state) benchmark::DoNotOptimize(estimate(b.lowered(), b.prices).total());
}
BENCHMARK(whole_step)->Unit(benchmark::kMicrosecond);

void whole_step_of_64_stages(benchmark::State& state) {
  static const Bench b(gpt_1t("{tensor: 8, pipeline: 64, recompute: full}"));
  for (auto _ : state) benchmark::DoNotOptimize(estimate(b.lowered(), b.prices).total());
}
BENCHMARK(whole_step_of_64_stages)->Unit(benchmark::kMicrosecond);

void lower_alone(benchmark::State& state) {
  const Bench& b = gpt3();
  for (auto _ : state) benchmark::DoNotOptimize(b.lowered());
}
BENCHMARK(lower_alone)->Unit(benchmark::kMicrosecond);

void price_alone(benchmark::State& state) {
  const Bench& b = gpt3();
  const Program program = b.lowered();
  for (auto _ : state) benchmark::DoNotOptimize(price(program, b.prices));
}
BENCHMARK(price_alone)->Unit(benchmark::kMicrosecond);

void step_time_alone(benchmark::State& state) {
  const Bench& b = gpt3();
  const PricedProgram priced = price(b.lowered(), b.prices);
  for (auto _ : state) benchmark::DoNotOptimize(step_time(priced, b.prices.stack, 0.0).total());
}
BENCHMARK(step_time_alone)->Unit(benchmark::kMicrosecond);

void memory_alone(benchmark::State& state) {
  const Bench& b = gpt3();
  for (auto _ : state) {
    benchmark::DoNotOptimize(training_memory(b.study.graph, b.study.plan, b.study.work,
                                             b.study.setting.cluster, b.study.setting.memory));
  }
}
BENCHMARK(memory_alone)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace orrery::bench
