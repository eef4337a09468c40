// How hot a die gets, and how much a way of cooling can take off it. One resistance from die to
// inlet: no hot spots, no transients.
#pragma once
#include <string>

#include "orrery/base/area.hpp"
#include "orrery/base/text/reader.hpp"
#include "orrery/base/units.hpp"

namespace orrery {

struct Cooling {
  std::string name;     // "air"
  Temperature inlet;    // of what comes in
  Temperature rise;     // of the die over it, for a watt on a square centimetre
  Temperature hottest;  // at which clocks are taken back
};

template <class V>
void describe(V& v, Cooling& c) {
  v("name", c.name, "how heat is taken off", kRequired);
  v("inlet", c.inlet, "of the air or water that comes in", kRequired);
  v("rise", c.rise, "of the die over it, for a watt on a square centimetre", kRequired);
  v("hottest", c.hottest, "die at which clocks are taken back", kRequired);
}

//   T = inlet + rise P / area
Temperature die_temperature(const Cooling& cooling, Watts power, Area dies);

// The most that it takes off dies of that area at its hottest.
Watts heat_limit(const Cooling& cooling, Area dies);

}  // namespace orrery
