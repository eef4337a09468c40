#include <fmt/format.h>

#include <cmath>

#include "../commands.hpp"
#include "orrery/study/chip/chosen_chip.hpp"
#include "orrery/study/chip/roofline_study.hpp"

namespace orrery::cli {

int roofline_command(const RooflineOptions& options) {
  const Catalog catalog = Catalog::standard();
  Node where;
  where.kind = Node::Kind::Scalar;
  where.scalar = options.model;
  where.file = options.model;
  const auto graph = catalog.model(where);
  const auto chip = chosen_chip(catalog, options.chip, options.changes);
  Diagnostics problems;
  if (!graph) problems = graph.error();
  if (!chip) problems.insert(problems.end(), chip.error().begin(), chip.error().end());
  if (graph && options.task == "decode" && !graph->is_decoder)
    problems.push_back({"--task", "saw decode; expected prefill: this model is an encoder"});
  for (const auto& [name, value] : {std::pair{"--sequences", options.sequences}, std::pair{"--length", options.length}}) {
    if (value != std::floor(value))  // nor is NaN, which no range excludes
      problems.push_back({name, fmt::format("saw {}; expected a whole number", value)});
  }
  if (!problems.empty()) return report_problems(problems);
  const auto kernels = catalog.kernels(*chip);
  if (!kernels) return report_problems(kernels.error());
  RooflineQuestion question;
  question.task = options.task == "decode" ? Task::Decode : Task::Prefill;
  question.sequences = options.sequences;
  question.length = options.length;
  for (const auto& [name, format] : EnumNames<DType>::values) {
    if (options.number_format == name) question.format = format;
  }
  const auto make = catalog.compute_model(options.chip_model);
  if (!make) return report_problems(make.error());
  const auto model = (*make)(*chip, *kernels);
  const RooflineStudy study = roofline_study(*graph, *chip, *model, question);
  if (!options.svg.empty()) {
    if (const Diagnostics bad = write_file("--svg", options.svg, to_svg(study)); !bad.empty())
      return report_problems(bad);
  }
  fmt::print("{}", options.format == Format::Json ? to_json(study) : to_text(study));
  return kOk;
}

}  // namespace orrery::cli
