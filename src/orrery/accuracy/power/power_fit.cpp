#include "orrery/accuracy/power/power_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "orrery/accuracy/score.hpp"
#include "orrery/base/rng.hpp"

namespace orrery {
namespace {

constexpr double kLong = 20e-6;  // from here on launch floors no longer decide

using Rows = std::vector<TimedPowerRow>;
struct Split {
  Rows shown, held_out;
};

// Each number format has its own stream, so adding one never moves another's split.
std::map<std::string, Split> split(const std::vector<PowerRow>& rows, const ComputeModel& model,
                                   const KernelFitOptions& options) {
  std::map<std::string, Rng> streams;
  std::map<std::string, Split> out;
  for (const PowerRow& row : rows) {
    Rng& rng = streams.try_emplace(row.dtype, options.seed, "power " + row.dtype).first->second;
    Split& s = out[row.dtype];
    (rng.uniform() < options.share ? s.shown : s.held_out).push_back(timed(row, model));
  }
  return out;
}

// Mean |log ratio|, clipped: the meter of some rows stopped before the board had warmed to its
// load, and no coefficient explains those.
double mean_error(const Chip& chip, const PowerCalibration& power, const Rows& rows) {
  constexpr double kClip = 0.35;
  double sum = 0;
  for (const TimedPowerRow& row : rows) {
    const double e = std::abs(std::log(predicted_power(chip, power, row) / row.row->metered));
    sum += std::isfinite(e) ? std::min(e, kClip) : kClip;
  }
  return rows.empty() ? 0 : sum / static_cast<double>(rows.size());
}

void judge(const Chip& chip, const PowerCalibration& power, const Rows& rows, double& all,
           double& above) {
  std::vector<double> every, longer;
  for (const TimedPowerRow& row : rows) {
    const double e = std::abs(predicted_power(chip, power, row) / row.row->metered - 1);
    every.push_back(e);
    if (row.row->period.value() > kLong) longer.push_back(e);
  }
  all = quantile(every, 0.5);
  above = quantile(longer, 0.5);
}

template <class Q>
void quantity(std::vector<KernelParameter>& all, Q& v, double low, double high) {
  v = Q{std::clamp(v.value(), low, high)};
  all.push_back({[&v] { return v.value(); }, [&v](double x) { v = Q{x}; }, low, high});
}

void number(std::vector<KernelParameter>& all, double& v, double low, double high) {
  v = std::clamp(v, low, high);
  all.push_back({[&v] { return v; }, [&v](double x) { v = x; }, low, high});
}

// Bounds: HBM reads cost tens of picojoules a byte and on-chip ones some; standing and core power
// are parts of the limit; a multiply-add costs at least in proportion to its width. Rows at the
// limit say only that energies are no lower, so the bounds decide how high they are.
std::vector<KernelParameter> parameters(PowerCalibration& c, const Chip& chip,
                                        const std::set<std::string>& dtypes) {
  constexpr double kPico = 1e-12;
  std::vector<KernelParameter> all;
  number(all, c.standing, 0.1, 0.4);
  number(all, c.limit, 0.9, 1.0);
  number(all, c.crowd, 0.2, 1.5);
  quantity(all, c.core, 0.02 * chip.tdp.value() / chip.cores, 0.7 * chip.tdp.value() / chip.cores);
  quantity(all, c.main_memory, 20 * kPico, 45 * kPico);
  quantity(all, c.on_chip, 2 * kPico, 15 * kPico);
  quantity(all, c.flop.bf16, 0.2 * kPico, 0.8 * kPico);
  quantity(all, c.ramp, 1e-7, 5e-5);
  if (dtypes.contains("fp8")) quantity(all, c.flop.fp8, 0.1 * kPico, 0.45 * kPico);
  if (dtypes.contains("fp8_block")) {
    quantity(all, c.flop.fp8_block, 0.1 * kPico, 0.6 * kPico);
    quantity(all, c.interval, 1e-7, 3e-3);
  }
  if (dtypes.contains("nvfp4")) quantity(all, c.flop.fp4, 0.05 * kPico, 0.3 * kPico);
  return all;
}

}  // namespace

PowerCalibration fit_power(const Chip& chip, const ComputeModel& model, PowerCalibration start,
                           const std::vector<PowerRow>& rows, const KernelFitOptions& options) {
  Rows shown;
  std::set<std::string> dtypes;
  for (const auto& [dtype, s] : split(rows, model, options)) {
    shown.insert(shown.end(), s.shown.begin(), s.shown.end());
    dtypes.insert(dtype);
  }
  // Meters that saw whole runs and meters that did not are different valleys: both are walked.
  PowerCalibration best;
  double least = 0;
  for (const double interval : {1e-6, 5e-4}) {
    PowerCalibration c = start;
    c.interval = Seconds{interval};
    auto knobs = parameters(c, chip, dtypes);
    const auto loss = [&] { return mean_error(chip, c, shown); };
    constexpr int kWalks = 4;  // again with fresh steps: leaves shallow pits
    for (int walk = 0; walk < kWalks; ++walk) minimise(knobs, loss, options.rounds);
    if (const double l = loss(); best.name.empty() || l < least) {
      least = l;
      best = c;
    }
  }
  best.rows = static_cast<int>(shown.size());
  best.errors = power_errors(chip, model, best, rows, options);
  return best;
}

std::vector<PowerError> power_errors(const Chip& chip, const ComputeModel& model,
                                     const PowerCalibration& power,
                                     const std::vector<PowerRow>& rows,
                                     const KernelFitOptions& options) {
  std::vector<PowerError> errors;
  for (const auto& [dtype, s] : split(rows, model, options)) {
    PowerError e;
    e.kind = "matmul " + dtype;
    e.fitted_rows = static_cast<int>(s.shown.size());
    e.held_out_rows = static_cast<int>(s.held_out.size());
    judge(chip, power, s.shown, e.fitted, e.fitted_long);
    judge(chip, power, s.held_out, e.held_out, e.held_out_long);
    errors.push_back(e);
  }
  return errors;
}

std::string power_text(const PowerCalibration& c) {
  const auto pico = [](double v) { return fmt::format("{:.4g} p", v * 1e12); };
  std::string out =
      fmt::format("name: {}\nsource: \"{}\"\ndate: \"{}\"\n", c.name, c.source, c.date);
  out += fmt::format(
      "rows: {}\nstanding: {:.4g}\nlimit: {:.4g}\ncore: {:.4g} W\ncrowd: {:.4g}\nramp: {:.4g} us\n",
      c.rows, c.standing, c.limit, c.core.value(), c.crowd, c.ramp.value() * 1e6);
  out += fmt::format(
      "voltage: {:.4g}\ninterval: {:.4g} us\nmain_memory: {}J/B\non_chip: {}J/B\nflop:\n",
      c.voltage, c.interval.value() * 1e6, pico(c.main_memory.value()), pico(c.on_chip.value()));
  const FlopEnergies& f = c.flop;
  for (const auto& [key, energy] :
       {std::pair{"fp32", f.fp32}, std::pair{"tf32", f.tf32}, std::pair{"bf16", f.bf16},
        std::pair{"fp8", f.fp8}, std::pair{"fp8_block", f.fp8_block}, std::pair{"int8", f.int8},
        std::pair{"fp4", f.fp4}, std::pair{"vector", f.vector}}) {
    out += fmt::format("  {}: {}J/FLOP\n", key, pico(energy.value()));
  }
  out += "errors:\n";
  for (const PowerError& e : c.errors) {
    out += fmt::format(
        "  - {{kind: \"{}\", fitted_rows: {}, held_out_rows: {}, fitted: {:.4g}, held_out: {:.4g}, "
        "fitted_long: {:.4g}, held_out_long: {:.4g}}}\n",
        e.kind, e.fitted_rows, e.held_out_rows, e.fitted, e.held_out, e.fitted_long,
        e.held_out_long);
  }
  return out;
}

}  // namespace orrery
