// DmaEngines: what moves operands between main memory and scratchpads, descriptor by descriptor.
#pragma once
#include "orrery/base/text/reader.hpp"
#include "orrery/base/units.hpp"

namespace orrery {

struct DmaEngines {
  int engines = 0;           // 0: not known, and never what is waited for
  BytesPerSecond bandwidth;  // of one
  Seconds run;               // that one takes beside the bytes of a run of neighbouring addresses
  Seconds start;             // from asking for a transfer to its first byte

  friend bool operator==(const DmaEngines&, const DmaEngines&) = default;
};

template <class V>
void describe(V& v, DmaEngines& d) {
  v("engines", d.engines, "of the chip", kRequired);
  v("bandwidth", d.bandwidth, "of one", kRequired);
  v("run", d.run, "that one takes beside the bytes of a run of neighbouring addresses");
  v("start", d.start, "from asking for a transfer to its first byte, beside memory's own latency");
}

}  // namespace orrery
