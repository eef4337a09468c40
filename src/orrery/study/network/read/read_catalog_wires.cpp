// A cluster of the catalog as wires: nodes of switches on rails, full meshes, tori.
#include <fmt/ranges.h>

#include <algorithm>

#include "orrery/network/topologies/builtins.hpp"
#include "orrery/study/catalog.hpp"
#include "orrery/study/network/read/parts.hpp"

namespace orrery::network_parts {
namespace {

// Nodes under one leaf of a rail: a scalable unit (NVIDIA DGX SuperPOD reference architecture,
// H100, RA-11333-001, 2023: 32 systems). Leaves above that many meet in spines.
constexpr int kNodesOfALeaf = 32;

// What a library achieves of a wire at its best: the protocol of highest bandwidth.
LinkSpec achieved(const Tier& tier, int links_on_a_way, const CollectiveCalibration& calibration) {
  ProtocolLine best{.efficiency = 0.0};
  const FabricCalibration& fabric = calibration.of(tier.fabric);
  for (const auto* lines : {&fabric.all_reduce, &fabric.gather}) {
    for (const ProtocolLine& line : *lines) {
      if (line.efficiency > best.efficiency) best = line;
    }
  }
  if (best.efficiency <= 0.0) best = {};
  return {.bandwidth = tier.bandwidth * best.efficiency,
          .latency = (tier.latency + best.step) / static_cast<double>(links_on_a_way)};
}

std::string text_of(const LinkSpec& link) {
  return fmt::format("{{bandwidth: {} B/s, latency: {} s}}", link.bandwidth.value(),
                     link.latency.value());
}

struct Description {
  std::string text;  // of a topology, as a study would say it
  LinkSpec link;
  std::string problem;  // instead of both
};

std::string torus_text(const Tier& tier, const std::vector<int>& shape) {
  std::string wrap;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool closes = tier.wrap.empty() || tier.wrap[i];
    wrap += fmt::format("{}{}", i == 0 ? "" : ", ", closes && shape[i] > 2 ? "true" : "false");
  }
  return fmt::format("{{kind: torus, shape: [{}], wrap: [{}]}}", fmt::join(shape, ", "), wrap);
}

Description one_tier(const Tier& tier, int chips, const CollectiveCalibration& calibration) {
  switch (tier.kind) {
    case TierKind::Switch:
      return {fmt::format("{{kind: single_switch, endpoints: {}}}", chips),
              achieved(tier, 2, calibration),
              {}};
    case TierKind::FullMesh: {
      LinkSpec link = achieved(tier, 1, calibration);
      link.bandwidth = link.bandwidth / static_cast<double>(std::max(tier.width - 1, 1));
      return {fmt::format("{{kind: fully_connected, endpoints: {}}}", chips), link, {}};
    }
    case TierKind::Torus: {
      int product = 1;
      for (const int side : tier.shape) product *= side;
      if (product != chips)
        return {{}, {}, fmt::format("all {} chips of a slice, which is what is wired", product)};
      return {torus_text(tier, tier.shape), achieved(tier, 1, calibration), {}};
    }
  }
  return {};
}

Description rails(const Tier& inner, const Tier& outer, int chips,
                  const CollectiveCalibration& calibration) {
  if (inner.kind != TierKind::Switch || outer.kind != TierKind::Switch)
    return {{},
            {},
            fmt::format("at most {} chips: only nodes of switches are wired to each other "
                        "here",
                        inner.width)};
  const int nodes = chips / inner.width;
  const int under = nodes % kNodesOfALeaf == 0 ? std::min(nodes, kNodesOfALeaf) : nodes;
  const LinkSpec link = achieved(inner, 2, calibration);
  const LinkSpec rail = achieved(outer, 2, calibration);
  std::string text = fmt::format("{{kind: rail_optimised, nodes: {}, gpus: {}, rail_link: {}",
                                 nodes, inner.width, text_of(rail));
  if (nodes > under)
    text += fmt::format(", nodes_per_leaf: {}, spines: {}", under,
                        std::max(static_cast<int>(under / outer.oversubscription), 1));
  return {text + "}", link, {}};
}

// Tiers that join more than one thing.
Description describe_wires(const Cluster& cluster, const CollectiveCalibration& calibration) {
  std::vector<Tier> tiers;
  for (const Tier& tier : cluster.tiers) {
    if (tier.width > 1) tiers.push_back(tier);
  }
  if (tiers.empty()) return {{}, {}, "two chips or more"};
  if (tiers.size() == 1) return one_tier(tiers[0], cluster.chips, calibration);
  if (tiers.size() == 2) return rails(tiers[0], tiers[1], cluster.chips, calibration);
  return {{}, {}, "a cluster of two tiers at most"};
}

}  // namespace

void read_catalog_wires(const Node& cluster, NetworkStudy& study, Diagnostics& problems) {
  const Catalog catalog = Catalog::standard();
  auto found = catalog.cluster(cluster);
  if (!found) return append(problems, found.error());
  auto calibration = catalog.collectives(*found);
  if (!calibration) return append(problems, calibration.error());
  const Description wires = describe_wires(*found, *calibration);
  const Node& where = named_or(cluster, "chips");
  if (!wires.problem.empty()) {
    problems.push_back(
        {where.where(), fmt::format("saw {}; expected {}", where.seen(), wires.problem)});
    return;
  }
  MadeTopology made = make_topology(wires.text, wires.link);
  if (!made) {
    for (const Error& e : made.error()) problems.push_back({where.where(), e.what});
    return;
  }
  study.topology = std::move(*made);
  study.topology_text = fmt::format("{} of {} chips", found->name, found->chips);
  study.routing = study.topology->routings().front();
  for (const Tier& tier : found->tiers) {
    if (tier.width > 1 && tier.kind == TierKind::Torus) study.shape = tier.shape;
  }
  study.catalog =
      std::make_shared<CatalogCluster>(CatalogCluster{std::move(*found), std::move(*calibration)});
}

}  // namespace orrery::network_parts
