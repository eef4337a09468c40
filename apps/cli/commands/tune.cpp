#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "../commands.hpp"
#include "orrery/base/text/quantity.hpp"
#include "orrery/study/tune_study.hpp"

namespace orrery::cli {
namespace {

using Json = nlohmann::ordered_json;

Objective objective_named(const std::string& name) {
  for (const auto& [known, value] : EnumNames<Objective>::values) {
    if (name == known) return value;
  }
  return Objective::Time;
}

struct Part {
  std::string name;
  Seconds time;
};

// Leaves of the time tree by their full names: "backward / linear".
void leaves(const TimeNode& node, const std::string& path, std::vector<Part>& out) {
  for (const TimeNode& child : node.children) {
    const std::string name = path.empty() ? child.name : fmt::format("{} / {}", path, child.name);
    if (child.children.empty()) {
      out.push_back({name, child.time});
    } else {
      leaves(child, name, out);
    }
  }
}

// Where the first plan spends less (negative) or more time than the second, largest part first.
std::vector<Part> differences(const TimeNode& first, const TimeNode& second) {
  std::vector<Part> mine, theirs;
  leaves(first, "", mine);
  leaves(second, "", theirs);
  for (const Part& part : theirs) {
    const auto same = std::ranges::find(mine, part.name, &Part::name);
    if (same != mine.end()) {
      same->time -= part.time;
    } else {
      mine.push_back({part.name, -1.0 * part.time});
    }
  }
  std::sort(mine.begin(), mine.end(), [](const Part& a, const Part& b) {
    const double x = std::abs(a.time.value()), y = std::abs(b.time.value());
    return x != y ? x > y : a.name < b.name;
  });
  return mine;
}

std::string signed_time(Seconds t) {
  return t < Seconds{} ? fmt::format("-{}", show(-1.0 * t)) : fmt::format("+{}", show(t));
}

Json plan_json(const TunedPlan& t) {
  const ParallelPlan& p = t.plan;
  Json out;
  out["tensor"] = p.tensor;
  out["pipeline"] = p.pipeline;
  out["virtual_stages"] = p.virtual_stages;
  out["context"] = p.context;
  out["expert"] = p.expert;
  out["data"] = p.data;
  out["micro"] = t.work.micro;
  out["zero"] = p.zero;
  out["recompute"] = name_of(p.recompute);
  out["sequence_parallel"] = p.sequence_parallel;
  out["schedule"] = name_of(p.schedule);
  out["precision"] = name_of(p.precision.compute);
  out["overlap"] = {{"data", p.overlap.data},
                    {"tensor", p.overlap.tensor},
                    {"pipeline", p.overlap.pipeline},
                    {"expert", p.overlap.expert},
                    {"context", p.overlap.context}};
  out["offload"] = {{"optimizer", p.offload.optimizer}, {"activations", p.offload.activations}};
  out["stages"] = {{"embedding_is_layer", p.stages.embedding_is_layer},
                   {"head_is_layer", p.stages.head_is_layer}};
  return out;
}

void print_json(const Study& study, const TuneOptions& options, const StudyTuning& tuned) {
  Json out;
  out["schema"] = "orrery.tuning/1";
  out["study"] = study.name;
  out["inputs_hash"] = study.inputs_hash;
  out["objective"] = options.objective;
  out["plans_evaluated"] = tuned.plans_evaluated;
  out["plans_feasible"] = tuned.plans_feasible;
  out["plans_infeasible"] = Json::object();
  for (const auto& [reason, count] : tuned.plans_infeasible) out["plans_infeasible"][reason] = count;
  out["cpu_s"] = tuned.cpu_s;
  out["best"] = Json::array();
  for (const TunedPlan& t : tuned.best) {
    const Report& r = t.report;
    Json parts = Json::object();
    std::vector<Part> all;
    leaves(r.time, "", all);
    for (const Part& part : all) parts[part.name] = part.time.value();
    out["best"].push_back({{"plan", plan_json(t)},
                           {"summary", r.plan},
                           {"step_time_s", r.step_time.value()},
                           {"memory_peak_bytes", r.memory_peak().value()},
                           {"tokens_per_s", r.tokens_per_second()},
                           {"energy_j_per_step", r.energy_per_step.value()},
                           {"usd_per_million_tokens", r.usd_per_million_tokens.value()},
                           {"time_s", parts}});
  }
  fmt::print("{}\n", out.dump(2));
}

std::string micro_of(const TunedPlan& t) { return t.work.global > 0 ? fmt::format("{:g}", t.work.micro) : "-"; }

void print_table(const StudyTuning& tuned) {
  fmt::print("{:>4} {:>11} {:>11} {:>11} {:>9} {:>6}  {}\n", "", "time", "memory", "energy", "$/Mtoken", "micro",
             "plan");
  int rank = 0;
  for (const TunedPlan& t : tuned.best) {
    const Report& r = t.report;
    fmt::print("{:>4} {:>11} {:>11} {:>11} {:>9.4g} {:>6}  {}\n", ++rank, show(r.step_time), show(r.memory_peak()),
               show(r.energy_per_step), r.usd_per_million_tokens.value(), micro_of(t), r.plan);
  }
}

void print_why(const StudyTuning& tuned) {
  if (tuned.best.size() < 2) return;
  const Report &first = tuned.best[0].report, &second = tuned.best[1].report;
  const Seconds gap = first.step_time - second.step_time;
  const Bytes more = first.memory_peak() - second.memory_peak();
  fmt::print("\n1 against 2: {}{} of memory; {} of time, because of\n", more < Bytes{} ? "-" : "+",
             show(more < Bytes{} ? -1.0 * more : more), signed_time(gap));
  int shown = 0;
  for (const Part& part : differences(first.time, second.time)) {
    if (std::abs(part.time.value()) < 1e-3 * std::abs(gap.value()) || part.time == Seconds{} || shown == 6) break;
    fmt::print("  {:>11}  {}\n", signed_time(part.time), part.name);
    ++shown;
  }
  if (shown == 0) fmt::print("  nothing: they differ in memory or in the order of the search\n");
}

}  // namespace

int tune_command(const TuneOptions& options) {
  const auto study = read_study_file(options.study, Catalog::standard());
  if (!study) return report_problems(study.error());
  const StudyTuning tuned = tune(*study, {.objective = objective_named(options.objective),
                                          .top = options.top,
                                          .ranking = Ranking::BestOfEachShape});
  if (options.format == Format::Json) {
    print_json(*study, options, tuned);
    return tuned.best.empty() ? kDoesNotFit : kOk;
  }
  const Cluster& cluster = study->setting.cluster;
  fmt::print("orrery tune  {} on {} x {}, by {}\n", study->graph.name, cluster.chips, cluster.name, options.objective);
  fmt::print("{} plans in {:.2f} CPU s: {} fit", tuned.plans_evaluated, tuned.cpu_s, tuned.plans_feasible);
  for (const auto& [reason, count] : tuned.plans_infeasible) {
    if (reason == "memory") {
      fmt::print(", {} need more memory", count);
    } else {
      fmt::print(", {} are ruled out by {}", count, reason);
    }
  }
  fmt::print("\n\n");
  if (tuned.best.empty()) {
    fmt::print("no plan fits\n");
    return kDoesNotFit;
  }
  print_table(tuned);
  print_why(tuned);
  return kOk;
}

}  // namespace orrery::cli
