// Convolutions on systolic arrays, against a walk that marks every pixel a tile of windows touches.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "orrery/base/rng.hpp"
#include "orrery/compute/tile/array_mapping.hpp"
#include "support/array_chips.hpp"

namespace orrery {
namespace {

struct Layer {
  int images = 1, across = 1, down = 1, side = 1, stride = 1, channels = 1, filters = 1;

  [[nodiscard]] ArrayProduct product() const {
    ArrayProduct p;
    p.m = double(images) * across * down;
    p.n = filters;
    p.k = double(side) * side * channels;
    p.windows = {double(side), double(stride), double(across), double(down)};
    return p;
  }
};

// Pixels of all images under the windows of outputs [begin, end), in the order of lines.
double pixels(const Layer& layer, int begin, int end) {
  std::set<std::array<int, 3>> seen;
  for (int o = begin; o < end; ++o) {
    const int x = o % layer.across, y = o / layer.across % layer.down,
              image = o / layer.across / layer.down;
    for (int dy = 0; dy < layer.side; ++dy) {
      for (int dx = 0; dx < layer.side; ++dx)
        seen.insert({image, y * layer.stride + dy, x * layer.stride + dx});
    }
  }
  return double(seen.size());
}

// Channels inside, so that sums stay; rows outside columns or columns outside rows. The tiles of
// input and filters change with each step unless they are the last step's.
double walked(const Layer& layer, const ArrayProduct& p, int rows, int columns, int channels,
              bool rows_outside) {
  double bytes = 0;
  const int m = int(p.m);
  std::array<int, 2> a{-1, -1}, b{-1, -1};
  const auto step = [&](int i, int j) {
    for (int l = 0; l < layer.channels; l += channels) {
      const int deep = std::min(channels, layer.channels - l);
      const int wide = std::min(columns, layer.filters - j);
      if (a != std::array{i, l}) bytes += pixels(layer, i, std::min(i + rows, m)) * deep * 2.0;
      if (b != std::array{l, j}) bytes += layer.side * layer.side * deep * wide * 2.0;
      a = {i, l};
      b = {l, j};
    }
    bytes += std::min(rows, m - i) * std::min(columns, layer.filters - j) * 2.0;
  };
  const int outer = rows_outside ? m : layer.filters, inner = rows_outside ? layer.filters : m;
  const int far = rows_outside ? rows : columns, near = rows_outside ? columns : rows;
  for (int x = 0; x < outer; x += far) {
    for (int y = 0; y < inner; y += near) rows_outside ? step(x, y) : step(y, x);
  }
  return bytes;
}

Layer some_layer(Rng& rng) {
  const auto up_to = [&](std::uint64_t n) { return int(1 + rng.below(n)); };
  return {up_to(3), up_to(8), up_to(8), up_to(4), up_to(3), up_to(6), up_to(12)};
}

TEST(ConvolutionMapping, BytesEqualThoseOfAWalkThatMarksEveryPixelOfATile) {
  Rng rng(31, "convolutions");
  for (int i = 0; i < 400; ++i) {
    const Layer layer = some_layer(rng);
    const ArrayProduct p = layer.product();
    const int columns = int(1 + rng.below(std::uint64_t(layer.filters)));
    const int channels = int(1 + rng.below(std::uint64_t(layer.channels)));
    for (const double rows : window_rows(p)) {
      const double expected = std::min(walked(layer, p, int(rows), columns, channels, true),
                                       walked(layer, p, int(rows), columns, channels, false));
      const ArrayMapping m =
          mapped(test::small_array_chip(1e9), p,
                 {rows, double(columns), double(channels * layer.side * layer.side)});
      ASSERT_DOUBLE_EQ(m.memory_bytes, expected)
          << layer.images << " images of " << layer.across << " x " << layer.down << ", side "
          << layer.side << ", stride " << layer.stride << ", rows " << rows;
    }
  }
}

TEST(ConvolutionMapping, NeverMovesLessThanEveryPixelFilterAndResultOnce) {
  Rng rng(32, "convolutions");
  for (int i = 0; i < 300; ++i) {
    const Layer layer = some_layer(rng);
    const ArrayProduct p = layer.product();
    const ArrayMapping m =
        best_mapping(test::small_array_chip(300.0 + double(rng.below(20000))), p);
    const double once = 2.0 * (pixels(layer, 0, int(p.m)) * layer.channels + p.k * p.n + p.m * p.n);
    ASSERT_GE(m.memory_bytes, once * (1 - 1e-12));
    ASSERT_GE(m.duration, std::max(m.math, m.memory));
    ASSERT_GE(m.math, p.m * p.n * p.k / (2.0 * 16.0));
  }
}

// 3 x 3 windows, one apart: each pixel is in nine windows, of which the product would read all.
TEST(ConvolutionMapping, PixelsAreReadOnceATileAndNotOnceAWindow) {
  const Layer layer{1, 56, 56, 3, 1, 64, 64};
  const ArrayProduct p = layer.product();
  const ArrayMapping m = best_mapping(test::small_array_chip(1e9), p);
  EXPECT_DOUBLE_EQ(all_inputs(p, p.m), 58.0 * 58 * 64);
  ArrayProduct expanded = p;
  expanded.windows = {};
  EXPECT_DOUBLE_EQ(all_inputs(expanded, p.m), 9 * 56 * 56 * 64);
  EXPECT_LT(m.memory_bytes, best_mapping(test::small_array_chip(1e9), expanded).memory_bytes);
}

TEST(ConvolutionMapping, WindowsOfOnePixelAreAPlainProduct) {
  const Layer layer{4, 16, 16, 1, 1, 32, 48};
  const ArrayProduct p = layer.product();
  EXPECT_DOUBLE_EQ(all_inputs(p, 32), p.m * p.k);
  EXPECT_DOUBLE_EQ(tile_inputs(p, 64, 8), 64 * 8);
}

TEST(ConvolutionMapping, MoreScratchpadIsNeverSlower) {
  Rng rng(33, "convolutions");
  for (int i = 0; i < 200; ++i) {
    const ArrayProduct p = some_layer(rng).product();
    const double scratchpad = 500.0 + double(rng.below(20000));
    const ArrayMapping less = best_mapping(test::small_array_chip(scratchpad), p);
    if (!less.fits) continue;  // windows streamed past, one by one
    ASSERT_LE(best_mapping(test::small_array_chip(1.5 * scratchpad), p).duration, less.duration);
  }
}

}  // namespace
}  // namespace orrery
