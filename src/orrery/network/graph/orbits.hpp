// Orbits of things under a group of permutations, from the group's generators.
#pragma once
#include <cstdint>
#include <vector>

namespace orrery {

// Numbers the orbits of [0, count) in the order of their least members. `generator(g, i)` is the
// image of i under generator g of `generators`; each is a permutation of [0, count).
template <class Image>
std::vector<std::uint32_t> orbits(std::uint32_t count, int generators, Image generator,
                                  std::uint32_t& found) {
  constexpr std::uint32_t kNone = ~std::uint32_t{0};
  std::vector<std::uint32_t> out(count, kNone);
  std::vector<std::uint32_t> open;
  found = 0;
  for (std::uint32_t first = 0; first < count; ++first) {
    if (out[first] != kNone) continue;
    out[first] = found;
    open.push_back(first);
    while (!open.empty()) {
      const std::uint32_t at = open.back();
      open.pop_back();
      // Permutations of a finite set: what images reach, inverse images reach too.
      for (int g = 0; g < generators; ++g) {
        const std::uint32_t next = generator(g, at);
        if (out[next] != kNone) continue;
        out[next] = found;
        open.push_back(next);
      }
    }
    ++found;
  }
  return out;
}

}  // namespace orrery
