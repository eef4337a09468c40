#include "orrery/compute/tile/scan/scan_mapping.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "orrery/base/rng.hpp"
#include "support/array_chips.hpp"

namespace orrery {
namespace {

using test::up_to;

ArrayChip chip_of(double scratchpad) {
  ArrayChip c = test::small_array_chip(scratchpad);
  c.vector = 64;
  c.transcendental = 16;
  c.block = 10;
  return c;
}

ArrayScan any_scan(Rng& rng) {
  ArrayScan s;
  s.recurrence = static_cast<Recurrence>(rng.below(2));
  s.sequences = up_to(rng, 3);
  s.length = up_to(rng, 300);
  s.groups = up_to(rng, 4);
  s.heads = s.groups * up_to(rng, 6);
  s.value = up_to(rng, 16);
  s.state = up_to(rng, 16);
  return s;
}

// Sets of heads one after the other; each brings its heads' tokens, and of every group it touches.
double bytes_walked(const ArrayScan& s, double at_once) {
  double bytes = 0;
  for (double head = 0; head < s.heads; head += at_once) {
    std::set<int> groups;
    for (double h = head; h < std::min(s.heads, head + at_once); ++h) {
      groups.insert(int(h / (s.heads / s.groups)));
      bytes += s.length * head_token_bytes(s);
    }
    bytes += s.length * double(groups.size()) * group_token_bytes(s);
  }
  return s.sequences * (bytes + state_bytes(s));
}

TEST(ScanMapping, BytesEqualThoseOfSetsOfHeadsWalked) {
  Rng rng(71, "scans");
  for (int i = 0; i < 2000; ++i) {
    const ArrayScan s = any_scan(rng);
    const double heads = up_to(rng, std::uint64_t(s.heads));
    const ScanMapping m = scan_mapped(chip_of(1e9), s, {up_to(rng, 300), heads});
    const double walked = bytes_walked(s, heads);
    ASSERT_NEAR(m.bytes, walked, 1e-9 * walked)
        << s.heads << " heads, " << s.groups << " groups, " << heads << " at once";
  }
}

// Products of whole numbers multiplied as told by chunk_products(): a state-space scan in chunks
// gives what its recurrence gives. C, B, X are chunk x state, chunk x state, chunk x value.
TEST(ScanMapping, ChunkedProductsGiveWhatTheRecurrenceGives) {
  Rng rng(72, "scans");
  const int length = 12, state = 3, value = 2, chunk = 4;
  std::vector<std::vector<double>> b, c, x;
  std::vector<double> decay;
  for (int t = 0; t < length; ++t) {
    const auto row = [&](int n) {
      std::vector<double> out;
      for (int i = 0; i < n; ++i) out.push_back(rng.uniform());
      return out;
    };
    b.push_back(row(state));
    c.push_back(row(state));
    x.push_back(row(value));
    decay.push_back(0.5 + 0.5 * rng.uniform());
  }
  std::vector<double> carried(state * value, 0.0), direct(state * value, 0.0);
  double multiplied = 0;
  for (int begin = 0; begin < length; begin += chunk) {
    // log-sums of decays within the chunk
    std::vector<double> sum(chunk);
    for (int i = 0; i < chunk; ++i)
      sum[i] = std::log(decay[begin + i]) + (i > 0 ? sum[i - 1] : 0.0);
    std::vector<double> next(state * value, 0.0);
    for (int i = 0; i < chunk; ++i) {
      for (int v = 0; v < value; ++v) {
        double y = 0;
        for (int j = 0; j < chunk; ++j) {
          double score = 0;
          for (int n = 0; n < state; ++n) {
            score += c[begin + i][n] * b[begin + j][n];
            multiplied += v == 0 ? 1 : 0;
          }
          multiplied += 1;
          if (j <= i) y += std::exp(sum[i] - sum[j]) * score * x[begin + j][v];
        }
        for (int n = 0; n < state; ++n) {
          multiplied += 2;
          y += std::exp(sum[i]) * c[begin + i][n] * carried[n * value + v];
          next[n * value + v] +=
              std::exp(sum[chunk - 1] - sum[i]) * b[begin + i][n] * x[begin + i][v];
        }
        // The recurrence itself.
        double plain = 0;
        for (int n = 0; n < state; ++n) {
          double& s = direct[n * value + v];
          s = decay[begin + i] * s + b[begin + i][n] * x[begin + i][v];
          plain += c[begin + i][n] * s;
        }
        ASSERT_NEAR(y, plain, 1e-9);
      }
    }
    for (int e = 0; e < state * value; ++e)
      carried[e] = std::exp(sum[chunk - 1]) * carried[e] + next[e];
  }
  ArrayScan s;
  s.value = value;
  s.state = state;
  const ChunkProducts products = chunk_products(s, chunk);
  double told = 0;
  for (std::size_t i = 0; i < products.count; ++i) {
    const ArrayProduct& p = products.product[i];
    told += p.count * p.m * p.n * p.k;
  }
  EXPECT_DOUBLE_EQ(told * length / chunk, multiplied);
}

// (I + A)^-1 = (I - A)(I + A^2)(I + A^4)... of a strict triangle: as many products as told.
TEST(ScanMapping, DoublingInvertsATriangleInTheProductsThatAreCounted) {
  constexpr int n = 16;
  using Matrix = std::vector<double>;
  int products = 0;
  const auto times = [&](const Matrix& a, const Matrix& b) {
    ++products;
    Matrix out(n * n, 0.0);
    for (int i = 0; i < n; ++i) {
      for (int k = 0; k < n; ++k) {
        for (int j = 0; j < n; ++j) out[i * n + j] += a[i * n + k] * b[k * n + j];
      }
    }
    return out;
  };
  Rng rng(73, "triangle");
  Matrix a(n * n, 0.0);
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < i; ++j) a[i * n + j] = rng.uniform() - 0.5;
  }
  Matrix inverse(n * n, 0.0), power = a;
  for (int i = 0; i < n * n; ++i) inverse[i] = (i % (n + 1) == 0 ? 1.0 : 0.0) - a[i];
  for (int reach = 2; reach < n; reach *= 2) {
    power = times(power, power);
    Matrix factor = power;
    for (int i = 0; i < n; ++i) factor[i * n + i] += 1.0;
    inverse = times(inverse, factor);
  }
  Matrix triangle = a;
  for (int i = 0; i < n; ++i) triangle[i * n + i] += 1.0;
  const int counted = products;
  const Matrix unit = times(inverse, triangle);
  for (int i = 0; i < n * n; ++i) EXPECT_NEAR(unit[i], i % (n + 1) == 0 ? 1.0 : 0.0, 1e-9);
  ArrayScan s;
  s.recurrence = Recurrence::DeltaRule;
  const ChunkProducts told = chunk_products(s, n);
  EXPECT_EQ(told.product[1].count, counted);
}

TEST(ScanMapping, TheBestIsTheLeastOfTheWholeSpaceAndMoreScratchpadIsNeverSlower) {
  Rng rng(74, "scans");
  for (int i = 0; i < 500; ++i) {
    const ArrayScan s = any_scan(rng);
    const ArrayChip c = chip_of(500 + up_to(rng, 60000));
    const ScanMapping best = best_scan_mapping(c, s);
    ASSERT_LE(best_scan_mapping(chip_of(2 * c.scratchpad), s).duration, best.duration);
    ASSERT_GE(best.duration, best.bytes / c.bandwidth);
    ASSERT_GE(best.products, best.flops / (2 * c.array * c.array * c.arrays) * (1 - 1e-12));
    if (!best.fits) continue;
    for (double chunk = 16; chunk < 2 * s.length; chunk *= 2) {
      for (double heads = 1; heads < 2 * s.heads; heads *= 2) {
        for (const bool twice : {true, false}) {
          const ScanMapping m = scan_mapped(c, s, {chunk, heads, twice});
          ASSERT_TRUE(!m.fits || best.duration <= m.duration);
        }
      }
    }
  }
}

}  // namespace
}  // namespace orrery
