// Models and clusters small enough to search by brute force.
#pragma once
#include <memory>
#include <string>

#include "../../support/chips.hpp"
#include "orrery/compute/roofline_model.hpp"
#include "orrery/model/build.hpp"
#include "orrery/planner/tune.hpp"

namespace orrery::testing {

struct World {
  OpGraph graph;
  ParallelPlan base;
  Workload work{.task = Task::Train, .global = 16, .micro = 1, .sequence = 4096};
  Cluster cluster;
  CollectiveCalibration collectives;
  MemoryAllowance memory{Bytes{1e9}, Bytes{1e8}, 0.05};
  PriceList money{decltype(PriceList::electricity){2.5e-8}, Seconds{1e8}, 0.8};
  PowerCalibration power{.core = Watts{1.0},
                         .main_memory = JoulesPerByte{40e-12},
                         .flop = {.bf16 = JoulesPerFlop{0.5e-12}}};
  Stack stack{
      .name = "test", .efficiency = 0.8, .overhead_per_layer = Seconds{1e-3}, .overlap = 0.7};
  double straggler_sigma = 0.01;
  std::unique_ptr<ComputeModel> compute;

  [[nodiscard]] Prices prices() const {
    return {*compute, cluster, collectives, stack, straggler_sigma};
  }
};

inline OpGraph graph_of(const std::string& yaml) {
  const auto root = parse_document(yaml, "model");
  Diagnostics problems;
  const auto spec = read<ModelSpec>(*root, problems);
  return build(spec);
}

inline OpGraph dense_graph() {
  return graph_of("{layers: 6, hidden: 2048, ffn: 8192, heads: 8, vocabulary: 32000}");
}

inline OpGraph expert_graph() {
  return graph_of(
      "{layers: 4, hidden: 1024, ffn: 4096, heads: 8, vocabulary: 32000, "
      "moe: {experts: 8, top_k: 2, ffn: 1024, dense_first: 1}}");
}

// `chips` in nodes of four, each with `capacity` of memory.
inline World world(OpGraph graph, int chips, Bytes capacity) {
  World w;
  w.graph = std::move(graph);
  Chip chip = a100();
  chip.memory.capacity = capacity;
  chip.host_link = BytesPerSecond{25e9};
  chip.tdp = Watts{400};
  chip.idle = Watts{80};
  chip.price = Dollars{10000};
  w.cluster.name = "test";
  w.cluster.chip = chip;
  w.cluster.chips = chips;
  Tier inside{.name = "scale-up",
              .fabric = "a",
              .width = 4,
              .bandwidth = BytesPerSecond{200e9},
              .latency = Seconds{1e-6}};
  Tier outside{.name = "scale-out",
               .fabric = "b",
               .width = chips / 4,
               .bandwidth = BytesPerSecond{25e9},
               .latency = Seconds{3e-6}};
  w.cluster.tiers = {inside, outside};
  w.compute = make_roofline(
      chip,
      *read_kernel_calibration(ORRERY_SOURCE_DIR "/catalog/calibration/kernels/a100-sxm.yaml"));
  return w;
}

}  // namespace orrery::testing
