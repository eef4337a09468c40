// Packet-hops a CPU second, with finite buffers, congestion control and statistics on: the runs of
// bench/README.md.
#include <benchmark/benchmark.h>

#include "orrery/network/fabric/packet/packet_fabric.hpp"
#include "orrery/network/topologies/builtins.hpp"
#include "orrery/network/traffic/patterns.hpp"

namespace orrery {
namespace {

struct Run {
  const char* topology;
  const char* routing;
  Pattern pattern;
  double size;
};

constexpr const char* k64 = "{kind: fat_tree, hosts_per_leaf: 8, leaves: 8, spines: 8}";
constexpr const char* k1024 = "{kind: fat_tree, hosts_per_leaf: 32, leaves: 32, spines: 32}";

void packets(benchmark::State& state, const Run& run, Transport transport) {
  const auto topology = make_topology(run.topology, {BytesPerSecond{50e9}, Seconds{500e-9}});
  const auto routing = (*topology)->routing(run.routing, 1);
  PacketOptions options;
  options.buffer = Bytes{1024.0 * 1024};
  options.transport = transport;
  const auto flows = flows_of({.pattern = run.pattern, .size = Bytes{run.size}},
                              (*topology)->wires().endpoints, BytesPerSecond{50e9});
  double hops = 0, completion = 0;
  for (auto _ : state) {
    const auto fabric = make_packet((*topology)->wires(), *routing, options);
    FlowList traffic(flows);
    const FabricResult result = fabric->run(traffic);
    hops += static_cast<double>(result.events);
    completion = result.completion.value();
  }
  state.counters["hops/s"] = benchmark::Counter(hops, benchmark::Counter::kIsRate);
  state.counters["completion_us"] = completion * 1e6;
}

void all_to_all_64_dcqcn(benchmark::State& s) {
  packets(s, {k64, "d_mod_k", Pattern::AllToAll, 1e6}, Transport::Dcqcn);
}
void all_to_all_64_hpcc(benchmark::State& s) {
  packets(s, {k64, "d_mod_k", Pattern::AllToAll, 1e6}, Transport::Hpcc);
}
void incast_64_dcqcn(benchmark::State& s) {
  packets(s, {k64, "d_mod_k", Pattern::Incast, 1e6}, Transport::Dcqcn);
}
void permutation_1024_dcqcn(benchmark::State& s) {
  packets(s, {k1024, "d_mod_k", Pattern::Permutation, 2e6}, Transport::Dcqcn);
}
void permutation_1024_spray_swift(benchmark::State& s) {
  packets(s, {k1024, "spray", Pattern::Permutation, 2e6}, Transport::Swift);
}

BENCHMARK(all_to_all_64_dcqcn)->Unit(benchmark::kMillisecond);
BENCHMARK(all_to_all_64_hpcc)->Unit(benchmark::kMillisecond);
BENCHMARK(incast_64_dcqcn)->Unit(benchmark::kMillisecond);
BENCHMARK(permutation_1024_dcqcn)->Unit(benchmark::kMillisecond);
BENCHMARK(permutation_1024_spray_swift)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace orrery
