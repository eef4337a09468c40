#include "orrery/cost/silicon/package_cost.hpp"

#include <algorithm>
#include <cmath>

#include "orrery/base/check.hpp"

namespace orrery {
namespace {

DieCost die_cost(const Chip& chip, const DieArea& d, const ProcessNode& node, YieldModel model) {
  DieCost out{d.die, dies_per_wafer(d.area), 0, 0, {}};
  out.untouched = die_yield(d.area, node.defects_per_cm2, model);
  out.yield = out.untouched;
  if (d.die.role == DieRole::Compute && chip.package.cores_built > chip.cores) {
    const int cores = chip.package.cores_built / d.die.count;
    const int spares = (chip.package.cores_built - chip.cores) / d.die.count;
    out.yield = std::max(out.yield,
                         sellable_yield(d.area, node.defects_per_cm2, d.repairable, cores, spares));
  }
  // A chip that fills a wafer is sold with its defects switched off: one a wafer, all of them good.
  if (out.per_wafer < 1) {
    out.per_wafer = 1;
    out.yield = 1;
  }
  out.each = node.wafer / (out.per_wafer * out.yield);
  return out;
}

}  // namespace

PackageCost package_cost(const Chip& chip, const ChipArea& area, const Technology& technology,
                         YieldModel model) {
  const Package& package = chip.package;
  PackageCost out;
  int placed = 0;
  for (const DieArea& d : area.dies) {
    const ProcessNode* node = named(technology.nodes, d.die.node);
    ORRERY_CHECK(node != nullptr, "chip_area() let the unknown node {} pass", d.die.node);
    out.dies.push_back(die_cost(chip, d, *node, model));
    out.logic += d.die.count * out.dies.back().each;
    placed += d.die.count;
  }
  Area carried = area.logic();
  if (const MemoryKind* m = named(technology.memories, package.memory)) {
    out.memory = m->price * chip.memory.capacity;
    carried += package.stacks * m->footprint;
    if (m->footprint > Area{}) placed += package.stacks;
  }
  if (const PackagingKind* p = named(technology.packagings, package.packaging)) {
    const Area carrier = p->carrier_ratio * carried;
    const Area substrate = p->substrate_ratio * (carrier > Area{} ? carrier : carried);
    out.carrier = carrier.value() * p->carrier_per_mm2 + substrate.value() * p->substrate_per_mm2;
    out.test = p->test;
    out.yield = std::pow(p->bond_yield, placed);
  }
  const Dollars all = out.logic + out.memory + out.carrier + out.test;
  out.total = all / out.yield;
  out.lost = out.total - all;
  return out;
}

}  // namespace orrery
