#include "orrery/compute/tile/vector/row_mapping.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "orrery/compute/tile/array_work.hpp"
#include "orrery/compute/tile/nest/nested_pricing.hpp"

namespace orrery {
namespace {

// What one feature costs when its row is gone over in one of the ways.
struct Sweep {
  double in, out, exponentials, operations;  // in and out in multiples of a row's own
};

Sweep sweep(RowSweeps sweeps) {
  switch (sweeps) {
    case RowSweeps::Once:
      return {1, 1, 0, 0};
    case RowSweeps::Twice:
      return {2, 1, 0, 0};
    case RowSweeps::Corrected:  // the exponential again, and less the maximum, before writing
      return {2, 1, 1, 2};
    case RowSweeps::Stored:  // exponentials out and in, in the format that is written
      return {2, 3, 0, 0};
  }
  return {};
}

double bytes_of(const ArrayRows& r, const Sweep& s) {
  return r.rows * r.features * (s.in * r.in + s.out * r.out);
}

// A tile as it came and as it will leave, and in fp32 while its row is worked on.
double held_by(const ArrayRows& r, double rows, double features, bool twice) {
  const double working = r.needs == RowNeeds::Nothing ? 0.0 : kPartialElement;
  return rows * features * ((twice ? 2.0 : 1.0) * (r.in + r.out) + working);
}

//   memory = latency + longer of bytes / bandwidth and round trips of tiles, fetched one ahead
//   time   = longest of units and transfers, at least units + first tile in + last one out;
//            with one buffer their sum
RowMapping priced(const ArrayChip& chip, const std::vector<ArrayLevel>& nest, const ArrayRows& r,
                  const RowCut& wanted) {
  RowMapping m;
  m.cut = wanted;
  m.cut.rows = std::min(wanted.rows, r.rows);
  m.cut.features = std::min(wanted.features, r.features);
  const ArrayLevel& innermost = nest.back();
  m.held_bytes = held_by(r, m.cut.rows, m.cut.features, m.cut.double_buffered);
  m.fits = m.held_bytes <= room_of(innermost);

  const Sweep s = sweep(m.cut.sweeps);
  const double elements = r.rows * r.features;
  const double uneven = std::ceil(r.rows / innermost.instances) * innermost.instances / r.rows;
  // What needs nothing of its row is shared out by features too.
  const double waits = r.needs == RowNeeds::Nothing ? 1.0 : uneven;
  const double exponentials =
      elements * (r.transcendentals + s.exponentials) + r.rows * r.row_transcendentals;
  m.operations = elements * (r.operations + s.operations) + r.rows * r.row_transcendentals;
  m.vector = seconds_of(m.operations, chip.vector) * waits;
  m.transcendental = seconds_of(exponentials, chip.transcendental) * waits;

  const double once = bytes_of(r, sweep(RowSweeps::Once));
  double through = bytes_of(r, s);
  m.levels = nest.size();
  for (std::size_t l = nest.size(); l-- > 0;) {
    // A row that a scratchpad outside holds comes to it once.
    if (l + 1 < nest.size() && held_by(r, 1, r.features, true) <= room_of(nest[l])) through = once;
    m.bytes[l] = through;
  }
  // Held rows are gone over in the scratchpad.
  const bool sweeps_inside = m.cut.sweeps == RowSweeps::Once && r.needs != RowNeeds::Nothing;
  m.scratchpad_bytes = sweeps_inside ? once + elements * r.in : bytes_of(r, s);

  const double tile = m.cut.rows * m.cut.features * (r.in + r.out) * innermost.instances;
  const double tiles =
      std::ceil(r.rows / m.cut.rows) * std::ceil(r.features / m.cut.features) * s.in;
  double outside = chip.bandwidth, longest = 0, fills = 0;
  for (std::size_t l = 0; l < nest.size(); ++l) {
    const double latency = l == 0 ? chip.latency : nest[l - 1].latency,
                 round_trip = l == 0 ? chip.round_trip : nest[l - 1].latency;
    const double arrivals = outside > 0 ? round_trip * tiles / innermost.instances : 0.0;
    const double seconds = latency + std::max(seconds_of(m.bytes[l], outside), arrivals);
    if (l == 0) m.memory = seconds;
    longest = std::max(longest, seconds);
    fills += std::min(seconds_of(tile, outside), seconds);
    outside = nest[l].bandwidth;
  }
  longest = std::max(longest, seconds_of(m.scratchpad_bytes, innermost.bandwidth));
  m.transfers = longest;
  m.duration = m.cut.double_buffered ? std::max(longest, m.units() + fills) : longest + m.units();
  return m;
}

}  // namespace

RowMapping rows_mapped(const ArrayChip& chip, const ArrayRows& r, const RowCut& cut) {
  return priced(chip, nest_of(chip), r, cut);
}

RowMapping best_row_mapping(const ArrayChip& chip, const ArrayRows& r) {
  const std::vector<ArrayLevel> nest = nest_of(chip);
  const double room = room_of(nest.back());
  RowMapping best;
  int considered = 0;
  const auto consider = [&](RowCut cut) {
    for (const bool twice : {true, false}) {
      cut.double_buffered = twice;
      if (held_by(r, std::min(cut.rows, r.rows), std::min(cut.features, r.features), twice) > room)
        continue;
      ++considered;
      const RowMapping m = priced(chip, nest, r, cut);
      if (!best.fits || m.duration < best.duration) best = m;
    }
  };
  for (const double rows : tile_sizes(r.rows, 1)) consider({rows, r.features});
  // In pieces: a row longer than the scratchpad, or rows that a smaller tile serves better.
  constexpr double kLanes = 128;  // of a vector register
  for (const double features : tile_sizes(r.features, kLanes)) {
    if (r.needs == RowNeeds::Nothing) {
      consider({1, features, RowSweeps::Once});
    } else if (r.needs == RowNeeds::Statistics) {
      consider({1, features, RowSweeps::Twice});
    } else {
      consider({1, features, RowSweeps::Corrected});
      consider({1, features, RowSweeps::Stored});
    }
  }
  if (!best.fits) {
    const RowSweeps sweeps = r.needs == RowNeeds::Nothing      ? RowSweeps::Once
                             : r.needs == RowNeeds::Statistics ? RowSweeps::Twice
                                                               : RowSweeps::Corrected;
    best = priced(chip, nest, r, {1, kLanes, sweeps, false});
  }
  best.considered = considered;
  return best;
}

}  // namespace orrery
