// Report: what an answer is made of. A tree of named times that add up, memory by part, money and
// power, why, how sure, what would help. Reports are values; to_json and to_text show them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "orrery/base/area.hpp"
#include "orrery/base/units.hpp"

namespace orrery {

struct TimeNode {
  std::string name;
  Seconds time;
  std::string source;              // leaf: where the number came from
  std::vector<TimeNode> children;  // empty, or adding up to `time`
};

struct MemoryPart {
  std::string name;
  Bytes size;
};

struct WhatIf {
  std::string change;  // "memory bandwidth x 2"
  Seconds step_time;
};

// A published figure that the study quotes, and how far off we are.
struct Published {
  std::string quantity;  // "TFLOP/s per chip"
  double measured = 0.0, predicted = 0.0;
  double time_error = 0.0;  // predicted / measured - 1, of the time
  std::string source;
};

// The whole run, when the study says how many tokens it takes.
struct WholeRun {
  double tokens = 0.0;
  Seconds time;
  Joules energy;
  Dollars cost;
  Mass carbon;
};

struct Report {
  std::string study, model, cluster, task, plan;
  int chips = 0;
  bool feasible = true;
  std::vector<std::string> reasons;  // why it does not fit
  Seconds step_time, step_time_low, step_time_high;
  double tokens_per_step = 0.0;
  double model_tflops_per_chip = 0.0, hardware_tflops_per_chip = 0.0;
  double mfu = 0.0, hfu = 0.0;
  std::string flop_convention;
  std::optional<Seconds> ttft, tpot, latency;
  std::optional<double> batch;  // serving: sequences in flight on a replica
  TimeNode time;
  std::vector<MemoryPart> memory;
  Bytes memory_capacity;
  int memory_stage = 0;  // the fullest pipeline stage
  Watts power_per_chip;
  Joules energy_per_step;
  Mass carbon_per_step;  // CO2 equivalents of its electricity
  Dollars usd_per_million_tokens;
  std::string bottleneck;
  std::string band_source;
  std::vector<WhatIf> what_if;
  std::vector<Published> published;
  std::optional<WholeRun> run;
  std::vector<std::string> notes;
  std::string inputs_hash;

  [[nodiscard]] Bytes memory_peak() const;
  [[nodiscard]] double tokens_per_second() const;
};

// A node whose time is the sum of its children.
TimeNode sum_of(std::string name, std::vector<TimeNode> children);

// Schema orrery.report/1, documented in docs/reference/report.md. Non-finite or negative figures
// are a bug of ours and throw.
std::string to_json(const Report& report);

enum class Colour { No, Yes };
std::string to_text(const Report& report, Colour colour);

}  // namespace orrery
