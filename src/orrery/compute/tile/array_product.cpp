#include "orrery/compute/tile/array_product.hpp"

#include <algorithm>
#include <cmath>

namespace orrery {
namespace {

// Pixels along one axis that `count` windows touch.
double touched(const Windows& w, double count) {
  return std::min(count * w.side, (count - 1) * w.stride + w.side);
}

bool divides(double part, double whole) { return std::fmod(whole, part) == 0; }

}  // namespace

double tile_inputs(const ArrayProduct& p, double tile_rows, double tile_depth) {
  const Windows& w = p.windows;
  if (w.side <= 0 || !divides(w.across, tile_rows)) return tile_rows * tile_depth;
  const double lines = tile_rows / w.across, of_an_image = std::min(lines, w.down);
  const bool is_whole = lines <= w.down ? divides(lines, w.down) : divides(w.down, lines);
  if (!is_whole) return tile_rows * tile_depth;
  return lines / of_an_image * touched(w, of_an_image) * touched(w, w.across) * tile_depth /
         (w.side * w.side);
}

double all_inputs(const ArrayProduct& p, double tile_rows) {
  if (p.windows.side <= 0) return p.m * p.k;
  const double full = std::floor(p.m / tile_rows), rest = p.m - full * tile_rows;
  return full * tile_inputs(p, tile_rows, p.k) + (rest > 0 ? tile_inputs(p, rest, p.k) : 0.0);
}

std::vector<double> window_rows(const ArrayProduct& p) {
  std::vector<double> out;
  const Windows& w = p.windows;
  for (double lines = 1; lines < w.down; ++lines) {
    if (divides(lines, w.down)) out.push_back(lines * w.across);
  }
  for (double rows = w.down * w.across; rows < p.m; rows *= 2.0) out.push_back(rows);
  out.push_back(p.m);
  return out;
}

std::vector<double> window_depths(const ArrayProduct& p, double array) {
  std::vector<double> out;
  const double one = p.windows.side * p.windows.side;  // elements of a channel
  for (double depth = std::ceil(array / one) * one; depth < p.k; depth *= 2.0) out.push_back(depth);
  out.push_back(p.k);
  return out;
}

}  // namespace orrery
