#include "orrery/accuracy/collectives/fit_plan.hpp"

#include <array>

namespace orrery {
namespace {

using Lines = std::vector<ProtocolLine>;

ProtocolLine line(double launch_us, double step_us, double efficiency) {
  return {Seconds{launch_us * 1e-6}, Seconds{step_us * 1e-6}, efficiency};
}

// Where the search starts. Three lines stand for NCCL's LL, LL128 and Simple.
FabricCalibration inside_node() {
  return {.all_reduce = {line(5, 0.6, 0.2), line(12, 1, 0.5), line(40, 2, 0.8)},
          .gather = {line(5, 0.6, 0.2), line(12, 1, 0.5), line(40, 2, 0.8)},
          .in_network = {line(20, 1, 0.5), line(60, 1, 0.7)},
          .all_to_all = {line(6, 0.3, 0.2), line(12, 0.3, 0.5), line(40, 1, 0.8)},
          .send_recv = {line(5, 1, 0.3), line(15, 1, 0.8)},
          .one_shot = {line(3, 0.05, 0.1), line(4, 0.2, 0.6)},
          .two_shot = {line(5, 0.2, 0.3), line(12, 0.3, 0.6)},
          .copy = BytesPerSecond{1.2e12}};
}
FabricCalibration on_pcie() {
  FabricCalibration f = inside_node();
  f.crowding = 0.1;
  f.copy = {};
  f.in_network = f.one_shot = f.two_shot = {};
  return f;
}
// Steps between nodes start at NCCL's own figures: src/graph/tuning.cc, hwLat, NET: 2.7, 4 and 14
// us.
FabricCalibration between_nodes() {
  const Lines lines{line(15, 2.7, 0.1), line(20, 4.0, 0.5), line(30, 14.0, 0.9)};
  return {.all_reduce = lines,
          .gather = lines,
          .all_to_all = lines,
          .send_recv = {line(8, 4, 0.4), line(20, 4, 0.8)}};
}
FabricCalibration on_tpu() {
  const Lines lines{line(3, 0.5, 0.9)};
  return {.all_reduce = lines, .gather = lines, .all_to_all = lines, .send_recv = lines};
}

Lines without_steps(Lines lines, Seconds left) {
  for (ProtocolLine& l : lines) {
    l.launch += l.step;
    l.step = left;
  }
  return lines;
}

}  // namespace

std::vector<FabricPlan> fabric_plans() {
  return {
      {"nvlink2", inside_node(), "vidur profiles, V100 of 8, all_reduce"},
      {"nvlink3", inside_node(),
       "kernel database (NCCL 2.27.3, TensorRT-LLM 1.0.0); vidur profiles; stas00/ml-engineering "
       "network"},
      {"nvlink4", inside_node(),
       "kernel database (NCCL 2.29.2, TensorRT-LLM 1.3.0rc20), H100 and H200; vidur profiles; "
       "stas00/ml-engineering network"},
      {"nvlink5", inside_node(),
       "kernel database (NCCL 2.29.2, TensorRT-LLM 1.3.0rc20), B200 and B300; "
       "stas00/ml-engineering network"},
      {"nvlink5-nvl72", inside_node(),
       "kernel database (NCCL 2.23, TensorRT-LLM 1.3.0rc20), 2 and 4 GB200; CoreWeave nccl-tests, "
       "one rack"},
      {"pcie5", on_pcie(), "kernel database (NCCL 2.29.2), RTX PRO 6000 Server"},
      {"infinity-fabric", inside_node(),
       "stas00/ml-engineering network, 8 MI300X; latencies from the starting values"},
      {"ici-v7", on_tpu(),
       "AI-Hypercomputer/tpu-recipes, all-gather on 2x2x1; latencies from the starting values"},
      {"infiniband-hdr", between_nodes(),
       "vidur profiles, A100 send_recv between nodes; steps from NCCL src/graph/tuning.cc"},
      {"infiniband-ndr", between_nodes(),
       "vidur profiles, H100 send_recv between nodes; CoreWeave nccl-tests, 64 H100 and two and "
       "twenty NVL72 racks"},
      {"efa-1", between_nodes(), "aws-samples/awsome-distributed-training, 16 A100", "efa-2"},
      {"efa-2", between_nodes(), "aws-samples/awsome-distributed-training, 16 H100", "efa-1"},
      {"efa-3", between_nodes(), "stas00/ml-engineering network, 32 H200, one row", "efa-2"},
      {"efa-4", between_nodes(), "stas00/ml-engineering network, 32 B200", "efa-2"}};
}

void fill_classes(FabricCalibration& f, const CollectiveFit& fit) {
  std::array<bool, std::size(EnumNames<CollectiveKind>::values)> has{};
  bool engine = false, adds = false;
  for (const CollectiveRow& row : fit.rows()) {
    const Cluster& c = fit.cluster_of(row);
    std::size_t top = 0;
    for (std::size_t t = 0; t < c.tiers.size(); ++t) top = row.call.group.members[t] > 1 ? t : top;
    if (!counts(row) || row.held_out || c.tiers[top].fabric != f.fabric) continue;
    has[static_cast<std::size_t>(row.call.kind)] = true;
    engine |= row.call.engine_kernels;
    adds |= c.tiers[top].in_network_reduction;
  }
  using K = CollectiveKind;
  const auto any = [&](K k) { return has[static_cast<std::size_t>(k)]; };
  const bool gathers = any(K::AllGather) || any(K::ReduceScatter);
  if (!any(K::AllReduce) && gathers) f.all_reduce = f.gather;
  if (!gathers && any(K::AllReduce)) f.gather = f.all_reduce;
  // Messages to all peers overlap, so that a further peer costs little.
  if (!any(K::AllToAll)) f.all_to_all = without_steps(f.gather, Seconds{0.3e-6});
  if (!any(K::SendRecv)) f.send_recv = without_steps(f.gather, Seconds{});
  if (!engine) f.one_shot = f.two_shot = {};
  if (!adds) f.in_network = {};
  if (!gathers) f.copy = {};
}

}  // namespace orrery
