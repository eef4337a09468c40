#include "orrery/accuracy/open_plan.hpp"

#include <algorithm>
#include <array>

#include "orrery/study/tune_study.hpp"

namespace orrery {

bool degrees_are_open(const TableRow& row) {
  constexpr std::array kPrinted{"tp", "pp", "vp", "cp", "ep", "dp", "zero"};
  return std::ranges::all_of(kPrinted, [&](const char* column) { return row.text(column).empty(); });
}

void choose_degrees(RowStudy& row, const Catalog& catalog) {
  Study study = row.study;
  Node name;
  name.kind = Node::Kind::Scalar;
  if (auto stack = catalog.stack(row.is_tpu ? "generic-train-tpu" : "generic-train-gpu", name))
    study.setting.stack = *stack;
  const StudyTuning tuned = tune(study, {.top = 1});
  if (tuned.best.empty()) return;
  row.study.plan = tuned.best.front().plan;
  row.study.work = tuned.best.front().work;
  row.micro_is_open = row.virtual_stages_are_open = false;
}

}  // namespace orrery
