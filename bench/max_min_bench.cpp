// Max-min fabric beside SimGrid: the same flows through both in one run, where SimGrid ends in
// reasonable time. `completion_s` must agree; `simgrid/ours` is the ratio of CPU times.
#include <benchmark/benchmark.h>

#include <cmath>

#include "cross_fidelity/simgrid_child.hpp"
#include "orrery/network/fabric/max_min.hpp"
#include "orrery/network/fabric/max_min_exchange.hpp"
#include "support/exchanges.hpp"
#include "support/flows.hpp"
#include "support/networks.hpp"

namespace orrery::bench {
namespace {

using test::TimedFlow;

constexpr double kSize = 1e6;  // bytes of a flow, as the peers were measured
constexpr double kBandwidth = 50e9;

struct Network {
  std::unique_ptr<Topology> topology;
  std::unique_ptr<Routing> routing;
  explicit Network(const char* text)
      : topology(test::network(text)),
        routing(topology->routing(topology->routings().front(), 1)) {}
  [[nodiscard]] const Wires& wires() const { return topology->wires(); }
  [[nodiscard]] std::uint32_t endpoints() const { return wires().endpoints; }
};

constexpr const char* kTree64 = "{kind: fat_tree, hosts_per_leaf: 8, leaves: 8, spines: 8}";
constexpr const char* kTree128 = "{kind: fat_tree, hosts_per_leaf: 8, leaves: 16, spines: 8}";
constexpr const char* kTree256 = "{kind: fat_tree, hosts_per_leaf: 16, leaves: 16, spines: 16}";
constexpr const char* kTree512 = "{kind: fat_tree, hosts_per_leaf: 16, leaves: 32, spines: 32}";
constexpr const char* kTree1024 = "{kind: fat_tree, hosts_per_leaf: 32, leaves: 32, spines: 32}";
constexpr const char* kTree64k = "{kind: fat_tree, hosts_per_leaf: 32, leaves: 2048, spines: 32}";
constexpr const char* kTorus64 = "{kind: torus, shape: [4, 4, 4], tie_break: positive}";
constexpr const char* kTorus512 = "{kind: torus, shape: [8, 8, 8]}";
constexpr const char* kTorus64k = "{kind: torus, shape: [64, 32, 32]}";
// Nodes of eight, their links nine times as fast as the one that each endpoint has to the spines.
constexpr const char* kTree16k =
    "{kind: fat_tree, hosts_per_leaf: 8, leaves: 2048, spines: 8, "
    "leaf_link: {bandwidth: 50 GB/s}}";

// Counters of the last run; `simgrid` has CPU seconds when SimGrid was asked.
void report(benchmark::State& state, const FabricResult& result, double own_cpu,
            const test::SimGridRun& simgrid = {}) {
  state.counters["completion_s"] = result.completion.value();
  state.counters["messages"] = static_cast<double>(result.messages);
  if (simgrid.cpu_seconds == 0.0) return;
  state.counters["simgrid_completion_s"] = simgrid.completion;
  state.counters["simgrid_cpu_s"] = simgrid.cpu_seconds;
  state.counters["simgrid/ours"] =
      simgrid.cpu_seconds * static_cast<double>(state.iterations()) / own_cpu;
}

enum class Oracle { SimGrid, None };

void play(benchmark::State& state, const char* text, std::vector<TimedFlow> flows, Oracle oracle) {
  const Network net(text);
  for (TimedFlow& f : flows) f.size = std::floor(f.size);
  FabricResult result;
  const double before = test::cpu_seconds();
  for (auto _ : state) {
    test::FlowList traffic(flows);
    result = make_max_min(net.wires(), *net.routing)->run(traffic);
  }
  const double cpu = test::cpu_seconds() - before;
  if (oracle == Oracle::None) return report(state, result, cpu);
  EveryLink links(net.wires(), *net.routing);
  report(state, result, cpu, test::simgrid_in_a_child(net.endpoints(), links, flows, 0));
}

void all_to_all_by_class(benchmark::State& state, const char* text) {
  const Network net(text);
  FabricResult result;
  for (auto _ : state) result = max_min_all_to_all(net.wires(), *net.routing, Bytes{kSize});
  report(state, result, 0.0);
}

constexpr double kRingVector = 0x1p30;

Exchange ring512() { return test::ring_all_reduce(512, Bytes{kRingVector}); }

test::SimGridRun simgrid_ring512(const Network& net) {
  const Exchange ring = ring512();
  std::vector<TimedFlow> step;
  for (const Stream& s : ring.streams) step.push_back({s.from, s.to, s.size.value()});
  EveryLink links(net.wires(), *net.routing);
  return test::simgrid_in_a_child(net.endpoints(), links, step,
                                  static_cast<int>(ring.streams.front().rounds));
}

void ring_by_class(benchmark::State& state) {
  const Network net(kTree512);
  const Exchange ring = ring512();
  FabricResult result;
  const double before = test::cpu_seconds();
  for (auto _ : state) result = max_min_exchange(net.wires(), *net.routing, ring);
  report(state, result, test::cpu_seconds() - before, simgrid_ring512(net));
}

void ring_by_message(benchmark::State& state) {
  const Network net(kTree512);
  const Exchange ring = ring512();
  FabricResult result;
  const double before = test::cpu_seconds();
  for (auto _ : state) {
    result = make_max_min(net.wires(), *net.routing)->run(*traffic_of(ring));
  }
  report(state, result, test::cpu_seconds() - before, simgrid_ring512(net));
}

// 8 tensor x 16 stages x 128 replicas: 2,048 tensor rings, 15,360 sends between stages and 128
// gradient rings, each for every micro-batch.
void training_step(benchmark::State& state) {
  const Network net(kTree16k);
  const Exchange step = test::training_step(
      {.tensor = 8, .pipeline = 16, .data = 128, .micro_batches = 8}, Bytes{64e6}, Bytes{1e9});
  FabricResult result;
  for (auto _ : state) result = max_min_exchange(net.wires(), *net.routing, step);
  report(state, result, 0.0);
}

void all_to_all_64(benchmark::State& s) {
  play(s, kTree64, test::all_to_all(64, kSize), Oracle::SimGrid);
}
void all_to_all_128(benchmark::State& s) {
  play(s, kTree128, test::all_to_all(128, kSize), Oracle::SimGrid);
}
void all_to_all_256(benchmark::State& s) {
  play(s, kTree256, test::all_to_all(256, kSize), Oracle::None);
}
void uneven_all_to_all_64(benchmark::State& s) {
  play(s, kTree64, test::uneven_all_to_all(64, kSize, 1), Oracle::SimGrid);
}
void uneven_all_to_all_torus_64(benchmark::State& s) {
  play(s, kTorus64, test::uneven_all_to_all(64, kSize, 1), Oracle::SimGrid);
}
void poisson_64(benchmark::State& s) {
  play(s, kTree64, test::poisson(64, 20000, kSize, 0.5, kBandwidth, 1), Oracle::SimGrid);
}
void poisson_1024(benchmark::State& s) {
  play(s, kTree1024, test::poisson(1024, 20000, kSize, 0.5, kBandwidth, 1), Oracle::None);
}
void poisson_torus_512(benchmark::State& s) {
  play(s, kTorus512, test::poisson(512, 20000, kSize, 0.5, kBandwidth, 1), Oracle::None);
}

BENCHMARK(all_to_all_64)->Unit(benchmark::kMillisecond);
BENCHMARK(all_to_all_128)->Unit(benchmark::kMillisecond);
BENCHMARK(all_to_all_256)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(all_to_all_by_class, tree_256, kTree256)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(all_to_all_by_class, tree_65536, kTree64k)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(all_to_all_by_class, torus_65536, kTorus64k)->Unit(benchmark::kMillisecond);
BENCHMARK(uneven_all_to_all_64)->Unit(benchmark::kMillisecond);
BENCHMARK(uneven_all_to_all_torus_64)->Unit(benchmark::kMillisecond);
BENCHMARK(poisson_64)->Unit(benchmark::kMillisecond);
BENCHMARK(poisson_1024)->Unit(benchmark::kMillisecond);
BENCHMARK(poisson_torus_512)->Unit(benchmark::kMillisecond);
BENCHMARK(ring_by_class)->Unit(benchmark::kMillisecond);
BENCHMARK(ring_by_message)->Unit(benchmark::kMillisecond);
BENCHMARK(training_step)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace orrery::bench
