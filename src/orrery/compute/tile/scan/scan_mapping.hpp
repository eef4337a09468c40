// ScanMapping: how long the chunks of a scan are on a chip of systolic arrays, how many heads go
// together, and what that moves and costs. best_scan_mapping() tries every chunk and heads by
// powers of two. Equations: docs/models/tile.md.
#pragma once
#include <array>

#include "orrery/compute/tile/array_mapping.hpp"
#include "orrery/compute/tile/scan/array_scan.hpp"

namespace orrery {

struct ScanCut {
  double chunk = 64, heads = 1;  // heads whose states are in the scratchpad together
  bool double_buffered = true;
};

struct ScanMapping {
  ScanCut cut;
  double chunks = 0;                                    // of all sequences
  double products = 0, vector = 0, transcendental = 0;  // seconds of each unit
  double memory = 0, duration = 0;
  double bytes = 0;  // of main memory, and of every scratchpad outside the innermost
  double scratchpad_bytes = 0, held_bytes = 0;
  double flops = 0;
  int considered = 0;
  bool fits = false;

  [[nodiscard]] double beside() const { return vector > transcendental ? vector : transcendental; }
  [[nodiscard]] double units() const { return products > beside() ? products : beside(); }
};

ScanMapping scan_mapped(const ArrayChip& chip, const ArrayScan& scan, const ScanCut& cut);
ScanMapping best_scan_mapping(const ArrayChip& chip, const ArrayScan& scan);

}  // namespace orrery
