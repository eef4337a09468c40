#include <fmt/format.h>

#include "orrery/base/text/quantity.hpp"
#include "orrery/hw/chip_levels.hpp"
#include "orrery/study/chip/chip_answer.hpp"

namespace orrery {
namespace {

// "  vmem         32.0 MiB scratchpad, 16.0 MiB each of 2"
std::string level_line(const MemoryLevel& level, const Chip& chip) {
  std::string out = fmt::format("  {:<12}", level.name);
  if (level.capacity > Bytes{}) out += fmt::format(" {}", show(level.capacity));
  out += fmt::format(" {}", name_of(level.kind));
  const int copies = instances(level, chip);
  if (copies > 1)
    out += fmt::format(", {} each of {}", show(level.capacity / double(copies)), copies);
  if (level.bandwidth > BytesPerSecond{}) out += fmt::format(" at {}", show(level.bandwidth));
  return out + "\n";
}

std::string headline(const ChipAnswer& a) {
  const Chip& c = a.chip;
  std::string out = fmt::format("orrery  {}\n", c.name);
  for (const FormatPeak& p : a.peaks) {
    out += fmt::format("  {:<5}        {:<16} from {:.0f} FLOP a byte on\n", name_of(p.format),
                       show(p.peak), p.ridge);
  }
  out += fmt::format("  vector       {}\n", show(c.peak.vector));
  out +=
      fmt::format("  memory       {} at {}\n", show(c.memory.capacity), show(c.memory.bandwidth));
  if (c.l2 > Bytes{}) out += fmt::format("  cache        {}\n", show(c.l2));
  if (c.sram > Bytes{}) out += fmt::format("  in cores     {}\n", show(c.sram));
  for (const MemoryLevel& level : c.levels) out += level_line(level, c);
  if (c.gather.engines > 0) {
    out += fmt::format("  gathers      {} engines of {} subcores, {} lanes each\n",
                       c.gather.engines, c.gather.subcores, c.gather.lanes);
  }
  return out;
}

std::string power_text(const ChipAnswer& a) {
  std::string out = "\nPower\n";
  out += fmt::format("  at rest      {}\n", show(a.at_rest));
  out += fmt::format("  standing     {}  clocks running, nothing else\n", show(a.standing));
  out += fmt::format("  full tilt    {}  {} product at {:.0f} % of its peak, {:.2f} pJ a FLOP\n",
                     show(a.full_tilt.power.mean), name_of(a.full_tilt.format),
                     100 * a.full_tilt.utilisation, a.full_tilt.energy.value() * 1e12);
  if (a.full_tilt.power.clock < 1) {
    out += fmt::format(
        "  held         {} at boost; the limit of {} leaves {:.0f} % of that clock\n",
        show(a.full_tilt.power.unlimited), show(a.chip.tdp), 100 * a.full_tilt.power.clock);
  }
  return out + fmt::format("  coefficients {}\n", a.power_from);
}

std::string dram_text(const ChipAnswer& a) {
  const ChipDram& d = *a.dram;
  std::string out = fmt::format("\nMemory, {} stacks of {}: {} pseudo-channels at {}\n", d.stacks,
                                d.kind, d.channels, show(d.clock));
  const auto line = [&](const char* stream, double share, const std::string& what) {
    out += fmt::format("  {:<12} {:.1f} % of the peak, {}  {}\n", stream, 100 * share,
                       show(share * a.chip.memory.bandwidth), what);
  };
  line("linear", d.shares.linear, "reads of consecutive addresses");
  line("strided", d.shares.strided,
       fmt::format("one read of {} in every {} of a channel", show(d.request), kDramStride));
  line("random", d.shares.random, fmt::format("reads of {} anywhere", show(d.request)));
  return out;
}

std::string heat_text(const Manufacture& m) {
  std::string out;
  for (const Heat& h : m.heat) {
    out += fmt::format("  {:<12} dies at {:.0f} C at full tilt; takes {} at most\n", h.cooling,
                       h.at_full_tilt.value(), show(h.most));
  }
  return out;
}

std::string area_text(const Manufacture& m) {
  std::string out;
  for (const DieArea& d : m.area.dies) {
    out += fmt::format("\nArea of {} {} die{}, {}\n", d.die.count, name_of(d.die.role),
                       d.die.count > 1 ? "s" : "", d.die.node);
    for (const AreaPart& p : d.parts)
      out += fmt::format("  {:<29} {:>7.1f} mm2\n", p.name, p.area.value());
    out += fmt::format("  {:<29} {:>7.1f} mm2\n", "by the model", d.modelled.value());
    if (d.die.area > Area{}) {
      out += fmt::format("  {:<29} {:>7.1f} mm2  taken; the model is {:+.0f} % off\n", "published",
                         d.area.value(), 100 * (d.modelled / d.area - 1));
    }
  }
  return out;
}

std::string cost_text(const Manufacture& m) {
  std::string out = "\nCost of a good package\n";
  for (const DieCost& d : m.cost.dies) {
    out +=
        fmt::format("  {:<12} {:.0f} a wafer, {:.0f} % sold ({:.0f} % without a defect), {} each\n",
                    fmt::format("{} die", name_of(d.die.role)), d.per_wafer, 100 * d.yield,
                    100 * d.untouched, show(d.each));
  }
  for (const auto& [name, cost] :
       {std::pair{"logic", m.cost.logic}, std::pair{"memory", m.cost.memory},
        std::pair{"package", m.cost.carrier}, std::pair{"test", m.cost.test},
        std::pair{"lost", m.cost.lost}, std::pair{"total", m.cost.total}}) {
    if (cost.value() > 0) out += fmt::format("  {:<12} ${:.0f}\n", name, cost.value());
  }
  return out;
}

}  // namespace

std::string to_text(const ChipAnswer& a) {
  std::string out = headline(a) + power_text(a);
  if (a.made) out += heat_text(*a.made);
  if (a.dram) out += dram_text(a);
  if (!a.made)
    return out +
           "\nArea, cost and carbon: unknown, the chip's file names no dies under `package:`\n";
  out += area_text(*a.made) + cost_text(*a.made);
  const EmbodiedCarbon& c = a.made->embodied;
  out += "\nCarbon, CO2 equivalents\n";
  out += fmt::format(
      "  to make      {:.0f} kg: fab's electricity {:.0f} ({}), gases {:.0f}, memory {:.0f}\n",
      c.total().value(), c.fab_energy.value(), a.fab_grid, c.gases.value(), c.memory.value());
  out += fmt::format("  to run       {:.0f} kg a year at full tilt ({}), board alone\n",
                     a.made->year_at_full_tilt.value(), a.use_grid);
  return out;
}

}  // namespace orrery
