// Networks of a million endpoints: text to wires, facts, and routes of a thousand pairs (fewer
// where ways are long), in CPU time and in the most memory that was allocated at once.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <new>
#include <stdexcept>

#include "orrery/base/rng.hpp"
#include "orrery/network/topologies/builtins.hpp"

namespace {

// Of this program's own `new`; one thread.
std::size_t& live_bytes() {
  static std::size_t bytes = 0;
  return bytes;
}
std::size_t& peak_bytes() {
  static std::size_t bytes = 0;
  return bytes;
}

void* counted(std::size_t size) {
  void* p = std::malloc(size);
  if (p == nullptr) throw std::bad_alloc();
  live_bytes() += malloc_usable_size(p);
  peak_bytes() = std::max(peak_bytes(), live_bytes());
  return p;
}

void release(void* p) {
  live_bytes() -= malloc_usable_size(p);
  std::free(p);
}

}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void operator delete(void* p) noexcept { release(p); }
void operator delete(void* p, std::size_t /*size*/) noexcept { release(p); }

namespace orrery {
namespace {

struct Million {
  const char* name;
  const char* text;
};

constexpr Million kNetworks[] = {
    {"ring", "{kind: ring, endpoints: 1000000}"},
    {"torus", "{kind: torus, shape: [100, 100, 100]}"},
    {"torus_6d", "{kind: torus, shape: [10, 10, 10, 10, 10, 10]}"},
    {"mesh", "{kind: mesh, shape: [100, 100, 100]}"},
    {"twisted_torus", "{kind: twisted_torus, shape: [80, 80, 160]}"},
    {"ocs_pod", "{kind: ocs_pod, pod: [128, 128, 64], chips: 1048576}"},
    {"hypercube", "{kind: hypercube, dimensions: 20}"},
    {"hyperx", "{kind: hyperx, shape: [40, 40, 25], terminals: 25}"},
    {"flattened_butterfly", "{kind: flattened_butterfly, radix: 32, dimensions: 3}"},
    {"single_switch", "{kind: single_switch, endpoints: 1000000, planes: 4}"},
    {"fat_tree_2", "{kind: fat_tree, hosts_per_leaf: 1000, leaves: 1000, spines: 500}"},
    {"fat_tree_3", "{kind: fat_tree, radix: 160}"},
    {"rail_optimised",
     "{kind: rail_optimised, nodes: 125000, gpus: 8, planes: 4, nodes_per_leaf: 500, spines: 250}"},
    {"rail_only",
     "{kind: rail_only, nodes: 125000, gpus: 8, planes: 4, nodes_per_leaf: 500, spines: 250}"},
    {"dragonfly", "{kind: dragonfly, routers: 46, global_ports: 23, terminals: 23}"},
    {"dragonfly_plus",
     "{kind: dragonfly_plus, leaves: 32, spines: 32, global_ports: 32, terminals: 32}"},
    {"slim_fly", "{kind: slim_fly, q: 89}"},
    {"polarfly", "{kind: polarfly, q: 127}"},
    {"multi_plane",
     "{kind: multi_plane, planes: 4, plane: {kind: fat_tree, hosts_per_leaf: 1000, leaves: 1000, "
     "spines: 250}}"},
    {"composed",
     "{kind: composed, outer: {kind: torus, shape: [50, 50, 50]}, inner: {kind: single_switch, "
     "endpoints: 8}}"},
    {"jellyfish", "{kind: jellyfish, switches: 31250, degree: 32, terminals: 32}"},
};

void million(benchmark::State& state) {
  constexpr std::size_t kPairs = 1000;
  constexpr std::size_t kMostHops = 1'000'000;
  const Million& network = kNetworks[state.range(0)];
  NetworkFacts facts;
  std::size_t links = 0;
  std::size_t hops = 0;
  std::size_t pairs = 0;
  peak_bytes() = live_bytes();
  const std::size_t before = live_bytes();
  for (auto _ : state) {
    const MadeTopology made = make_topology(network.text, {BytesPerSecond{50e9}, {}});
    if (!made) throw std::runtime_error(to_string(made.error().front()));
    const Topology& topology = **made;
    facts = topology.facts();
    const auto routing = topology.routing(topology.routings().front(), 1);
    links = topology.wires().links.size();
    Rng rng(1, "pairs");
    std::vector<Hop> way;
    for (pairs = hops = 0; pairs < kPairs && hops < kMostHops; ++pairs) {
      way.clear();
      const std::uint32_t n = topology.wires().endpoints;
      routing->route(static_cast<std::uint32_t>(rng.below(n)),
                     static_cast<std::uint32_t>(rng.below(n)), 0, way);
      hops += way.size();
    }
  }
  state.SetLabel(network.name);
  state.counters["endpoints"] = static_cast<double>(facts.endpoints);
  state.counters["links"] = static_cast<double>(links);
  state.counters["average"] = facts.average_hops;
  state.counters["error"] = facts.average_hops_error;
  state.counters["route"] = static_cast<double>(hops) / static_cast<double>(pairs);
  state.counters["MB"] = static_cast<double>(peak_bytes() - before) / 1e6;
}

BENCHMARK(million)
    ->DenseRange(0, std::size(kNetworks) - 1)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace orrery
