#include "orrery/cost/silicon/chip_area.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace orrery {
namespace {

constexpr int kBitsOfHalf = 16;

double multipliers(FlopsPerSecond rate, Hertz clock) {
  return rate / (Flops{2.0} * clock);  // a multiply-add is two FLOP
}

// The formats share one array: the one that needs most transistors decides. Narrow formats split a
// 16-bit multiplier, so theirs take a share in proportion to their width.
double matrix_transistors(const Chip& chip, const UnitAreas& units) {
  const PeakRates& p = chip.peak;
  const auto narrow = [&](FlopsPerSecond rate, int bits) {
    return multipliers(rate, chip.clock) * units.fp16_transistors * bits / kBitsOfHalf;
  };
  return std::max({narrow(p.fp16, 16), narrow(p.bf16, 16), narrow(p.tf32, 32), narrow(p.fp8, 8),
                   narrow(p.int8, 8), narrow(p.fp4, 4)});
}

double vector_transistors(const Chip& chip, const UnitAreas& units) {
  return multipliers(chip.peak.vector, chip.clock) * units.fp32_transistors;
}

Area of_logic(double transistors, const ProcessNode& node) {
  return Area{transistors / node.transistors_per_mm2};
}

Area of_memory(Bytes bytes, const ProcessNode& node) { return Area{bytes / node.sram_per_mm2}; }

Bytes core_memory(const Chip& chip, const UnitAreas& units) {
  return chip.kind == ChipKind::Gpu ? chip.sram + chip.cores * units.registers_per_core : chip.sram;
}

double built(const Chip& chip) {
  const int built = std::max(chip.package.cores_built, chip.cores);
  return chip.cores > 0 ? static_cast<double>(built) / chip.cores : 1.0;
}

void add_cores(const Chip& chip, const ProcessNode& node, const UnitAreas& units,
               std::vector<AreaPart>& parts) {
  const Area matrix = built(chip) * of_logic(matrix_transistors(chip, units), node);
  const Area vector = built(chip) * of_logic(vector_transistors(chip, units), node);
  const Area memory = built(chip) * of_memory(core_memory(chip, units), node);
  const double around =
      (chip.kind == ChipKind::Gpu ? units.gpu_surroundings : units.other_surroundings) - 1.0;
  parts.push_back({"matrix units", matrix, true});
  parts.push_back({"vector units", vector, true});
  parts.push_back({"core memory", memory, true});
  parts.push_back({"control and wires of cores", around * (matrix + vector + memory), true});
}

void add_cache(const Chip& chip, const ProcessNode& node, const UnitAreas& units,
               std::vector<AreaPart>& parts) {
  if (!(chip.l2 > Bytes{})) return;
  const Area cache = of_memory(chip.l2, node);
  const double around =
      (chip.kind == ChipKind::Gpu ? units.gpu_surroundings : units.other_surroundings) - 1.0;
  parts.push_back({"last-level cache", cache, true});
  parts.push_back({"control and wires of the cache", around * cache, false});
}

void add_interfaces(const Chip& chip, const ProcessNode& node, const Technology& t,
                    std::vector<AreaPart>& parts) {
  const Package& p = chip.package;
  if (const MemoryKind* m = named(t.memories, p.memory); m != nullptr && p.stacks > 0) {
    parts.push_back({"memory interface",
                     p.stacks * (m->interface + of_logic(m->controller_transistors, node))});
  }
  if (const LinkInterface* l = named(t.units.links, p.link); l != nullptr && p.links > 0) {
    parts.push_back({"links", p.links * (l->phy + of_logic(l->controller_transistors, node))});
  }
  if (chip.host_link > BytesPerSecond{})
    parts.push_back({"host interface", t.units.host_interface});
}

template <class T>
void check_name(const std::vector<T>& all, const std::string& name, const char* what,
                const std::string& where, Diagnostics& problems) {
  if (name.empty() || named(all, name) != nullptr) return;
  std::string known;
  for (const T& one : all) known += (known.empty() ? "" : ", ") + one.name;
  problems.push_back(
      {where, fmt::format("saw the unknown {} '{}'; expected one of {}", what, name, known)});
}

Diagnostics unknown_names(const Package& p, const Technology& t, const std::string& where) {
  Diagnostics problems;
  for (const Die& die : p.dies) {
    check_name(t.nodes, die.node, "process node", where, problems);
    if (die.count < 1)
      problems.push_back({where, fmt::format("saw {} dies; expected 1 or more", die.count)});
  }
  check_name(t.memories, p.memory, "kind of memory", where, problems);
  check_name(t.units.links, p.link, "kind of link", where, problems);
  check_name(t.packagings, p.packaging, "packaging", where, problems);
  if (p.dies.empty())
    problems.push_back(
        {where, "saw no dies; expected package: {dies: [{node: 5nm}], packaging: ...}"});
  return problems;
}

}  // namespace

Area ChipArea::logic() const {
  Area sum;
  for (const DieArea& d : dies) sum += d.die.count * d.area;
  return sum;
}

tl::expected<ChipArea, Diagnostics> chip_area(const Chip& chip, const Technology& technology,
                                              const std::string& where) {
  const Package& package = chip.package;
  Diagnostics problems = unknown_names(package, technology, where);
  if (!(chip.clock > Hertz{}))
    problems.push_back({where, "saw no clock; expected one, to count multipliers from peaks"});
  if (!problems.empty()) return tl::unexpected(problems);
  const bool has_io =
      std::ranges::any_of(package.dies, [](const Die& d) { return d.role == DieRole::Io; });
  ChipArea out;
  for (const Die& die : package.dies) {
    const ProcessNode& node = *named(technology.nodes, die.node);
    DieArea d{die, {}, {}, {}, 0};
    if (die.role == DieRole::Compute) add_cores(chip, node, technology.units, d.parts);
    if (die.role == DieRole::Io || !has_io) {
      add_cache(chip, node, technology.units, d.parts);
      add_interfaces(chip, node, technology, d.parts);
    }
    Area repairable;
    for (AreaPart& part : d.parts) {
      part.area = part.area / die.count;
      d.modelled += part.area;
      if (part.repairable) repairable += part.area;
    }
    d.area = die.area > Area{} ? die.area : d.modelled;
    d.repairable = d.modelled > Area{} ? repairable / d.modelled : 0.0;
    out.dies.push_back(std::move(d));
  }
  return out;
}

}  // namespace orrery
