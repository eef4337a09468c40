#include "orrery/insight/bottleneck.hpp"

#include <fmt/format.h>

namespace orrery {
namespace {

struct Leaf {
  std::string path;
  Seconds time;
};

void largest(const TimeNode& node, const std::string& path, Leaf& best) {
  if (node.children.empty()) {
    if (node.time > best.time) best = {path, node.time};
    return;
  }
  for (const TimeNode& child : node.children) {
    largest(child, path.empty() ? child.name : path + ", " + child.name, best);
  }
}

void double_peaks(PeakRates& p) {
  for (FlopsPerSecond* rate :
       {&p.fp32, &p.tf32, &p.fp16, &p.bf16, &p.fp8, &p.int8, &p.fp4, &p.vector, &p.transcendental}) {
    *rate *= 2.0;
  }
}

}  // namespace

std::string bottleneck_sentence(const TimeNode& tree) {
  Leaf best;
  largest(tree, "", best);
  if (!(tree.time > Seconds{})) return "nothing takes time";
  return fmt::format("most of the time goes to {}: {:.0f}% of the {}", best.path,
                     100 * (best.time / tree.time), tree.name);
}

std::vector<Change> changes_to_try(const Cluster& cluster) {
  std::vector<Change> out;
  const auto add = [&](std::string name, auto&& edit) {
    Change change{std::move(name), cluster};
    edit(change.cluster);
    out.push_back(std::move(change));
  };
  add("FLOP/s x 2", [](Cluster& c) { double_peaks(c.chip.peak); });
  add("memory bandwidth x 2", [](Cluster& c) { c.chip.memory.bandwidth *= 2.0; });
  add("memory capacity x 2", [](Cluster& c) { c.chip.memory.capacity *= 2.0; });
  for (std::size_t t = 0; t < cluster.tiers.size(); ++t) {
    if (cluster.tiers[t].width < 2) continue;
    add(cluster.tiers[t].name + " bandwidth x 2", [t](Cluster& c) { c.tiers[t].bandwidth *= 2.0; });
  }
  add("network latency / 2", [](Cluster& c) {
    for (Tier& tier : c.tiers) tier.latency *= 0.5;
  });
  return out;
}

}  // namespace orrery
