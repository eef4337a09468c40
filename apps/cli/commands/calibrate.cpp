#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "../commands.hpp"
#include "orrery/accuracy/kernel_fit.hpp"
#include "orrery/accuracy/kernel_rows.hpp"
#include "orrery/study/catalog.hpp"

namespace orrery::cli {
namespace {

// A coefficient needs rows to speak for it; fewer would be an interpolation that calls itself a fit.
Diagnostics too_few(const std::vector<KernelRow>& rows, const KernelCalibration& start, double share,
                    const std::string& where) {
  std::map<std::string, std::size_t> count;
  for (const KernelRow& row : rows) ++count[row.kind];
  Diagnostics problems;
  for (const auto& [kind, n] : count) {
    KernelCalibration scratch = start;
    const std::size_t coefficients = kernel_parameters(scratch, kind).size();
    const auto seen = static_cast<std::size_t>(share * static_cast<double>(n));
    if (seen >= coefficients) continue;
    problems.push_back({where, fmt::format("saw {} rows of {}, of which a fit would see {}; expected at least {} for "
                                           "its {} coefficients (--share {:.2f} or more)",
                                           n, kind, seen, coefficients, coefficients,
                                           std::min(1.0, static_cast<double>(coefficients + 1) / static_cast<double>(n)))});
  }
  return problems;
}

void print(const std::vector<CalibrationError>& errors) {
  fmt::print("{:<26} {:>6} {:>8} {:>8} {:>9} {:>9}\n", "kind", "seen", "error", "held out", "> 20us", "held out");
  for (const CalibrationError& e : errors)
    fmt::print("{:<26} {:>6} {:>7.1f}% {:>7.1f}% {:>8.1f}% {:>8.1f}%\n", e.kind, e.fitted_rows, 100 * e.fitted,
               100 * e.held_out, 100 * e.fitted_long, 100 * e.held_out_long);
}

}  // namespace

int calibrate_command(const CalibrateOptions& options) {
  const Catalog catalog = Catalog::standard();
  Node where;
  where.kind = Node::Kind::Scalar;
  where.scalar = options.chip;
  where.file = "--chip";
  const auto chip = catalog.chip(options.chip, where);
  if (!chip) return report_problems(chip.error());
  auto start = catalog.kernels(*chip);
  if (!start) return report_problems(start.error());
  std::vector<KernelRow> rows;
  Diagnostics problems;
  for (const std::string& file : options.tables) {
    auto read = read_kernel_file(file);
    if (read) {
      rows.insert(rows.end(), read->begin(), read->end());
    } else {
      problems.insert(problems.end(), read.error().begin(), read.error().end());
    }
  }
  if (!problems.empty()) return report_problems(problems);
  problems = too_few(rows, *start, options.share, options.tables.front() + ":1:1: /");
  if (!problems.empty()) return report_problems(problems);

  const std::string name = options.chip + "-" + options.stack;
  KernelCalibration begin = std::move(*start);
  begin.errors.clear();
  KernelFitOptions fit;
  fit.share = options.share;
  KernelCalibration fitted = fit_kernels(*chip, std::move(begin), rows, fit);
  fitted.name = name;
  fitted.stack = options.stack;
  fitted.borrowed_from.clear();
  fitted.fitted_on = options.chip;
  fitted.source = fmt::format("{} rows of {} table(s) measured by the user; what they do not cover is borrowed from {}",
                              rows.size(), options.tables.size(), chip->generation);
  print(fitted.errors);
  const std::string path = options.out.empty() ? fmt::format("{}/calibration/kernels/{}.yaml", catalog.root(), name)
                                               : options.out;
  problems = write_file("--out", path, calibration_text(fitted));
  if (!problems.empty()) return report_problems(problems);
  fmt::print("\nwritten to {}; a chip uses it with `calibration: {}`\n", path, name);
  return kOk;
}

}  // namespace orrery::cli
