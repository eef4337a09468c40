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

Program prefill_program(const OpGraph& graph, const ParallelPlan& plan, double sequences,
                        double prompt, const Cluster& cluster) {
  return lower_forward(graph, plan, prefill_batch(sequences, prompt), cluster);
}

Program decode_program(const OpGraph& graph, const ParallelPlan& plan, double sequences,
                       double context, const Cluster& cluster) {
  return lower_forward(graph, plan, decode_batch(sequences, context), cluster);
}

PricedGeneration price_generate(const OpGraph& graph, const ParallelPlan& plan,
                                const Workload& work, const Prices& prices) {
  const Cluster& cluster = prices.cluster;
  const auto prompt = static_cast<double>(work.prompt);
  PricedGeneration g;
  g.sequences = g.prompts_a_pass = static_cast<double>(work.sequences);
  g.generated = static_cast<double>(work.generated);
  g.replicas = plan.data;
  g.stages = plan.pipeline;
  const double steps = std::max(0.0, g.generated - 1);
  g.prefill = price(prefill_program(graph, plan, g.sequences, prompt, cluster), prices);
  g.first = price(decode_program(graph, plan, g.sequences, prompt + 1, cluster), prices);
  g.middle =
      price(decode_program(graph, plan, g.sequences, prompt + 1 + steps / 2, cluster), prices);
  g.last = price(decode_program(graph, plan, g.sequences, prompt + 1 + steps, cluster), prices);
  return g;
}

std::optional<PricedGeneration> price_offline(const OpGraph& graph, const ParallelPlan& plan,
                                              const Workload& work, const Prices& prices,
                                              const MemoryAllowance& allowance,
                                              const EngineLimits& limits) {
  const Cluster& cluster = prices.cluster;
  const auto prompt = static_cast<double>(work.prompt),
             generated = static_cast<double>(work.generated);
  // In the steady state requests are at all ages: a slot holds the prompt and half of the answer.
  double n = sequences_that_fit(graph, plan, prompt + generated / 2, cluster, allowance, limits);
  if (work.sequences > 0) n = std::min(n, static_cast<double>(work.sequences));
  if (limits.requests > 0) n = std::min(n, std::ceil(limits.requests / plan.data));
  if (n < 1) return std::nullopt;
  PricedGeneration g;
  g.in_flight = true;
  g.sequences = n;
  g.generated = generated;
  g.replicas = plan.data;
  g.stages = plan.pipeline;
  g.requests = limits.requests / plan.data;
  g.prompts_a_pass = std::max(1.0, std::floor(limits.tokens_per_pass / prompt));
  g.prefill = price(prefill_program(graph, plan, g.prompts_a_pass, prompt, cluster), prices);
  g.first = g.middle = g.last =
      price(decode_program(graph, plan, n, prompt + generated / 2, cluster), prices);
  return g;
}

Generation generation(const PricedGeneration& g, const Stack& stack, double sigma) {
  Generation out;
  out.sequences = g.sequences;
  out.prefill = step_time(g.prefill, stack, sigma);
  out.decode = step_time(g.middle, stack, sigma);
  out.ttft = out.prefill.total();
  const Seconds decode = out.decode.total();
  if (!g.in_flight) {
    // A decode step's time grows with the cache almost linearly: three points (Simpson) sum it
    // well.
    const Seconds first = step_time(g.first, stack, sigma).total(),
                  last = step_time(g.last, stack, sigma).total();
    out.tpot = (first + 4.0 * decode + last) / 6.0;
    out.latency = out.ttft + std::max(0.0, g.generated - 1) * out.tpot;
    out.tokens_per_second = g.sequences * g.replicas * g.generated / out.latency.value();
    return out;
  }
  // With a pipeline, as many batches as stages are in flight: a step takes the busiest stage's
  // time.
  const Seconds prefill_each = out.ttft / g.prompts_a_pass / g.stages;
  const Seconds decode_each = decode / g.sequences / g.stages;
  const Seconds cycle = prefill_each + g.generated * decode_each;
  out.tokens_per_second = g.replicas * g.generated / cycle.value();
  out.tpot = decode + g.sequences * prefill_each / g.generated;
  out.latency = out.ttft + g.generated * out.tpot;
  return out;
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

}  // namespace orrery
