#include "orrery/accuracy/validate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "../commands.hpp"
#include "orrery/accuracy/collectives/published_scores.hpp"
#include "orrery/accuracy/kernel_scores.hpp"

#ifndef ORRERY_VALIDATION
#define ORRERY_VALIDATION ""
#endif

namespace orrery::cli {
namespace {

std::string validation_folder() {
  const char* given = std::getenv("ORRERY_VALIDATION");
  return given != nullptr ? given : ORRERY_VALIDATION;
}

}  // namespace

int validate_command(const ValidateCommandOptions& options) {
  const Catalog catalog = Catalog::standard();
  if (!options.collectives.empty()) {
    const auto scores = published_scores(options.collectives, catalog);
    if (!scores) return report_problems(scores.error());
    fmt::print("{}", options.format == Format::Json ? to_json(*scores) : to_text(*scores));
    return kOk;
  }
  if (!options.kernels.empty()) {
    const auto coefficients = options.leave_chip_out ? Coefficients::Kin : Coefficients::Own;
    const auto scores =
        score_kernels(options.kernels, catalog, {coefficients, options.chip_model, !options.quick});
    if (!scores) return report_problems(scores.error());
    fmt::print("{}", options.format == Format::Json ? to_json(*scores) : to_text(*scores));
    return kOk;
  }
  const auto names_node = read_document(validation_folder() + "/names.yaml");
  if (!names_node) return report_problems(names_node.error());
  Diagnostics problems;
  const Names names = read<Names>(*names_node, problems);
  if (!problems.empty()) return report_problems(problems);

  ValidateOptions v;
  v.explain = options.row;
  v.tables = options.rows;
  if (v.tables.empty()) {
    for (const auto& entry : std::filesystem::directory_iterator(validation_folder())) {
      if (entry.path().extension() == ".csv") v.tables.push_back(entry.path().string());
    }
    std::ranges::sort(v.tables);
  }
  v.source = options.source;
  v.chip_model = options.chip_model;
  v.fit = options.fit;
  v.cross_validate = !options.quick;
  const auto result = [&] {
    Progress progress("cross-validating");
    v.progress = [&progress](double share) { progress(share); };
    return validate(v, names, catalog);
  }();
  if (!result) return report_problems(result.error());
  if (std::ranges::none_of(result->rows, &ValidatedRow::run)) {
    fmt::print(stderr, "saw no row that can be run; expected at least one\n");
    return kWrongInput;
  }
  if (!options.row.empty()) {
    fmt::print("{}", result->explanation);
    return result->explanation.empty() ? kWrongInput : kOk;
  }
  if (options.fit) {
    const auto append = [&](const Diagnostics& more) { problems.insert(problems.end(), more.begin(), more.end()); };
    for (const Stack& stack : result->fitted) {
      append(write_file("--fit", fmt::format("{}/calibration/stacks/{}.yaml", catalog.root(), stack.name),
                        to_yaml(stack)));
    }
    if (!options.quick)
      append(write_file("--fit", catalog.root() + "/calibration/bands.yaml", bands_yaml(*result)));
    if (!problems.empty()) return report_problems(problems);
  }
  if (options.format == Format::Json) {
    fmt::print("{}", to_json(*result));
  } else if (options.markdown) {
    fmt::print("{}", to_markdown(*result));
  } else {
    fmt::print("{}", to_text(*result, options.worst));
  }
  return kOk;
}

}  // namespace orrery::cli
