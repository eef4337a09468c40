#include "orrery/accuracy/validate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>

#include "orrery/base/rng.hpp"
#include "orrery/execute/time_tree.hpp"

namespace orrery {
namespace {

constexpr std::size_t kFolds = 10, kLeastRows = 50;

struct Prepared {
  RowStudy row;
  std::unique_ptr<RowEvaluator> evaluator;
  std::size_t out = 0;  // index into Validation::rows
  std::size_t fold = 0;
  std::string group;  // rows an unknown stack may learn from: "train gpu", "train tpu", "serve"
};

std::string group_of(const RowStudy& row) {
  const Task task = row.study.work.task;
  if (task != Task::Train && task != Task::Finetune) return "serve";
  return row.is_tpu ? "train-tpu" : "train-gpu";
}

std::string band_kind(const RowStudy& row) {
  const std::string group = group_of(row);
  if (group == "serve") return "serve";
  if (group == "train-tpu") return "train tpu";
  return row.is_moe ? "train moe gpu" : "train dense gpu";
}

std::vector<FitRow> fit_rows(const std::vector<Prepared>& rows,
                             const std::function<bool(const Prepared&)>& which) {
  std::vector<FitRow> out;
  for (const Prepared& p : rows) {
    if (which(p)) out.push_back({p.evaluator.get(), p.row.measured, 1.0, p.row.is_moe});
  }
  return out;
}

// What is taken for a stack without rows of its own: fitted on all of its group, every stack with
// the same say.
Stack generic_stack(const std::string& group, const std::vector<Prepared>& rows,
                    const std::function<bool(const Prepared&)>& which) {
  std::map<std::string, double> count;
  for (const Prepared& p : rows) {
    if (p.group == group && which(p)) count[p.row.stack] += 1;
  }
  std::vector<FitRow> fit;
  for (const Prepared& p : rows) {
    if (p.group != group || !which(p)) continue;
    fit.push_back(
        {p.evaluator.get(), p.row.measured, std::sqrt(1.0 / count[p.row.stack]), p.row.is_moe});
  }
  // Only GPU training mixes frameworks with hosts and attention kernels as different as these.
  const FitFor purpose = group == "train-gpu" ? FitFor::Mixture : FitFor::OneStack;
  return fit.empty() ? neutral_stack(group) : fit_stack("generic-" + group, fit, purpose, neutral_stack(group));
}

// What a stack is pulled towards: its library's rows of other eras and chips.
Stack kin_stack(const std::string& stack, const std::vector<Prepared>& rows) {
  const auto one =
      std::ranges::find_if(rows, [&](const Prepared& p) { return p.row.stack == stack; });
  const auto kin = fit_rows(rows, [&](const Prepared& p) {
    return p.row.library == one->row.library && p.row.stack != stack && p.group == one->group;
  });
  const Stack neutral = neutral_stack("kin of " + stack);
  return kin.empty() ? neutral : fit_stack(neutral.name, kin, FitFor::OneStack, neutral);
}

Stack frozen_stack(const RowStudy& row, const std::string& group, const Catalog& catalog) {
  Node node;
  node.kind = Node::Kind::Scalar;
  for (const std::string& name : {row.stack, "generic-" + group, std::string("none")}) {
    if (auto stack = catalog.stack(name, node)) return *stack;
  }
  return neutral_stack("none");
}

// The yardstick: every run gets the median MFU of its chip and precision class.
void add_rule_of_thumb(const std::vector<Prepared>& rows, Validation& v) {
  const auto key = [](const Prepared& p) {
    return p.group + "|" + p.row.study.setting.cluster.chip.name + "|" +
           name_of(p.row.study.plan.precision.compute);
  };
  std::map<std::string, std::vector<double>> rate;
  for (const Prepared& p : rows) {
    if (p.evaluator->useful_flops_per_chip() > 0) {
      rate[key(p)].push_back(p.evaluator->useful_flops_per_chip() / p.row.measured);
    }
  }
  for (const Prepared& p : rows) {
    const auto it = rate.find(key(p));
    if (it == rate.end()) continue;
    v.rows[p.out].rule_of_thumb = p.evaluator->useful_flops_per_chip() / quantile(it->second, 0.5);
  }
}

std::string explanation(const Prepared& p, const ValidatedRow& row, const Catalog& catalog) {
  Report r;
  r.model = p.row.model;
  r.cluster = p.row.study.setting.cluster.name;
  r.chips = p.row.study.setting.cluster.chips;
  r.task = name_of(p.row.study.work.task);
  r.plan = summary(p.row.study.plan);
  const auto step = p.evaluator->breakdown(frozen_stack(p.row, p.group, catalog));
  if (step) r.time = time_tree(*step);
  r.step_time = Seconds{row.predicted};
  r.step_time_low = Seconds{row.low};
  r.step_time_high = Seconds{row.high};
  r.band_source = "90% band of its class";
  r.memory_capacity = p.row.study.setting.cluster.chip.memory.capacity;
  r.memory = p.evaluator->memory();
  r.published.push_back(
      {row.quantity, row.measured, row.predicted, row.predicted / row.measured - 1, row.source});
  return to_text(r, Colour::No);
}

void add_sweeps(Validation& v) {
  std::map<std::string, std::vector<const ValidatedRow*>> groups;
  for (const ValidatedRow& row : v.rows) {
    if (row.run)
      groups[row.source + "|" + row.model + "|" + row.accelerator + "|" + row.quantity].push_back(
          &row);
  }
  for (const auto& [key, rows] : groups) {
    std::vector<double> predicted, measured;
    for (const ValidatedRow* row : rows) {
      predicted.push_back(row->predicted * row->per_token);
      measured.push_back(row->measured * row->per_token);
    }
    const auto [low, high] = std::ranges::minmax(measured);
    if (rows.size() < 8 || high < 1.3 * low) continue;
    v.sweeps.push_back({rows[0]->source, rows[0]->model, rows[0]->accelerator,
                        static_cast<int>(rows.size()), kendall_tau_b(predicted, measured, 0.04)});
  }
}

void cross_validate(const ValidateOptions& options, std::vector<Prepared>& rows, Validation& v) {
  std::set<std::string> stacks, sources;
  for (const Prepared& p : rows) {
    stacks.insert(p.row.stack);
    sources.insert(p.row.source);
  }
  const double total = static_cast<double>(stacks.size() * kFolds + sources.size());
  double done = 0;
  const auto tick = [&] {
    if (options.progress) options.progress(++done / total);
  };
  for (const std::string& stack : stacks) {
    const Stack kin = kin_stack(stack, rows);
    for (std::size_t fold = 0; fold < kFolds; ++fold) {
      tick();
      const auto is_held = [&](const Prepared& p) {
        return p.row.stack == stack && p.fold == fold;
      };
      if (std::ranges::none_of(rows, is_held)) continue;
      const auto others =
          fit_rows(rows, [&](const Prepared& p) { return p.row.stack == stack && p.fold != fold; });
      const auto first = std::ranges::find_if(rows, is_held);
      const Stack fitted =
          others.empty() ? generic_stack(first->group, rows,
                                         [&](const Prepared& p) { return p.row.stack != stack; })
                         : fit_stack(stack, others, FitFor::OneStack, kin);
      for (const Prepared& p : rows) {
        if (is_held(p)) v.rows[p.out].held_out = p.evaluator->predict(fitted).value_or(0.0);
      }
    }
  }
  for (const std::string& source : sources) {
    tick();
    // An unknown stack: neither this source's rows nor its stack's rows elsewhere are seen.
    std::set<std::string> hidden;
    for (const Prepared& p : rows) {
      if (p.row.source == source) hidden.insert(p.row.stack);
    }
    std::map<std::string, Stack> generic;
    for (const Prepared& p : rows) {
      if (p.row.source != source) continue;
      if (!generic.contains(p.group)) {
        generic[p.group] = generic_stack(p.group, rows, [&](const Prepared& q) {
          return q.row.source != source && !hidden.contains(q.row.stack);
        });
      }
      v.rows[p.out].unknown_source = p.evaluator->predict(generic[p.group]).value_or(0.0);
    }
  }
  v.cross_validated = true;
}

void predict_all(const ValidateOptions& options, const Catalog& catalog,
                 std::vector<Prepared>& rows, Validation& v) {
  std::map<std::string, Stack> fitted;
  if (options.fit) {
    std::set<std::string> groups;
    std::map<std::string, int> count;
    for (const Prepared& p : rows) {
      groups.insert(p.group);
      ++count[p.row.stack];
    }
    for (const auto& [stack, n] : count) {
      if (stack == "unknown") continue;
      const auto own = fit_rows(rows, [&, name = stack](const Prepared& p) { return p.row.stack == name; });
      Stack s = fit_stack(stack, own, FitFor::OneStack, kin_stack(stack, rows));
      s.source =
          fmt::format("fitted on {} published rows of this stack by orrery validate --fit", n);
      fitted[stack] = s;
      v.fitted.push_back(s);
    }
    for (const std::string& group : groups) {
      Stack s = generic_stack(group, rows, [](const Prepared&) { return true; });
      s.source =
          "fitted on all published rows of this group, stacks weighted alike, for stacks never "
          "seen";
      v.fitted.push_back(s);
    }
  }
  const auto bands = catalog.bands();
  for (const Prepared& p : rows) {
    const bool fresh = options.fit && fitted.contains(p.row.stack);
    const Stack stack = fresh ? fitted[p.row.stack] : frozen_stack(p.row, p.group, catalog);
    ValidatedRow& row = v.rows[p.out];
    row.predicted = p.evaluator->predict(stack).value_or(0.0);
    Band band;
    for (const Band& b : bands ? bands->bands : std::vector<Band>{}) {
      if (b.kind == band_kind(p.row)) band = b;
    }
    row.low = band.low * row.predicted;
    row.high = band.high * row.predicted;
  }
}

}  // namespace

tl::expected<Validation, Diagnostics> validate(const ValidateOptions& options, const Names& names,
                                               const Catalog& catalog) {
  Validation v;
  const auto compute = catalog.compute_model(options.chip_model);
  if (!compute) return tl::unexpected(compute.error());
  std::vector<Prepared> rows;
  Rng rng(20261124, "folds");
  for (const std::string& path : options.tables) {
    const auto table = read_table(path);
    if (!table) return tl::unexpected(table.error());
    const bool inference = table->has("phase");
    const bool training = table->has("step_time_s") || table->has("median_step_s");
    if (!inference && !training) {
      return tl::unexpected(Diagnostics{
          {path + ":1:1: /",
           "saw neither a step_time_s, a median_step_s nor a phase column; expected the "
           "schema of published training or inference rows"}});
    }
    for (const TableRow& cells : table->rows) {
      if (!options.explain.empty() && cells.text("id") != options.explain) continue;
      if (!options.source.empty() && cells.text("source").find(options.source) == std::string::npos)
        continue;
      RowOutcome outcome =
          inference ? inference_row(cells, names, catalog) : training_row(cells, names, catalog);
      ValidatedRow row;
      row.id = cells.text("id");
      row.source = cells.text("source");
      row.model = cells.text("model");
      row.accelerator = cells.text("accelerator");
      row.is_training = training;
      if (!outcome.row) {
        row.reason = name_of(outcome.skip);
        row.detail = outcome.detail;
        ++v.skipped_by_reason[row.reason];
        v.rows.push_back(std::move(row));
        continue;
      }
      Prepared p{std::move(*outcome.row), nullptr, v.rows.size(), rng.below(kFolds), ""};
      p.group = group_of(p.row);
      p.row.study.setting.compute = *compute;
      p.evaluator = std::make_unique<RowEvaluator>(p.row);
      row.run = true;
      row.stack = p.row.stack;
      row.quantity = p.row.quantity;
      row.measured = p.row.measured;
      row.is_moe = p.row.is_moe;
      row.is_tpu = p.row.is_tpu;
      row.fits = p.evaluator->fits();
      const Workload& work = p.row.study.work;
      const double chips = p.row.study.setting.cluster.chips;
      if (training) row.per_token = chips / static_cast<double>(work.global * work.sequence);
      v.rows.push_back(std::move(row));
      rows.push_back(std::move(p));
    }
  }
  predict_all(options, catalog, rows, v);
  if (!options.explain.empty()) {
    if (!rows.empty()) v.explanation = explanation(rows.front(), v.rows.front(), catalog);
    return v;
  }
  add_rule_of_thumb(rows, v);
  // A handful of rows cannot be split: what would be left to fit on says nothing.
  if (options.cross_validate && rows.size() >= kLeastRows) cross_validate(options, rows, v);
  add_sweeps(v);
  return v;
}

Score score_rows(const Validation& v, double ValidatedRow::* prediction,
                 const std::function<bool(const ValidatedRow&)>& which) {
  std::vector<Scored> rows;
  for (const ValidatedRow& row : v.rows) {
    if (row.run && row.*prediction > 0 && which(row))
      rows.push_back({row.*prediction, row.measured});
  }
  return score_of(rows);
}

double band_coverage(const Validation& v) {
  double inside = 0, all = 0;
  for (const ValidatedRow& row : v.rows) {
    if (!row.run) continue;
    all += 1;
    inside += row.measured >= row.low && row.measured <= row.high ? 1 : 0;
  }
  return all > 0 ? inside / all : 0.0;
}

}  // namespace orrery
