#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "../commands.hpp"
#include "orrery/base/text/quantity.hpp"
#include "orrery/study/run.hpp"

namespace orrery::cli {
namespace {

struct Line {
  const char* key;
  double a, b;
  std::string shown_a, shown_b;
};

const Seconds kNone{};

Seconds part(const TimeNode& tree, const std::string& name) {
  for (const TimeNode& child : tree.children) {
    if (child.name == name) return child.time;
  }
  return kNone;
}

}  // namespace

int compare_command(const CompareOptions& options) {
  const Catalog catalog = Catalog::standard();
  std::vector<Report> reports;
  Diagnostics problems;
  for (const std::string& path : options.studies) {
    const auto study = read_study_file(path, catalog);
    if (!study) {
      problems.insert(problems.end(), study.error().begin(), study.error().end());
      continue;
    }
    reports.push_back(run(*study, WhatIfs::Left));
  }
  if (!problems.empty()) return report_problems(problems);
  const Report &a = reports[0], &b = reports[1];
  std::vector<Line> lines;
  const auto quantity = [&](const char* key, auto x, auto y) {
    lines.push_back({key, x.value(), y.value(), show(x), show(y)});
  };
  const auto number = [&](const char* key, double x, double y) {
    lines.push_back({key, x, y, fmt::format("{:.4g}", x), fmt::format("{:.4g}", y)});
  };
  quantity("step_time_s", a.step_time, b.step_time);
  number("tokens_per_s_per_chip", a.tokens_per_second() / a.chips, b.tokens_per_second() / b.chips);
  number("tflops_per_chip", a.model_tflops_per_chip, b.model_tflops_per_chip);
  number("mfu", a.mfu, b.mfu);
  quantity("memory_peak_bytes", a.memory_peak(), b.memory_peak());
  quantity("power_w_per_chip", a.power_per_chip, b.power_per_chip);
  quantity("usd_per_million_tokens", a.usd_per_million_tokens, b.usd_per_million_tokens);
  for (const char* name : {"forward", "recompute", "backward", "exposed communication", "pipeline bubble", "optimizer",
                           "host", "stragglers"}) {
    if (part(a.time, name) > kNone || part(b.time, name) > kNone) {
      quantity(name, part(a.time, name), part(b.time, name));
    }
  }
  if (options.format == Format::Json) {
    nlohmann::ordered_json out;
    out["schema"] = "orrery.comparison/1";
    out["a"] = options.studies[0];
    out["b"] = options.studies[1];
    for (const Line& l : lines) {
      out["figures"][l.key] = {{"a", l.a}, {"b", l.b}, {"ratio", l.a != 0 ? nlohmann::ordered_json(l.b / l.a) : nullptr}};
    }
    fmt::print("{}\n", out.dump(2));
    return kOk;
  }
  fmt::print("{:<26} {:>16} {:>16} {:>8}\n", "", a.study.substr(0, 16), b.study.substr(0, 16), "b / a");
  for (const Line& l : lines) {
    fmt::print("{:<26} {:>16} {:>16} {:>8}\n", l.key, l.shown_a, l.shown_b,
               l.a != 0 ? fmt::format("{:.3f}", l.b / l.a) : "-");
  }
  return kOk;
}

}  // namespace orrery::cli
