// ArrayProduct: count x ([m, k] x [k, n]) with the bytes of an element of each operand. Of a
// convolution, rows are windows that overlap, and a tile of them takes its pixels in once.
#pragma once
#include <vector>

#include "orrery/ops/kernel.hpp"

namespace orrery {

struct ArrayProduct {
  double m = 0, n = 0, k = 0, count = 1;
  double input_element = 2, weight_element = 2, output_element = 2;  // bytes
  Windows windows{};
};

inline constexpr double kPartialElement = 4.0;  // sums are kept in fp32

// Elements of the inputs that a tile takes in: of windows, their pixels with the halo around them,
// if the tile is made of whole lines of one image or of whole images; else each window's own.
double tile_inputs(const ArrayProduct& product, double tile_rows, double tile_depth);

// Of all tiles of so many rows together.
double all_inputs(const ArrayProduct& product, double tile_rows);

// Rows and depths worth trying for a convolution: lines that divide an image and powers of two of
// images; channels by powers of two from where they fill the array.
std::vector<double> window_rows(const ArrayProduct& product);
std::vector<double> window_depths(const ArrayProduct& product, double array);

}  // namespace orrery
