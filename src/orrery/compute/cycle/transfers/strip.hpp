// Strip: what a fold loads or stores of a matrix that lies row by row in main memory: runs of
// neighbouring addresses, a stride apart.
#pragma once
#include <cstdint>

namespace orrery {

enum class Way : std::uint8_t { Load, Store };

// Who wants it: each array its own, or all arrays the same, loaded once for all.
enum class Wanted : std::uint8_t { ByEach, ByAll };

struct Strip {
  double runs = 0;
  double run = 0, stride = 0;  // bytes; the stride from one run's start to the next one's
  Way way = Way::Load;
  Wanted wanted = Wanted::ByEach;

  [[nodiscard]] double bytes() const { return runs * run; }
};

// Rows and columns of a matrix with `width` columns. Whole rows are one run.
inline Strip strip_of(double rows, double columns, double width, double element, Way way,
                      Wanted wanted) {
  if (columns >= width) return {1, rows * columns * element, rows * columns * element, way, wanted};
  return {rows, columns * element, width * element, way, wanted};
}

}  // namespace orrery
