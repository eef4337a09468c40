// RowMapping: norms, softmax, quantisation and element-wise chains on vector units behind
// scratchpads. Whether a row stays in a scratchpad decides how often it comes from the memory
// outside. Equations: docs/models/tile.md.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "orrery/base/text/reader.hpp"
#include "orrery/compute/tile/array_mapping.hpp"

namespace orrery {

// What the first element of a row that is written has to wait for.
enum class RowNeeds : std::uint8_t {
  Nothing,     // element by element
  Statistics,  // of the row: norms, one scale for a row
  Sum,         // of the exponentials of the row: softmax
};

struct ArrayRows {
  double rows = 1, features = 1;
  double in = 2, out = 2;                      // bytes read and written for a feature
  double operations = 1, transcendentals = 0;  // of a feature, the latter among the former
  double row_transcendentals = 0;
  RowNeeds needs = RowNeeds::Nothing;
};

// How a row is gone over that no scratchpad holds.
enum class RowSweeps : std::uint8_t {
  Once,       // it is held, or needs nothing of itself
  Twice,      // for what it needs, then to be written
  Corrected,  // softmax twice: the sum is corrected whenever the maximum grows
  Stored,     // softmax three times: exponentials are written, read and divided
};

template <>
struct EnumNames<RowSweeps> {
  static constexpr std::pair<const char*, RowSweeps> values[] = {
      {"once", RowSweeps::Once},
      {"twice", RowSweeps::Twice},
      {"twice, sums corrected", RowSweeps::Corrected},
      {"three times, exponentials stored", RowSweeps::Stored}};
};

struct RowCut {
  double rows = 1, features = 0;  // of a tile; fewer features than a row has: the row is not held
  RowSweeps sweeps = RowSweeps::Once;
  bool double_buffered = true;
};

struct RowMapping {
  RowCut cut;
  double vector = 0, transcendental = 0;  // seconds of those units
  double memory = 0, duration = 0;
  double transfers = 0;  // the longest of all levels', main memory's among them
  std::size_t levels = 0;
  std::array<double, kDeepestNest> bytes{};  // through the outer side of each, outermost first
  double scratchpad_bytes = 0, held_bytes = 0;
  double operations = 0;
  int considered = 0;
  bool fits = false;

  [[nodiscard]] double units() const { return vector > transcendental ? vector : transcendental; }
};

RowMapping rows_mapped(const ArrayChip& chip, const ArrayRows& rows, const RowCut& cut);

// The least time over tiles of rows by powers of two; of rows that do not fit, over pieces of them
// and ways to go over them.
RowMapping best_row_mapping(const ArrayChip& chip, const ArrayRows& rows);

}  // namespace orrery
