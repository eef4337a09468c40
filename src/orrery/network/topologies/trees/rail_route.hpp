// The way between rails that NCCL's PXN takes: over the sender's own node to the GPU on the
// receiver's rail, then along that rail (NVIDIA, "Doubling all2all performance with NCCL 2.12",
// 2022). No message crosses from rail to rail outside a node.
#pragma once
#include <memory>

#include "orrery/network/routing.hpp"

namespace orrery {

struct RailCounts {
  std::uint32_t nodes = 0, gpus = 0, planes = 0, rails = 0;
  std::uint32_t leaves = 0, spines = 0;  // of one rail; spines of all where they are shared
  bool shares_spines = false;

  [[nodiscard]] std::uint32_t node(std::uint32_t gpu) const { return gpu / gpus; }
  [[nodiscard]] std::uint32_t rail(std::uint32_t gpu) const { return gpu % gpus % rails; }
  // Nodes that share their leaves.
  [[nodiscard]] std::uint32_t group(std::uint32_t node) const { return node / (nodes / leaves); }
  [[nodiscard]] std::uint32_t leaf(std::uint32_t gpu) const {
    return rail(gpu) * leaves + group(node(gpu));
  }
  // Cables: each GPU's to its planes, then to its leaf; then of each leaf to its spines.
  [[nodiscard]] LinkId to_plane(std::uint32_t gpu, std::uint32_t plane) const {
    return LinkId{2 * (gpu * (planes + 1) + plane)};
  }
  [[nodiscard]] LinkId to_leaf(std::uint32_t gpu) const { return to_plane(gpu, planes); }
  [[nodiscard]] LinkId to_spine(std::uint32_t leaf_number, std::uint32_t spine) const {
    return LinkId{2 * (nodes * gpus * (planes + 1) + leaf_number * spines + spine)};
  }
};

std::unique_ptr<Routing> pxn(const RailCounts& counts, std::uint64_t seed);

}  // namespace orrery
