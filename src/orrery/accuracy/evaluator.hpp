// RowEvaluator: a row's programs lowered and priced once, so that many stacks can be laid over
// them.
#pragma once
#include <variant>
#include <vector>

#include "orrery/accuracy/row_study.hpp"

namespace orrery {

class RowEvaluator {
 public:
  explicit RowEvaluator(const RowStudy& row);

  // Predicted seconds of the row's quantity; nullopt when nothing fits (offline serving without
  // room).
  [[nodiscard]] std::optional<double> predict(const Stack& stack) const;
  // The breakdown of the same, for reports.
  [[nodiscard]] std::optional<StepTime> breakdown(const Stack& stack) const;
  // Whether memory holds it, by our account.
  [[nodiscard]] bool fits() const { return fits_; }
  // Of the fullest stage, for the last choice of the open knobs.
  [[nodiscard]] const std::vector<MemoryPart>& memory() const { return memory_; }
  // Useful FLOPs of the quantity on one chip.
  [[nodiscard]] double useful_flops_per_chip() const { return useful_flops_per_chip_; }

 private:
  std::vector<PricedProgram> candidates_;  // one for each choice of the open knobs
  std::optional<PricedGeneration> generation_;
  Task task_ = Task::Train;
  std::string quantity_;
  double sigma_ = 0.0;
  bool fits_ = true;
  std::vector<MemoryPart> memory_;
  double useful_flops_per_chip_ = 0.0;
};

}  // namespace orrery
