#include "orrery/serving/serve.hpp"

#include <algorithm>
#include <cmath>

#include "orrery/program/lower.hpp"

namespace orrery {
namespace {

Batch prefill_batch(double sequences, double prompt) {
  Batch b;
  b.tokens = sequences * prompt;
  b.sequences = sequences;
  b.q_len = b.kv_len = prompt;
  return b;
}

Batch decode_batch(double sequences, double context) {
  Batch b;
  b.tokens = b.sequences = sequences;
  b.q_len = 1;
  b.kv_len = context;
  b.decode = true;
  return b;
}

}  // namespace

StepTime prefill(const OpGraph& graph, const ParallelPlan& plan, double sequences, double prompt,
                 const Prices& prices) {
  return estimate(lower_forward(graph, plan, prefill_batch(sequences, prompt), prices.cluster),
                  prices);
}

StepTime decode_step(const OpGraph& graph, const ParallelPlan& plan, double sequences,
                     double context, const Prices& prices) {
  return estimate(lower_forward(graph, plan, decode_batch(sequences, context), prices.cluster),
                  prices);
}

Generation generate(const OpGraph& graph, const ParallelPlan& plan, const Workload& work,
                    const Prices& prices) {
  const auto n = static_cast<double>(work.sequences);
  const auto prompt = static_cast<double>(work.prompt);
  const auto steps = static_cast<double>(std::max<std::int64_t>(0, work.generated - 1));
  Generation g;
  g.sequences = n;
  g.prefill = prefill(graph, plan, n, prompt, prices);
  g.ttft = g.prefill.total();
  // A decode step's time grows with the cache almost linearly: three points (Simpson) sum it well.
  const Seconds first = decode_step(graph, plan, n, prompt + 1, prices).total();
  g.decode = decode_step(graph, plan, n, prompt + 1 + steps / 2, prices);
  const Seconds last = decode_step(graph, plan, n, prompt + 1 + steps, prices).total();
  g.tpot = (first + 4.0 * g.decode.total() + last) / 6.0;
  g.latency = g.ttft + steps * g.tpot;
  g.tokens_per_second = n * plan.data * static_cast<double>(work.generated) / g.latency.value();
  return g;
}

double sequences_that_fit(const OpGraph& graph, const ParallelPlan& plan, double length,
                          const Cluster& cluster, const MemoryAllowance& allowance,
                          const EngineLimits& limits) {
  const Batch pass = prefill_batch(1, std::min(length, limits.tokens_per_pass));
  const auto empty = serving_memory(graph, plan, pass, 0, length, cluster, allowance);
  const auto one = serving_memory(graph, plan, pass, 1, length, cluster, allowance);
  double fit = limits.most_sequences;
  for (std::size_t s = 0; s < empty.size(); ++s) {
    const Bytes free = limits.memory_share * (cluster.chip.memory.capacity - empty[s].total());
    const Bytes each = one[s].kv_cache;
    if (each > Bytes{}) fit = std::min(fit, free / each);
    if (free < Bytes{}) fit = 0;
  }
  return std::floor(fit);
}

std::optional<Generation> offline(const OpGraph& graph, const ParallelPlan& plan,
                                  const Workload& work, const Prices& prices,
                                  const MemoryAllowance& allowance, const EngineLimits& limits) {
  const auto prompt = static_cast<double>(work.prompt);
  const auto generated = static_cast<double>(work.generated);
  // In the steady state requests are at all ages: a slot holds the prompt and half of the answer.
  double n =
      sequences_that_fit(graph, plan, prompt + generated / 2, prices.cluster, allowance, limits);
  if (work.sequences > 0) n = std::min(n, static_cast<double>(work.sequences));
  if (n < 1) return std::nullopt;
  const double per_pass = std::max(1.0, std::floor(limits.tokens_per_pass / prompt));
  Generation g;
  g.sequences = n;
  g.prefill = prefill(graph, plan, per_pass, prompt, prices);
  g.decode = decode_step(graph, plan, n, prompt + generated / 2, prices);
  // With a pipeline, as many batches as stages are in flight: a step takes the busiest stage's
  // time.
  const double stages = plan.pipeline;
  const Seconds prefill_each = g.prefill.total() / per_pass / stages;
  const Seconds decode_each = g.decode.total() / n / stages;
  const Seconds cycle = prefill_each + generated * decode_each;
  g.tokens_per_second = plan.data * generated / cycle.value();
  g.tpot = g.decode.total() + n * prefill_each / generated;
  g.ttft = g.prefill.total();
  g.latency = g.ttft + generated * g.tpot;
  return g;
}

}  // namespace orrery
