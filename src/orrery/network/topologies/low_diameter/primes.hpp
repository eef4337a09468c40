// Primes, of which the fields behind low-diameter networks are made.
#pragma once

namespace orrery {

constexpr bool is_prime(int q) {
  for (int d = 2; d * d <= q; ++d) {
    if (q % d == 0) return false;
  }
  return q >= 2;
}

// The least prime that is not below.
constexpr int next_prime(int q) {
  while (!is_prime(q)) ++q;
  return q;
}

}  // namespace orrery
