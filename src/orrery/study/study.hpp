// Study: one question, fully read and checked: a model, a plan (or auto), a cluster, a task.
#pragma once
#include <optional>
#include <string>

#include "orrery/collective/closed_form.hpp"
#include "orrery/compute/calibration.hpp"
#include "orrery/cost/prices.hpp"
#include "orrery/execute/estimate.hpp"
#include "orrery/ops/op_graph.hpp"
#include "orrery/program/memory.hpp"
#include "orrery/program/plan.hpp"
#include "orrery/report/report.hpp"
#include "orrery/serving/serve.hpp"
#include "orrery/study/bands.hpp"
#include "orrery/study/catalog.hpp"

namespace orrery {

// What a published run reached, to print our error beside it.
struct PublishedFigure {
  std::optional<FlopsPerSecond> flops_per_chip;
  std::optional<Seconds> step_time;
  std::optional<double> tokens_per_second_per_chip;
  std::string source;
};

template <class V>
void describe(V& v, PublishedFigure& p) {
  v("flops_per_chip", p.flops_per_chip, "model FLOP/s a chip, by the same convention");
  v("step_time", p.step_time, "time of one step");
  v("tokens_per_second_per_chip", p.tokens_per_second_per_chip, "useful tokens");
  v("source", p.source, "where it was published", kRequired);
}

struct RunSpec {
  double tokens = 0;
};

template <class V>
void describe(V& v, RunSpec& r) {
  v("tokens", r.tokens, "tokens of the whole run", kRequired);
}

// Everything that one evaluation needs beside plan and workload.
struct Setting {
  Cluster cluster;
  KernelCalibration kernels;
  CollectiveCalibration collectives;
  Stack stack;
  MemoryAllowance memory;
  SoftwareKernels software;
  PriceList prices;
  PowerCalibration power;
  Bands bands;
  double straggler_sigma = 0.0;
  std::string chip_model = "roofline";  // which of compute_models() prices kernels
};

struct Study {
  std::string name;
  OpGraph graph;
  ParallelPlan plan;
  bool plan_is_auto = false;
  Workload work;
  Setting setting;
  EngineLimits engine;
  std::optional<RunSpec> run;
  std::optional<PublishedFigure> published;
  std::string inputs_hash;
};

// Reads, resolves names and checks; every problem found. `path` is shown in messages.
Read<Study> read_study(const Node& root, const Catalog& catalog);
Read<Study> read_study_file(const std::string& path, const Catalog& catalog);

// `plan:` of a study: a map, with `precision` a name or a map.
ParallelPlan read_plan(const Node& node, Diagnostics& problems);

// Calibrations of a cluster's chip and wires, under a stack.
Read<Setting> setting_for(Cluster cluster, const std::string& stack, const Catalog& catalog,
                          const Node& where);

// FNV-1a over the study's values, keys sorted: comments and layout do not matter.
std::string hash_of(const Node& root);

// One line for people: "tensor 8 x pipeline 16 x 4 x data 128, zero 2, bf16".
std::string summary(const ParallelPlan& plan);

}  // namespace orrery
