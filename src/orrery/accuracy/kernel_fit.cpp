#include "orrery/accuracy/kernel_fit.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "orrery/base/rng.hpp"
#include "orrery/compute/roofline_model.hpp"

namespace orrery {
namespace {

// What is called long in errors: launch floors no longer decide.
constexpr double kLong = 20e-6;

using Rows = std::vector<const KernelRow*>;
struct Split {
  Rows shown, held_out;
};

// Each kind has its own stream, so adding a kind never moves another's split.
std::map<std::string, Split> split(const std::vector<KernelRow>& rows,
                                   const KernelFitOptions& options) {
  std::map<std::string, Rng> streams;
  std::map<std::string, Split> out;
  for (const KernelRow& row : rows) {
    Rng& rng = streams.try_emplace(row.kind, options.seed, row.kind).first->second;
    Split& s = out[row.kind];
    (rng.uniform() < options.share ? s.shown : s.held_out).push_back(&row);
  }
  return out;
}

double log_ratio(const ComputeModel& model, const KernelCalibration& c, const KernelRow& row) {
  return std::log(predicted(model, c, row).value() / row.measured.value());
}

// Mean |log ratio|, clipped so that a few odd rows do not steer; short kernels count half.
double mean_error(const ComputeModel& model, const KernelCalibration& c, const Rows& rows) {
  double sum = 0.0, weight = 0.0;
  for (const KernelRow* row : rows) {
    const double w = row->measured.value() > kLong ? 1.0 : 0.5;
    const double e = std::abs(log_ratio(model, c, *row));
    sum += w * (std::isfinite(e) ? std::min(e, 0.7) : 0.7);
    weight += w;
  }
  return weight > 0.0 ? sum / weight : 0.0;
}

double median(std::vector<double> v) {
  if (v.empty()) return 0.0;
  const auto middle = v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2);
  std::nth_element(v.begin(), middle, v.end());
  return *middle;
}

void judge(const ComputeModel& model, const KernelCalibration& c, const Rows& rows, double& all,
           double& above) {
  std::vector<double> every, longer;
  for (const KernelRow* row : rows) {
    const double e = std::abs(log_ratio(model, c, *row));
    every.push_back(e);
    if (row->measured.value() > kLong) longer.push_back(e);
  }
  all = median(std::move(every));
  above = median(std::move(longer));
}

// The order in which kinds are fitted: those that determine what others share come first.
constexpr const char* kOrder[] = {"elementwise fp32", "norm fp32",
                                  "matmul fp32",      "matmul bfloat16",
                                  "matmul fp8",       "matmul fp8_block",
                                  "matmul sq",        "matmul nvfp4",
                                  "matmul int8_wo",   "matmul int4_wo",
                                  "prefill bfloat16", "prefill fp8",
                                  "decode",           "mla prefill bfloat16",
                                  "mla prefill fp8",  "mla decode",
                                  "moe bfloat16",     "moe fp8",
                                  "moe fp8_block",    "moe nvfp4",
                                  "moe w4a16_mxfp4",  "moe w4a8_mxfp4_mxfp8"};

bool belongs(const std::string& kind, const std::string& stage) {
  return kind == stage || (kind.starts_with(stage + " ") && stage.find(' ') == std::string::npos) ||
         (stage == "mla decode" && kind.starts_with("mla decode"));
}

}  // namespace

Seconds predicted(const ComputeModel& model, const KernelCalibration& c, const KernelRow& row) {
  Seconds sum;
  for (const Kernel& kernel : row.kernels) sum += model.time(kernel).duration;
  if (row.eager) sum += (c.launch_eager - c.launch) * static_cast<double>(row.kernels.size());
  return sum;
}

void minimise(std::vector<KernelParameter>& parameters, const std::function<double()>& loss,
              int rounds) {
  std::vector<double> step(parameters.size(), 0.2);
  double best = loss();
  // A coarse look over each range first: steps alone do not leave a plateau or a far valley.
  constexpr int kLooks = 9;
  for (KernelParameter& p : parameters) {
    double kept = p.value();
    for (int i = 0; i <= kLooks; ++i) {
      p.set(p.low * std::pow(p.high / p.low, static_cast<double>(i) / kLooks));
      if (const double l = loss(); l < best - 1e-9) {
        best = l;
        kept = p.value();
      }
    }
    p.set(kept);
  }
  for (int round = 0; round < rounds; ++round) {
    double largest = 0.0;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      KernelParameter& p = parameters[i];
      const double old = p.value();
      bool better = false;
      for (const double direction : {1.0, -1.0}) {
        p.set(std::clamp(old * std::exp(direction * step[i]), p.low, p.high));
        if (const double l = loss(); l < best - 1e-9) {
          best = l;
          better = true;
          break;
        }
        p.set(old);
      }
      step[i] = std::min(0.7, step[i] * (better ? 1.6 : 0.6));
      largest = std::max(largest, step[i]);
    }
    if (largest < 0.002) break;
  }
}

KernelCalibration fit_kernels(const Chip& chip, KernelCalibration start,
                              const std::vector<KernelRow>& rows, const KernelFitOptions& options) {
  const auto kinds = split(rows, options);
  KernelCalibration c = std::move(start);
  for (const char* stage : kOrder) {
    Rows shown;
    for (const auto& [kind, s] : kinds) {
      if (belongs(kind, stage)) shown.insert(shown.end(), s.shown.begin(), s.shown.end());
    }
    if (shown.empty()) continue;
    auto parameters = kernel_parameters(c, stage);
    const auto loss = [&] { return mean_error(*make_roofline(chip, c), c, shown); };
    minimise(parameters, loss, options.rounds);
    minimise(parameters, loss, options.rounds);  // again with fresh steps: leaves shallow pits
  }
  c.rows = 0;
  for (const auto& [kind, s] : kinds) c.rows += static_cast<int>(s.shown.size());
  // what an earlier fit of other kinds found stays
  const std::vector<CalibrationError> earlier = std::move(c.errors);
  c.errors = kernel_errors(chip, c, rows, options);
  for (const CalibrationError& e : earlier) {
    if (kinds.contains(e.kind)) continue;
    c.errors.push_back(e);
    c.rows += e.fitted_rows;
  }
  return c;
}

std::vector<CalibrationError> kernel_errors(const Chip& chip, const KernelCalibration& calibration,
                                            const std::vector<KernelRow>& rows,
                                            const KernelFitOptions& options) {
  const auto model = make_roofline(chip, calibration);
  std::vector<CalibrationError> errors;
  for (const auto& [kind, s] : split(rows, options)) {
    CalibrationError e;
    e.kind = kind;
    e.fitted_rows = static_cast<int>(s.shown.size());
    e.held_out_rows = static_cast<int>(s.held_out.size());
    judge(*model, calibration, s.shown, e.fitted, e.fitted_long);
    judge(*model, calibration, s.held_out, e.held_out, e.held_out_long);
    errors.push_back(e);
  }
  return errors;
}

}  // namespace orrery
