// `plan: auto` and `tune` through the facade: text in, Report out.
#include <gtest/gtest.h>

#include "orrery/study/tune_study.hpp"

namespace orrery {
namespace {

Study study_of(const std::string& rest) {
  const std::string text =
      "model: {name: small, layers: 24, hidden: 2048, ffn: 8192, heads: 16, vocabulary: 32000}\n"
      "cluster: {base: dgx-h100, chips: 16}\n" +
      rest;
  const auto root = parse_document(text, "test");
  auto study = read_study(*root, Catalog::standard());
  if (!study) throw std::runtime_error(to_string(study.error().front()));
  return *study;
}

const char* const kTrain = "task: train\nbatch: {global: 64, micro: 1, sequence: 4096}\n";

TEST(PlanAuto, ReportsTheFastestPlan) {
  const Study study = study_of(std::string(kTrain) + "plan: auto\n");
  ASSERT_TRUE(study.plan_is_auto);
  const Report automatic = run(study, WhatIfs::Left);
  EXPECT_TRUE(automatic.feasible);
  EXPECT_GT(automatic.step_time, Seconds{});
  EXPECT_FALSE(automatic.notes.empty());
  const Report by_hand =
      run(study_of(std::string(kTrain) + "plan: {tensor: 2, pipeline: 2}\n"), WhatIfs::Left);
  EXPECT_LE(automatic.step_time, by_hand.step_time);
  EXPECT_EQ(answer_time(study), automatic.step_time);
}

TEST(PlanAuto, SaysSoWhenNothingFits) {
  const Study study =
      study_of("task: train\nbatch: {global: 64, micro: 1, sequence: 67108864}\nplan: auto\n");
  const Report r = run(study, WhatIfs::Left);
  EXPECT_FALSE(r.feasible);
  ASSERT_FALSE(r.reasons.empty());
  EXPECT_NE(r.reasons[0].find("memory"), std::string::npos);
}

TEST(PlanAuto, ServesToo) {
  const Study study =
      study_of("task: decode\nbatch: {sequences: 32, prompt: 1024, generated: 128}\nplan: auto\n");
  const Report automatic = run(study, WhatIfs::Left);
  const Report by_hand = run(study_of("task: decode\nbatch: {sequences: 32, prompt: 1024, "
                                      "generated: 128}\nplan: {tensor: 1}\n"),
                             WhatIfs::Left);
  EXPECT_TRUE(automatic.feasible);
  EXPECT_LE(automatic.step_time, by_hand.step_time);
}

TEST(TuneStudy, KeepsWhatThePlanSaysBeyondDegrees) {
  const Study study =
      study_of(std::string(kTrain) +
               "plan: {tensor: 2, precision: fp8, schedule: gpipe, overlap: {data: false}}\n");
  const StudyTuning tuned = tune(study, {.top = 5});
  ASSERT_EQ(tuned.best.size(), 5U);
  for (const TunedPlan& t : tuned.best) {
    EXPECT_EQ(t.plan.precision, study.plan.precision);
    EXPECT_EQ(t.plan.schedule, Schedule::GPipe);
    EXPECT_FALSE(t.plan.overlap.data);
    EXPECT_LE(t.report.step_time, run(study, WhatIfs::Left).step_time);
  }
}

TEST(TuneStudy, OrdersByTheObjective) {
  const Study study = study_of(std::string(kTrain) + "plan: {tensor: 2}\n");
  for (const Objective objective :
       {Objective::Time, Objective::Cost, Objective::Energy, Objective::Memory}) {
    const StudyTuning tuned = tune(study, {.objective = objective, .top = 20});
    ASSERT_EQ(tuned.best.size(), 20U);
    double before = 0;
    for (const TunedPlan& t : tuned.best) {
      const Report& r = t.report;
      const double score = objective == Objective::Time     ? r.step_time.value()
                           : objective == Objective::Cost   ? r.usd_per_million_tokens.value()
                           : objective == Objective::Energy ? r.energy_per_step.value()
                                                            : r.memory_peak().value();
      EXPECT_GE(score, before * (1 - 1e-12));
      before = score;
    }
  }
}

}  // namespace
}  // namespace orrery
