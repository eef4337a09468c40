// SimTime: integer picoseconds since the start of a run (int64: 106 days).
//
// Models compute in Seconds (double); the event queue orders SimTime only. to_sim_time() is the
// one place where the two meet, and it rounds up, so no event fires before its cause allows.
#pragma once
#include <cmath>
#include <cstdint>

#include "orrery/base/units.hpp"
namespace orrery {
enum class SimTime : std::int64_t {};
inline SimTime to_sim_time(Seconds s) {
  return SimTime{static_cast<std::int64_t>(std::ceil(s.value() * 1e12))};
}
constexpr Seconds to_seconds(SimTime t) { return Seconds{static_cast<double>(t) * 1e-12}; }
constexpr SimTime operator+(SimTime a, SimTime b) {
  return SimTime{static_cast<std::int64_t>(a) + static_cast<std::int64_t>(b)};
}
}  // namespace orrery
