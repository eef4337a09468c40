#include "orrery/cost/power/thermal.hpp"

namespace orrery {
namespace {

constexpr Area kSquareCentimetre{100.0};

}  // namespace

Temperature die_temperature(const Cooling& cooling, Watts power, Area dies) {
  return cooling.inlet + cooling.rise * (power.value() / (dies / kSquareCentimetre));
}

Watts heat_limit(const Cooling& cooling, Area dies) {
  return Watts{(cooling.hottest - cooling.inlet) / cooling.rise * (dies / kSquareCentimetre)};
}

}  // namespace orrery
