#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "orrery/accuracy/validate.hpp"

namespace orrery {
namespace {

using Json = nlohmann::ordered_json;
using Which = std::function<bool(const ValidatedRow&)>;

bool all_rows(const ValidatedRow&) { return true; }
bool dense(const ValidatedRow& r) { return r.is_training && !r.is_moe && !r.is_tpu; }
bool moe(const ValidatedRow& r) { return r.is_training && r.is_moe && !r.is_tpu; }
bool tpu(const ValidatedRow& r) { return r.is_training && r.is_tpu; }
bool gpu(const ValidatedRow& r) { return r.is_training && !r.is_tpu; }
bool training(const ValidatedRow& r) { return r.is_training; }
bool serving(const ValidatedRow& r) { return !r.is_training; }

struct Class {
  const char* name;
  Which which;
};

const std::vector<Class>& classes() {
  static const std::vector<Class> kClasses{
      {"training, all", training}, {"training, dense, GPU", dense}, {"training, MoE, GPU", moe},
      {"training, GPU", gpu},      {"training, TPU", tpu},          {"inference", serving}};
  return kClasses;
}

Json score_json(const Score& s) {
  return {{"rows", s.rows},
          {"median_abs_error", s.median_abs},
          {"mean_abs_error", s.mean_abs},
          {"p90_abs_error", s.p90_abs},
          {"mean_abs_log_error", s.mean_abs_log},
          {"spearman", s.spearman}};
}

Json by(const Validation& v, std::string ValidatedRow::* key) {
  std::map<std::string, int> keys;
  for (const ValidatedRow& row : v.rows) {
    if (row.run) ++keys[row.*key];
  }
  Json out = Json::object();
  for (const auto& [name, count] : keys) {
    out[name] = score_json(score_rows(
        v, &ValidatedRow::predicted, [&, n = name](const ValidatedRow& r) { return r.*key == n; }));
  }
  return out;
}

double skill(const Validation& v, double ValidatedRow::* prediction) {
  const Score ours =
      score_rows(v, prediction, [](const ValidatedRow& r) { return r.rule_of_thumb > 0; });
  const Score rule = score_rows(v, &ValidatedRow::rule_of_thumb, all_rows);
  return rule.mean_abs > 0 ? 1.0 - ours.mean_abs / rule.mean_abs : 0.0;
}

struct Scores {
  const char* name;
  double ValidatedRow::* prediction;
};

std::vector<Scores> scores_of(const Validation& v) {
  std::vector<Scores> out{{"frozen stacks", &ValidatedRow::predicted}};
  if (v.cross_validated) {
    out.push_back({"ten-fold held out", &ValidatedRow::held_out});
    out.push_back({"unknown source", &ValidatedRow::unknown_source});
  }
  out.push_back({"rule of thumb", &ValidatedRow::rule_of_thumb});
  return out;
}

double median_tau(const Validation& v) {
  std::vector<double> taus;
  for (const Sweep& s : v.sweeps) taus.push_back(s.tau);
  return quantile(taus, 0.5);
}

double least_tau(const Validation& v) {
  double least = 1.0;
  for (const Sweep& s : v.sweeps) least = std::min(least, s.tau);
  return v.sweeps.empty() ? 0.0 : least;
}

int count_run(const Validation& v) {
  return static_cast<int>(std::ranges::count_if(v.rows, &ValidatedRow::run));
}

std::string percent(double x) { return fmt::format("{:.1f}%", 100 * x); }

std::vector<const ValidatedRow*> worst_first(const Validation& v) {
  std::vector<const ValidatedRow*> rows;
  for (const ValidatedRow& row : v.rows) {
    if (row.run) rows.push_back(&row);
  }
  std::ranges::stable_sort(rows, std::greater<>{}, [](const ValidatedRow* r) {
    return r->predicted > 0 ? std::abs(std::log(r->predicted / r->measured)) : 1e9;
  });
  return rows;
}

}  // namespace

std::string to_json(const Validation& v) {
  Json out;
  out["schema"] = "orrery.validation/1";
  out["rows"] = Json::array();
  for (const ValidatedRow& r : v.rows) {
    Json row{{"id", r.id}, {"source", r.source}, {"status", r.run ? "run" : "skipped"}};
    if (r.run) {
      row["reason"] = nullptr;
      row["quantity"] = r.quantity;
      row["predicted"] = r.predicted;
      row["low"] = r.low;
      row["high"] = r.high;
      row["measured"] = r.measured;
      row["error"] = r.predicted / r.measured - 1.0;
      row["stack"] = r.stack;
      row["fits"] = r.fits;
      if (v.cross_validated) {
        row["held_out_error"] = r.held_out / r.measured - 1.0;
        row["unknown_source_error"] = r.unknown_source / r.measured - 1.0;
      }
    } else {
      row["reason"] = r.reason;
      row["detail"] = r.detail;
    }
    out["rows"].push_back(std::move(row));
  }
  Json summary = score_json(score_rows(v, &ValidatedRow::predicted, all_rows));
  summary.erase("rows");
  summary["run"] = count_run(v);
  summary["skipped"] = static_cast<int>(v.rows.size()) - count_run(v);
  summary["skipped_by_reason"] = v.skipped_by_reason;
  summary["skill"] = skill(v, &ValidatedRow::predicted);
  summary["kendall_in_sweeps"] = {
      {"sweeps", v.sweeps.size()}, {"median", median_tau(v)}, {"least", least_tau(v)}};
  summary["band_coverage"] = band_coverage(v);
  for (const Scores& s : scores_of(v)) {
    Json part = Json::object();
    for (const Class& c : classes()) {
      const Score score = score_rows(v, s.prediction, c.which);
      if (score.rows > 0) part[c.name] = score_json(score);
    }
    summary["scores"][s.name] = part;
  }
  out["summary"] = summary;
  out["by_source"] = by(v, &ValidatedRow::source);
  out["by_accelerator"] = by(v, &ValidatedRow::accelerator);
  out["by_model"] = by(v, &ValidatedRow::model);
  out["by_stack"] = by(v, &ValidatedRow::stack);
  return out.dump(1) + "\n";
}

std::string to_text(const Validation& v, int worst) {
  std::string out;
  const auto line = [&](const std::string& text) { out += text + "\n"; };
  line(fmt::format("{} rows run, {} skipped", count_run(v),
                   static_cast<int>(v.rows.size()) - count_run(v)));
  for (const auto& [reason, count] : v.skipped_by_reason)
    line(fmt::format("  {:>4}  {}", count, reason));
  line("");
  line(fmt::format("{:<22} {:<18} {:>5} {:>8} {:>8} {:>8} {:>9}", "rows", "prediction", "run",
                   "median", "mean", "p90", "Spearman"));
  for (const Class& c : classes()) {
    for (const Scores& s : scores_of(v)) {
      const Score score = score_rows(v, s.prediction, c.which);
      if (score.rows == 0) continue;
      line(fmt::format("{:<22} {:<18} {:>5} {:>8} {:>8} {:>8} {:>9.3f}", c.name, s.name, score.rows,
                       percent(score.median_abs), percent(score.mean_abs), percent(score.p90_abs),
                       score.spearman));
    }
  }
  line("");
  line(
      fmt::format("skill against the rule of thumb {:.2f}; 90% band holds {} of rows; Kendall's "
                  "tau-b in {} sweeps: "
                  "median {:.2f}, least {:.2f}",
                  skill(v, &ValidatedRow::predicted), percent(band_coverage(v)), v.sweeps.size(),
                  median_tau(v), least_tau(v)));
  std::map<std::string, std::vector<Scored>> stacks;
  for (const ValidatedRow& r : v.rows) {
    if (r.run && r.predicted > 0) stacks[r.stack].push_back({r.predicted, r.measured});
  }
  line("");
  line(fmt::format("{:<26} {:>5} {:>8} {:>8} {:>8}", "stack", "rows", "median", "mean", "p90"));
  for (const auto& [name, rows] : stacks) {
    const Score s = score_of(rows);
    line(fmt::format("{:<26} {:>5} {:>8} {:>8} {:>8}", name, s.rows, percent(s.median_abs),
                     percent(s.mean_abs), percent(s.p90_abs)));
  }
  if (worst > 0) {
    line("");
    line(fmt::format("{:<36} {:<22} {:<20} {:>10} {:>10} {:>8}", "worst rows", "model", "quantity",
                     "predicted", "measured", "error"));
  }
  for (const ValidatedRow* r : worst_first(v)) {
    if (worst-- <= 0) break;
    line(fmt::format("{:<36} {:<22} {:<20} {:>10.4g} {:>10.4g} {:>+7.1f}%{}", r->id.substr(0, 36),
                     r->model.substr(0, 22), r->quantity, r->predicted, r->measured,
                     100 * (r->predicted / r->measured - 1), r->fits ? "" : "  over memory"));
  }
  return out;
}

std::string to_markdown(const Validation& v) {
  std::string out =
      "# How far from measured\n\n"
      "Generated by `orrery validate --markdown`. Errors are |predicted / measured - 1| of time. "
      "*Frozen stacks*: the coefficients in `catalog/calibration/stacks`, fitted on these rows, at "
      "most four a stack. "
      "*Ten-fold held out*: fitted on the other nine tenths. *Unknown source*: fitted without any "
      "row of that source or "
      "stack. *Rule of thumb*: every run at the median MFU of its chip and precision class "
      "(in-sample).\n\n"
      "| rows | prediction | run | median | mean | p90 | Spearman "
      "|\n|---|---|---:|---:|---:|---:|---:|\n";
  for (const Class& c : classes()) {
    for (const Scores& s : scores_of(v)) {
      const Score score = score_rows(v, s.prediction, c.which);
      if (score.rows == 0) continue;
      out += fmt::format("| {} | {} | {} | {} | {} | {} | {:.3f} |\n", c.name, s.name, score.rows,
                         percent(score.median_abs), percent(score.mean_abs), percent(score.p90_abs),
                         score.spearman);
    }
  }
  out += fmt::format(
      "\n{} rows run; the 90% band holds {} of them. Kendall's tau-b in {} sweeps: median {:.2f}, "
      "least {:.2f}.\n",
      count_run(v), percent(band_coverage(v)), v.sweeps.size(), median_tau(v), least_tau(v));
  out += "\n## Skipped\n\n";
  for (const auto& [reason, count] : v.skipped_by_reason)
    out += fmt::format("- {}: {}\n", count, reason);
  out += "\n## Sweeps\n\n| source | model | chip | rows | tau-b |\n|---|---|---|---:|---:|\n";
  for (const Sweep& s : v.sweeps) {
    out += fmt::format("| {} | {} | {} | {} | {:.2f} |\n", s.source.substr(0, 60), s.model,
                       s.accelerator.substr(0, 30), s.rows, s.tau);
  }
  out +=
      "\n## Misses: the fifty worst rows\n\n| row | model | chip | quantity | predicted | measured "
      "| error |\n|---|---|---|---|---:|---:|---:|\n";
  int left = 50;
  for (const ValidatedRow* r : worst_first(v)) {
    if (left-- <= 0) break;
    out += fmt::format("| {} | {} | {} | {} | {:.4g} | {:.4g} | {:+.1f}% |\n", r->id, r->model,
                       r->accelerator.substr(0, 24), r->quantity, r->predicted, r->measured,
                       100 * (r->predicted / r->measured - 1));
  }
  return out;
}

std::string bands_yaml(const Validation& v) {
  std::string out = "bands:\n";
  const std::vector<Class> kinds{
      {"train dense gpu", dense}, {"train moe gpu", moe}, {"train tpu", tpu}, {"serve", serving}};
  for (const Class& c : kinds) {
    std::vector<double> ratios;
    for (const ValidatedRow& r : v.rows) {
      if (r.run && r.held_out > 0 && c.which(r)) ratios.push_back(r.measured / r.held_out);
    }
    if (ratios.empty()) continue;
    out += fmt::format("  - {{kind: {}, low: {:.3f}, high: {:.3f}, rows: {}}}\n", c.name,
                       quantile(ratios, 0.05), quantile(ratios, 0.95), ratios.size());
  }
  out +=
      "source: \"5th and 95th percentile of measured / predicted time over published rows, stacks "
      "fitted on the "
      "other nine tenths; orrery validate --fit\"\n";
  return out;
}

}  // namespace orrery
