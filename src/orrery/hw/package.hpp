// Package: the silicon that a chip was sold with: dies, memory stacks, links. Plain facts; what it
// costs to make is cost's business.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "orrery/base/area.hpp"
#include "orrery/base/text/reader.hpp"

namespace orrery {

// What a die holds: all there is, or, beside a die for input and output, only the cores.
enum class DieRole : std::uint8_t { Compute, Io };

template <>
struct EnumNames<DieRole> {
  static constexpr std::pair<const char*, DieRole> values[] = {{"compute", DieRole::Compute},
                                                               {"io", DieRole::Io}};
};

struct Die {
  DieRole role = DieRole::Compute;
  std::string node;  // catalog/silicon/nodes.yaml
  int count = 1;
  Area area;  // published; zero: the model's
};

struct Package {
  std::vector<Die> dies;
  int cores_built = 0;  // on all dies; those not sold may fail. 0: as many as are sold
  std::string memory;   // catalog/silicon/memories.yaml
  int stacks = 0;       // of it, or channels of memory beside the package
  std::string link;     // catalog/silicon/units.yaml
  int links = 0;
  std::string packaging;  // catalog/silicon/packagings.yaml
};

template <class V>
void describe(V& v, Die& d) {
  v("role", d.role, "compute: cores and, without an io die, all else; io: cache and interfaces");
  v("node", d.node, "process node, as catalog/silicon/nodes.yaml names it", kRequired);
  v("count", d.count, "how many of it");
  v("area", d.area, "of one; left out: what the model of area says");
}

template <class V>
void describe(V& v, Package& p) {
  v("dies", p.dies, "logic dies, each kind once; left out: area and cost are not known");
  v("cores_built", p.cores_built, "on all dies; those beyond `cores` may fail");
  v("memory", p.memory, "kind of main memory, as catalog/silicon/memories.yaml names it");
  v("stacks", p.stacks, "stacks of it");
  v("link", p.link, "kind of link, as catalog/silicon/units.yaml names it");
  v("links", p.links, "links of that kind");
  v("packaging", p.packaging, "as catalog/silicon/packagings.yaml names it; required with dies");
}

}  // namespace orrery
