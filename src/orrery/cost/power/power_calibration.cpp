#include "orrery/cost/power/power_calibration.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "orrery/base/check.hpp"
#include "orrery/base/mean.hpp"
#include "orrery/base/text/number_fields.hpp"

namespace orrery {
namespace {

FlopsPerSecond first_of(FlopsPerSecond a, FlopsPerSecond b) { return a.value() > 0 ? a : b; }

// Energy such that the units at full rate draw the same share of the power limit as `from`'s.
JoulesPerFlop same_share(JoulesPerFlop energy, FlopsPerSecond from, FlopsPerSecond to,
                         double limits) {
  return from.value() > 0 && to.value() > 0 ? energy * (limits * (from / to)) : energy * limits;
}

// Of all dies, as published; zero where one is not.
double silicon(const Chip& chip) {
  double sum = 0;
  for (const Die& die : chip.package.dies) {
    if (!(die.area.value() > 0)) return 0;
    sum += die.count * die.area.value();
  }
  return sum;
}

// Silicon leaks and clocks run whatever the limit is: watts go with area, not with the limit.
void keep_standing_watts(PowerCalibration& c, const Chip& from, const Chip& to) {
  const double here = silicon(from), there = silicon(to);
  if (here > 0 && there > 0) c.standing *= there / here * (from.tdp / to.tdp);
}

}  // namespace

PowerCalibration mean_of(const std::vector<PowerCalibration>& lent) {
  ORRERY_CHECK(!lent.empty(), "nobody lends power coefficients");
  PowerCalibration out = lent.front();
  if (lent.size() == 1) return out;
  out.borrowed_from.clear();
  std::vector<PowerCalibration> copies = lent;
  std::vector<NumberFields> theirs;
  for (PowerCalibration& c : copies) {
    theirs.emplace_back(c);
    out.borrowed_from.insert(out.borrowed_from.end(), c.borrowed_from.begin(),
                             c.borrowed_from.end());
  }
  const NumberFields ours(out);
  const std::vector<double> alike(lent.size(), 1.0);
  for (std::size_t i = 0; i < ours.all.size(); ++i) {
    std::vector<double> values;
    for (const NumberFields& c : theirs) values.push_back(c.all[i].value());
    ours.all[i].set(geometric_mean(values, alike));
  }
  return out;
}

std::string origin(const PowerCalibration& c) {
  return c.borrowed_from.empty()
             ? c.name + ", metered"
             : fmt::format("borrowed from {}", fmt::join(c.borrowed_from, ", "));
}

PowerCalibration carried_over(const PowerCalibration& metered, const Chip& from, const Chip& to,
                              Borrowing how, double process) {
  PowerCalibration c = metered;
  c.borrowed_from = {from.name};
  c.borrowing = how;
  c.rows = 0;
  // on another process silicon leaks differently: so much of the limit
  const bool same_process = how == Borrowing::Process && process == 1.0;
  if (how == Borrowing::Generation || same_process) keep_standing_watts(c, from, to);
  if (how == Borrowing::None || how == Borrowing::Generation) return c;
  c.interval = Seconds{};  // another make of board, another meter: taken to have seen whole runs
  const double cores = static_cast<double>(std::max(1, from.cores)) / std::max(1, to.cores);
  const PeakRates &f = from.peak, &t = to.peak;
  const FlopsPerSecond half_from = first_of(f.bf16, f.fp16), half_to = first_of(t.bf16, t.fp16);
  if (how == Borrowing::Process) {
    if (half_from.value() > 0 && half_to.value() > 0) {
      // A core feeds its matrix unit: its cycles count, and half of what the unit is wider.
      const double clock =
          from.clock.value() > 0 && to.clock.value() > 0 ? to.clock / from.clock : 1.0;
      c.core *= clock * std::sqrt(cores * (half_to / half_from) / clock);
    }
    FlopEnergies& e = c.flop;
    for (JoulesPerFlop* energy :
         {&e.fp32, &e.tf32, &e.bf16, &e.fp8, &e.fp8_block, &e.int8, &e.fp4, &e.vector}) {
      *energy *= process;
    }
    c.core *= process;
    c.on_chip *= process;
    return c;
  }
  const double limits = to.tdp / from.tdp;
  c.core *= limits * cores;
  FlopEnergies& e = c.flop;
  e.fp32 = same_share(e.fp32, f.fp32, t.fp32, limits);
  e.tf32 = same_share(e.tf32, f.tf32, t.tf32, limits);
  e.bf16 = same_share(e.bf16, half_from, half_to, limits);
  // A format without units of its own runs on the next wider one, at its energy.
  const auto narrow = [&](JoulesPerFlop energy, FlopsPerSecond a, FlopsPerSecond b) {
    return b.value() > 0 ? same_share(energy, a, b, limits) : e.bf16;
  };
  e.fp8 = narrow(e.fp8, f.fp8, t.fp8);
  e.fp8_block = narrow(e.fp8_block, f.fp8, t.fp8);
  e.int8 = narrow(e.int8, f.int8, t.int8);
  e.fp4 = t.fp4.value() > 0 && f.fp4.value() > 0 ? same_share(e.fp4, f.fp4, t.fp4, limits) : e.fp8;
  e.vector = same_share(e.vector, f.vector, t.vector, limits);
  return c;
}

}  // namespace orrery
