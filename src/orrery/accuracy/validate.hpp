// validate: every published row predicted, compared, and scored three ways: with the frozen stacks,
// with stacks fitted on the other nine tenths, and as a stack never seen.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "orrery/accuracy/row_study.hpp"
#include "orrery/accuracy/score.hpp"
#include "orrery/accuracy/stack_fit.hpp"

namespace orrery {

struct ValidatedRow {
  std::string id, source, model, accelerator, stack, quantity;
  bool run = false;
  std::string reason, detail;  // of a skip
  double predicted = 0, low = 0, high = 0, measured = 0;
  double held_out = 0, unknown_source = 0;  // predictions; 0: not asked for
  double rule_of_thumb = 0;                 // every run at the median MFU of its chip and precision
  bool is_moe = false, is_tpu = false, is_training = true, fits = true;
  double per_token = 1;  // predicted and measured are multiplied by this for ranking in sweeps
};

struct Sweep {
  std::string source, model, accelerator;
  int rows = 0;
  double tau = 0;
};

struct Validation {
  std::vector<ValidatedRow> rows;
  std::vector<Sweep> sweeps;
  std::map<std::string, int> skipped_by_reason;
  std::vector<Stack> fitted;  // when asked to fit
  bool cross_validated = false;
  std::string explanation;
};

struct ValidateOptions {
  std::vector<std::string> tables;  // CSV files
  std::string source;               // keep rows whose source contains this
  std::string chip_model = "roofline";  // which of compute_models() prices kernels
  bool cross_validate = true;
  bool fit = false;     // fit stacks on these rows instead of reading the frozen ones
  std::string explain;  // id of a row whose breakdown is wanted; nothing else is done then
  std::function<void(double share)> progress;
};

tl::expected<Validation, Diagnostics> validate(const ValidateOptions& options, const Names& names,
                                               const Catalog& catalog);

// Rows that `which` keeps, scored by one of the predictions.
Score score_rows(const Validation& v, double ValidatedRow::* prediction,
                 const std::function<bool(const ValidatedRow&)>& which);

// Rows' share whose measurement lies in the row's band.
double band_coverage(const Validation& v);

// catalog/calibration/bands.yaml from held-out predictions.
std::string bands_yaml(const Validation& v);

std::string to_json(const Validation& v);
std::string to_text(const Validation& v, int worst);
std::string to_markdown(const Validation& v);

}  // namespace orrery
