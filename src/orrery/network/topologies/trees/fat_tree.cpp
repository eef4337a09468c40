// Fat tree of two levels (leaves, spines) or three (pods of them, cores), of any oversubscription;
// `radix: k` is the three-level tree of k-port switches.
#include <fmt/format.h>

#include "orrery/network/topologies/family.hpp"
#include "orrery/network/topologies/trees/folded_clos.hpp"

namespace orrery {
namespace {

struct FatTreeConfig {
  int hosts_per_leaf = 0;
  int leaves = 0;
  int spines = 0;
  int pods = 0;
  int cores = 0;
  int radix = 0;
  std::optional<LinkSpec> leaf_link;
  std::optional<LinkSpec> core_link;
};

template <class V>
void describe(V& v, FatTreeConfig& c) {
  v("hosts_per_leaf", c.hosts_per_leaf, "endpoints under one leaf switch");
  v("leaves", c.leaves, "leaf switches, of each pod where there are pods");
  v("spines", c.spines, "spine switches above them, of each pod where there are pods");
  v("pods", c.pods, "a third level: trees of leaves and spines, joined by cores");
  v("cores", c.cores, "core switches, a multiple of spines: each spine meets cores / spines");
  v("radix", c.radix, "instead of all others: k-port switches, k^3/4 hosts, k even");
  v("leaf_link", c.leaf_link, "between leaf and spine; as the hosts' link when not given");
  v("core_link", c.core_link, "between spine and core; as leaf_link when not given");
}

void apply_radix(FatTreeConfig& c, TopologyCheck& check) {
  check.range("radix", c.radix, 2, 1024);
  if (c.radix % 2 != 0)
    check.fail("radix", fmt::format("saw radix: {}; expected an even number", c.radix));
  if (c.hosts_per_leaf != 0 || c.leaves != 0 || c.spines != 0 || c.pods != 0 || c.cores != 0) {
    check.fail("radix", "saw radix together with counts of switches; expected one or the other");
  }
  const int half = c.radix / 2;
  c.hosts_per_leaf = c.leaves = c.spines = half;
  c.pods = c.radix;
  c.cores = half * half;
}

std::unique_ptr<Topology> build(FatTreeConfig& c, const LinkSpec& link, TopologyCheck& check) {
  if (c.radix != 0) apply_radix(c, check);
  const bool is_three_levels = c.pods != 0 || c.cores != 0;
  check.range("hosts_per_leaf", c.hosts_per_leaf, 1, kMostLinks);
  check.range("leaves", c.leaves, 1, kMostLinks);
  check.range("spines", c.spines, 1, kMostLinks);
  if (is_three_levels) {
    check.range("pods", c.pods, 1, kMostLinks);
    check.range("cores", c.cores, 1, kMostLinks);
    if (check.passed() && c.cores % c.spines != 0) {
      check.fail("cores", fmt::format("saw {} cores over {} spines a pod; expected a multiple",
                                      c.cores, c.spines));
    }
  }
  const LinkSpec leaf_link = c.leaf_link.value_or(link);
  const LinkSpec core_link = c.core_link.value_or(leaf_link);
  check.link("leaf_link", leaf_link);
  check.link("core_link", core_link);
  const double pods = is_three_levels ? c.pods : 1;
  const double hosts = pods * c.leaves * c.hosts_per_leaf;
  check.size(hosts + pods * c.spines, hosts + pods * (double{1} * c.leaves * c.spines + c.cores));
  if (!check.passed()) return nullptr;
  std::vector<LinkKind> kinds = {host_kind("host", link), link_kind("leaf", leaf_link)};
  std::vector<int> down = {c.hosts_per_leaf, c.leaves};
  std::vector<int> up = {1, c.spines};
  std::vector<std::string> names = {"host", "leaf", "spine"};
  if (is_three_levels) {
    kinds.push_back(link_kind("core", core_link));
    down.push_back(c.pods);
    up.push_back(c.cores / c.spines);
    names.emplace_back("core");
  }
  return folded_clos(ClosShape(down, up), std::move(kinds), std::move(names));
}

}  // namespace

TopologyFamily fat_tree_family() {
  return family_of<FatTreeConfig, build>("fat_tree", "folded Clos of two or three levels");
}

}  // namespace orrery
