#include "orrery/compute/tile/vector/sorting.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace orrery {
namespace {

std::int64_t logarithm(std::int64_t power) {
  return std::bit_width(static_cast<std::uint64_t>(power)) - 1;
}

}  // namespace

std::int64_t padded_keys(double keys) {
  return static_cast<std::int64_t>(
      std::bit_ceil(static_cast<std::uint64_t>(std::ceil(std::max(1.0, keys)))));
}

double sorting_exchanges(std::int64_t keys) {
  const auto p = static_cast<double>(logarithm(keys));
  return static_cast<double>(keys) * p * (p + 1) / 4;
}

double top_exchanges(std::int64_t keys, std::int64_t kept) {
  const auto p = static_cast<double>(logarithm(kept)), n = static_cast<double>(keys),
             k = static_cast<double>(kept);
  if (kept >= keys) return sorting_exchanges(keys);
  const double runs = n * p * (p + 1) / 4;
  // n/2 + n/4 + ... + k keys left after each halving: as many comparisons, and p/2 exchanges of
  // each to make runs of them again.
  const double left = n - k;
  return runs + left * (1 + p / 2);
}

// Merging step i of the network has i exchanges beyond a run; as many at once as pieces fit, of
// which each is no smaller than an access.
double sorting_passes(std::int64_t keys, std::int64_t run, std::int64_t least_piece) {
  const std::int64_t beyond = keys > run ? logarithm(keys) - logarithm(run) : 0;
  const std::int64_t at_once = std::max<std::int64_t>(1, logarithm(run) - logarithm(least_piece));
  std::int64_t passes = 1;
  for (std::int64_t step = 1; step <= beyond; ++step) passes += (step + at_once - 1) / at_once + 1;
  return static_cast<double>(passes);
}

}  // namespace orrery
