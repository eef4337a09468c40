#include "orrery/study/run.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "../commands.hpp"
#include "../compute_choice.hpp"
#include "orrery/study/network/network_answer.hpp"

namespace orrery::cli {

namespace {

int run_network(const Node& root, const RunOptions& options) {
  const auto study = read_network_study(root);
  if (!study) return report_problems(study.error());
  const NetworkAnswer answer = [&] {
    Progress progress("playing, by the least possible time");
    return run(*study, [&progress](double share) { progress(share); });
  }();
  if (!options.svg.empty()) {
    const Diagnostics problems = write_file("--svg", options.svg, heat_map_svg(answer));
    if (!problems.empty()) return report_problems(problems);
  }
  switch (options.format) {
    case Format::Json:
      fmt::print("{}", to_json(answer));
      break;
    case Format::Csv:
      fmt::print("{}", to_csv(answer));
      break;
    case Format::Text:
      fmt::print("{}", to_text(answer, stdout_is_terminal() ? Colour::Yes : Colour::No));
      break;
  }
  return kOk;
}

}  // namespace

int run_command(const RunOptions& options) {
  const auto root = read_document(options.study);
  if (!root) return report_problems(root.error());
  if (asks_about_network(*root)) {
    if (!options.measured.empty())
      return report_problems({{options.study + ":1:1: /",
                               "saw a network study, which has no kernels; expected another task for --measured"}});
    return run_network(*root, options);
  }
  if (options.format == Format::Csv || !options.svg.empty())
    return report_problems({{options.study + ":1:1: /",
                             "saw no network study; expected task: collective or traffic for --csv and --svg"}});
  auto study = read_study(*root, Catalog::standard());
  if (!study) return report_problems(study.error());
  auto compute = chosen_compute(Catalog::standard(), options.chip_model, options.measured);
  if (!compute) return report_problems(compute.error());
  study->setting.compute = *compute;
  Report report = run(*study);
  if (!options.measured.empty())
    report.notes.push_back("kernels are interpolated between the measured ones of " +
                           fmt::format("{}", fmt::join(options.measured, ", ")));
  if (options.format == Format::Json) {
    fmt::print("{}", to_json(report));
  } else {
    fmt::print("{}", to_text(report, stdout_is_terminal() ? Colour::Yes : Colour::No));
  }
  return report.feasible ? kOk : kDoesNotFit;
}

}  // namespace orrery::cli
