#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "../commands.hpp"
#include "../compute_choice.hpp"
#include "orrery/base/text/quantity.hpp"
#include "orrery/cost/power/board_power.hpp"
#include "orrery/study/chip/chosen_chip.hpp"
#include "orrery/study/op/op_text.hpp"

namespace orrery::cli {
namespace {

const char* bound_name(Bound bound) {
  switch (bound) {
    case Bound::Math:
      return "math";
    case Bound::Memory:
      return "memory";
    case Bound::Launch:
      return "launch";
  }
  return "";
}

// What the board draws while the op runs again and again with cold operands.
struct Draw {
  LaunchEnergy launch;  // above standing power, at boost clock
  BoardPower board;
  Joules energy;  // of one launch, standing power included
};

Draw draw_of(const Chip& chip, const PowerCalibration& power, const Kernel& kernel,
             const KernelTime& time) {
  Draw out;
  out.launch = launch_energy(chip, power, kernel, time, Operands::InMainMemory);
  out.board = board_power(chip, power, out.launch.total(), time.duration);
  out.energy = out.board.mean * time.duration;
  return out;
}

std::string text_of(Joules energy) {
  constexpr double kMilli = 1e-3;
  return energy.value() < 1.0 ? fmt::format("{:.3g} mJ", energy.value() / kMilli) : show(energy);
}

void print_draw(const Draw& draw, const PowerCalibration& power) {
  const LaunchEnergy& e = draw.launch;
  fmt::print("\nWhat it draws\n");
  fmt::print("  arithmetic   {}\n", text_of(e.math));
  fmt::print("  main memory  {}\n", text_of(e.memory));
  fmt::print("  on chip      {}\n", text_of(e.on_chip));
  fmt::print("  cores        {}  beside their arithmetic\n", text_of(e.cores));
  if (draw.board.clock < 1) {
    fmt::print("  held         {} would be drawn at boost; the limit leaves {:.0f} % of that clock\n",
               show(draw.board.unlimited), 100 * draw.board.clock);
  }
  fmt::print("  coefficients {}\n", origin(power));
}

void print_text(const OpOptions& options, const KernelDetail& d, const KernelCalibration& c,
                const Draw& draw, const PowerCalibration& power) {
  fmt::print("orrery  {} on {}, {}\n", options.op, options.chip, options.model);
  fmt::print("  time         {}\n", show(d.time.duration));
  fmt::print("  bound        {}\n", bound_name(d.time.bound));
  fmt::print("  utilisation  {:.1f} % of the units' peak\n", 100.0 * d.utilisation);
  fmt::print("  power        {} of the whole board, {} a launch\n", show(draw.board.mean),
             text_of(draw.energy));
  for (const LevelTraffic& level : d.traffic) {
    fmt::print("  {:<12} {} moved\n", level.level, show(level.bytes));
  }
  for (const MappingFact& fact : d.mapping) fmt::print("  {:<18} {}\n", fact.name, fact.value);
  if (!options.explain) return;
  fmt::print("\nWhere the time goes\n");
  fmt::print("  work         {}\n", show(d.time.flops));
  fmt::print("  math         {}  at the rate that is reached\n", show(d.time.math));
  fmt::print("  memory       {}  at the bandwidth that is reached\n", show(d.time.memory));
  fmt::print("  floor        {}  at the data sheet's peaks\n", show(d.floor));
  fmt::print("  coefficients {}{}\n", c.name,
             c.borrowed_from.empty() ? "" : ", borrowed from " + c.borrowed_from);
  if (!c.stack.empty()) fmt::print("  timed with   {}\n", c.stack);
  print_draw(draw, power);
}

void print_json(const OpOptions& options, const KernelDetail& d, const Draw& draw) {
  nlohmann::ordered_json out;
  out["op"] = options.op;
  out["chip"] = options.chip;
  out["chip_model"] = options.model;
  out["time_s"] = d.time.duration.value();
  out["bound"] = bound_name(d.time.bound);
  out["utilisation"] = d.utilisation;
  out["energy_j"] = draw.energy.value();
  out["power_w"] = draw.board.mean.value();
  out["power_unlimited_w"] = draw.board.unlimited.value();
  out["math_s"] = d.time.math.value();
  out["memory_s"] = d.time.memory.value();
  out["floor_s"] = d.floor.value();
  out["work_flop"] = d.time.flops.value();
  out["traffic"] = nlohmann::ordered_json::object();
  for (const LevelTraffic& level : d.traffic) out["traffic"][level.level + "_bytes"] = level.bytes.value();
  out["mapping"] = nlohmann::ordered_json::object();
  for (const MappingFact& fact : d.mapping) out["mapping"][fact.name] = fact.value;
  fmt::print("{}\n", out.dump(2));
}

}  // namespace

std::string op_help() {
  std::string out = "Ops (formats: fp32 tf32 bf16 fp16 fp8 int8 fp4 int4; matrix ops also take weights=FORMAT, "
                    "scaling=none|tensor|row|block|mx, quantise=0|1):\n";
  for (const OpForm& form : op_forms()) out += fmt::format("  {}\n      {}\n", form.text, form.doc);
  return out;
}

int op_command(const OpOptions& options) {
  const auto kernel = parse_op(options.op);
  const Catalog catalog = Catalog::standard();
  const auto chip = chosen_chip(catalog, options.chip, options.changes);
  Diagnostics problems;
  if (!kernel) problems = kernel.error();
  if (!chip) problems.insert(problems.end(), chip.error().begin(), chip.error().end());
  const auto compute = chosen_compute(catalog, options.model, options.measured);
  if (!compute) problems.insert(problems.end(), compute.error().begin(), compute.error().end());
  if (!problems.empty()) return report_problems(problems);
  const auto calibration = catalog.kernels(*chip);
  if (!calibration) return report_problems(calibration.error());
  const auto power = catalog.power(*chip);
  if (!power) return report_problems(power.error());
  const auto model = (*compute)(*chip, *calibration);
  const KernelDetail detail = model->detail(*kernel);
  const Draw draw = draw_of(*chip, *power, *kernel, detail.time);
  if (options.format == Format::Json) {
    print_json(options, detail, draw);
  } else {
    print_text(options, detail, *calibration, draw, *power);
  }
  return kOk;
}

}  // namespace orrery::cli
