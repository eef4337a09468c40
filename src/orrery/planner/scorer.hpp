// Scorer: gives every point of a shape its memory and its time, sharing what points have in common.
// Internal to the planner.
#pragma once
#include <vector>

#include "orrery/execute/step_parts.hpp"
#include "orrery/planner/ranking.hpp"
#include "orrery/planner/tune.hpp"
#include "orrery/program/lower.hpp"
#include "orrery/program/memory.hpp"

namespace orrery::planning {

struct Tally {
  std::int64_t feasible = 0, too_big = 0;
};

class Scorer {
 public:
  Scorer(const TuneTask&, const PlanSpace&, const TuneGoal&);

  // The shape that the calls after this one are about. It must have passed check_plan().
  void set_shape(const Shape& shape, std::uint32_t index);

  // Every point of the shape whose kernels are those of `pick`: the knobs before kOverlapTensor.
  Tally score(const Choices& choices, const Pick& pick, TopPoints& top);

 private:
  using Positions = std::vector<std::uint8_t>;

  // A stage's memory under the knobs that the kernels leave open.
  struct Held {
    Pick pick{};  // kSchedule, kZero, kOffloadOptimizer
    double peak = 0;
    bool fits = false;
  };
  // What a point adds to the times of its stages.
  struct Sends {
    std::uint8_t schedule = 0, overlap = 0;
    Seconds exposed, bubble;
  };
  struct StepEnd {
    std::uint8_t zero = 0, offload = 0, overlap = 0;
    Seconds exposed, optimizer, memory;
    Bytes bytes;
  };
  struct PricedEnd {
    std::uint8_t zero = 0, offload = 0;
    PricedProgram::Stage stage;
    std::vector<bool> may_overlap;
  };

  Tally hold(const Choices& choices);
  [[nodiscard]] bool any_fits(const Positions& zeros) const;
  void price_kernels(const Choices& choices, const Positions& zeros);
  void score_overlaps(const Choices& choices, const Positions& zeros, TopPoints& top);
  void let_overlap(const Overlap& overlap);
  void list_sends(const Choices& choices);
  void price_ends(const Choices& choices, const Positions& zeros);
  void list_ends(const Positions& overlaps);
  void combine(const Positions& zeros, TopPoints& top);
  [[nodiscard]] double score_of(Seconds time, double peak) const;

  const TuneTask& task_;
  const PlanSpace& space_;
  const TuneGoal& goal_;
  const double capacity_;

  std::uint32_t shape_ = 0;
  ParallelPlan plan_;  // the one that is being scored, knob by knob
  Workload work_;
  double micro_batches_ = 1;
  Groups groups_;
  Batch batch_;
  std::vector<StageContents> stages_;
  std::vector<int> fullest_candidates_;
  Pick pick_{};

  std::vector<Footprint> footprints_;  // of the candidates
  std::vector<Held> held_;
  Program program_;
  PricedProgram priced_;
  std::vector<bool> may_overlap_;  // of each transfer in turn, when the plan asks for it
  std::vector<PricedEnd> priced_ends_;
  int priced_ends_of_ = -1;  // stage
  StageTimes times_;
  StepTime step_;
  std::vector<Sends> sends_;
  std::vector<StepEnd> ends_;
};

}  // namespace orrery::planning
