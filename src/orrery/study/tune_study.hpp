// tune a Study: the plans that would answer it best, each with its Report. Training searches by the
// planner; serving has few plans and runs each.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "orrery/planner/tune.hpp"
#include "orrery/report/report.hpp"
#include "orrery/study/run.hpp"
#include "orrery/study/study.hpp"

namespace orrery {

struct TunedPlan {
  ParallelPlan plan;
  Workload work;  // with the plan's micro-batch
  Report report;
};

struct StudyTuning {
  std::vector<TunedPlan> best;  // best first
  std::int64_t plans_evaluated = 0, plans_feasible = 0;
  std::map<std::string, std::int64_t> plans_infeasible;  // by reason
  double cpu_s = 0;
};

// What is free: with `plan: auto` everything; else degrees, micro-batch, recompute and ZeRO.
// Objective::Time of serving is the time of the study's unit, but for offline work the time a token
// takes; energy and cost are those of a token.
StudyTuning tune(const Study& study, const TuneGoal& goal);

// `plan: auto`: the fastest plan's Report, which says how it was chosen.
Report run_the_best(const Study& study, WhatIfs what_ifs);

// The study with a plan of its own in place of `auto`.
Study with_plan(const Study& study, const ParallelPlan& plan, const Workload& work);

}  // namespace orrery
