#include "orrery/study/run.hpp"

#include <fmt/format.h>

#include "../commands.hpp"

namespace orrery::cli {

int run_command(const RunOptions& options) {
  const auto study = read_study_file(options.study, Catalog::standard());
  if (!study) return report_problems(study.error());
  const Report report = run(*study);
  if (options.format == Format::Json) {
    fmt::print("{}", to_json(report));
  } else {
    fmt::print("{}", to_text(report, stdout_is_terminal() ? Colour::Yes : Colour::No));
  }
  return report.feasible ? kOk : kDoesNotFit;
}

}  // namespace orrery::cli
