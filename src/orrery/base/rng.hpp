// Rng: splitmix64, seeded from a study's seed and the name of the stream that draws from it, so
// that adding one draw somewhere never moves another. Our own distributions: std's differ by
// library.
#pragma once
#include <cstdint>
#include <string_view>

namespace orrery {

// The number that splitmix64 draws after `state` (Steele, Lea, Flood, "Fast splittable pseudorandom
// number generators", 2014): a hash of 64 bits.
constexpr std::uint64_t mixed(std::uint64_t state) {
  std::uint64_t z = state + 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

class Rng {
 public:
  Rng(std::uint64_t seed, std::string_view stream) : state_(seed) {
    for (const char c : stream) {  // FNV-1a folds the stream's name into the seed
      state_ = (state_ ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    }
  }

  std::uint64_t next() {
    const std::uint64_t drawn = mixed(state_);
    state_ += 0x9e3779b97f4a7c15ULL;
    return drawn;
  }

  // Uniform in [0, 1), with 53 random bits.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

  // Uniform in [0, bound); the bias of the modulus is below bound / 2^64.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }

 private:
  std::uint64_t state_;
};

}  // namespace orrery
