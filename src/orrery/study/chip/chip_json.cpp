#include <nlohmann/json.hpp>

#include "orrery/hw/chip_levels.hpp"
#include "orrery/study/chip/chip_answer.hpp"

namespace orrery {
namespace {

using Json = nlohmann::ordered_json;

Json dies_of(const Manufacture& m) {
  Json out = Json::array();
  for (std::size_t i = 0; i < m.area.dies.size(); ++i) {
    const DieArea& d = m.area.dies[i];
    const DieCost& c = m.cost.dies[i];
    Json parts = Json::object();
    for (const AreaPart& p : d.parts) parts[p.name] = p.area.value();
    out.push_back({{"role", name_of(d.die.role)},
                   {"node", d.die.node},
                   {"count", d.die.count},
                   {"area_mm2", d.area.value()},
                   {"modelled_mm2", d.modelled.value()},
                   {"parts_mm2", parts},
                   {"per_wafer", c.per_wafer},
                   {"yield", c.yield},
                   {"yield_without_spares", c.untouched},
                   {"usd", c.each.value()}});
  }
  return out;
}

// Innermost first; zero: not known.
Json levels_of(const Chip& chip) {
  Json out = Json::array();
  for (const MemoryLevel& level : memory_levels(chip)) {
    out.push_back({{"name", level.name},
                   {"kind", name_of(level.kind)},
                   {"capacity_bytes", level.capacity.value()},
                   {"bandwidth_bytes_per_s", level.bandwidth.value()},
                   {"latency_s", level.latency.value()},
                   {"instances", instances(level, chip)},
                   {"banks", level.banks}});
  }
  return out;
}

}  // namespace

std::string to_json(const ChipAnswer& a) {
  Json out{{"schema", "orrery.chip/1"}, {"chip", a.chip.name}};
  for (const FormatPeak& p : a.peaks) {
    out["peaks"][name_of(p.format)] = {{"flop_per_s", p.peak.value()},
                                       {"ridge_flop_per_byte", p.ridge}};
  }
  out["memory"] = {{"capacity_bytes", a.chip.memory.capacity.value()},
                   {"bandwidth_bytes_per_s", a.chip.memory.bandwidth.value()}};
  if (a.dram) {
    const ChipDram& d = *a.dram;
    out["memory"]["dram"] = {{"kind", d.kind},
                             {"stacks", d.stacks},
                             {"pseudo_channels", d.channels},
                             {"request_bytes", d.request.value()},
                             {"clock_hz", d.clock.value()},
                             {"linear_share", d.shares.linear},
                             {"strided_share", d.shares.strided},
                             {"random_share", d.shares.random}};
  }
  out["levels"] = levels_of(a.chip);
  out["power"] = {{"at_rest_w", a.at_rest.value()},
                  {"standing_w", a.standing.value()},
                  {"limit_w", a.chip.tdp.value()},
                  {"full_tilt_w", a.full_tilt.power.mean.value()},
                  {"full_tilt_unlimited_w", a.full_tilt.power.unlimited.value()},
                  {"full_tilt_clock_share", a.full_tilt.power.clock},
                  {"full_tilt_format", name_of(a.full_tilt.format)},
                  {"full_tilt_j_per_flop", a.full_tilt.energy.value()},
                  {"coefficients", a.power_from}};
  out["dies"] = nullptr;
  out["cost_usd"] = nullptr;
  out["carbon_kg"] = nullptr;
  if (!a.made) return out.dump(2) + "\n";
  const PackageCost& c = a.made->cost;
  out["dies"] = dies_of(*a.made);
  for (const Heat& h : a.made->heat) {
    out["cooling"][h.cooling] = {{"die_c", h.at_full_tilt.value()}, {"most_w", h.most.value()}};
  }
  for (const auto& [model, yield] : a.made->yields) out["yield_by_model"][model] = yield;
  out["cost_usd"] = {{"logic", c.logic.value()},     {"memory", c.memory.value()},
                     {"package", c.carrier.value()}, {"test", c.test.value()},
                     {"lost", c.lost.value()},       {"total", c.total.value()}};
  const EmbodiedCarbon& e = a.made->embodied;
  out["carbon_kg"] = {{"fab_electricity", e.fab_energy.value()},
                      {"gases", e.gases.value()},
                      {"memory", e.memory.value()},
                      {"embodied", e.total().value()},
                      {"year_at_full_tilt", a.made->year_at_full_tilt.value()}};
  return out.dump(2) + "\n";
}

}  // namespace orrery
