// GatherEngine: units of a chip that fetch and add rows by index beside its matrix units, such as
// the SparseCores of a TPU.
#pragma once
#include "orrery/base/text/reader.hpp"
#include "orrery/base/units.hpp"

namespace orrery {

struct GatherEngine {
  int engines = 0;   // 0: the chip has none
  int subcores = 1;  // of each engine, that go through rows by themselves
  int lanes = 1;     // 4-byte elements that a subcore handles in a cycle
  Hertz clock;       // zero: the chip's
  Bytes granule{32.0};

  friend bool operator==(const GatherEngine&, const GatherEngine&) = default;
};

template <class V>
void describe(V& v, GatherEngine& g) {
  v("engines", g.engines, "of the chip", kRequired);
  v("subcores", g.subcores, "of each engine, that go through rows by themselves");
  v("lanes", g.lanes, "4-byte elements that a subcore handles in a cycle");
  v("clock", g.clock, "by default the chip's");
  v("granule", g.granule, "least access of main memory; a shorter row moves all of it");
}

}  // namespace orrery
