#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "../commands.hpp"
#include "orrery/base/text/quantity.hpp"
#include "orrery/compute/models/builtins.hpp"
#include "orrery/study/op_text.hpp"

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

void print_text(const OpOptions& options, const KernelDetail& d, const KernelCalibration& c) {
  fmt::print("orrery  {} on {}, {}\n", options.op, options.chip, options.model);
  fmt::print("  time         {}\n", show(d.time.duration));
  fmt::print("  bound        {}\n", bound_name(d.time.bound));
  fmt::print("  utilisation  {:.1f} % of the units' peak\n", 100.0 * d.utilisation);
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
}

void print_json(const OpOptions& options, const KernelDetail& d) {
  nlohmann::ordered_json out;
  out["op"] = options.op;
  out["chip"] = options.chip;
  out["chip_model"] = options.model;
  out["time_s"] = d.time.duration.value();
  out["bound"] = bound_name(d.time.bound);
  out["utilisation"] = d.utilisation;
  out["energy_j"] = nullptr;  // unknown: no model of power yet
  out["power_w"] = nullptr;
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
  Node where;
  where.kind = Node::Kind::Scalar;
  where.scalar = options.chip;
  where.file = "--chip";
  const auto chip = catalog.chip(options.chip, where);
  Diagnostics problems;
  if (!kernel) problems = kernel.error();
  if (!chip) {
    for (const Error& e : chip.error()) problems.push_back({e.where.starts_with("--chip") ? "--chip" : e.where, e.what});
  }
  if (!problems.empty()) return report_problems(problems);
  const auto calibration = catalog.kernels(*chip);
  if (!calibration) return report_problems(calibration.error());
  const auto model = make_compute_model(options.model, *chip, *calibration);
  const KernelDetail detail = model->detail(*kernel);
  if (options.format == Format::Json) {
    print_json(options, detail);
  } else {
    print_text(options, detail, *calibration);
  }
  return kOk;
}

}  // namespace orrery::cli
