#include "orrery/hw/slice.hpp"

#include <algorithm>
#include <cstdint>

namespace orrery {
namespace {

bool is_power_of_two(int n) { return n > 0 && (n & (n - 1)) == 0; }

std::int64_t product(const std::vector<int>& shape) {
  std::int64_t out = 1;
  for (const int d : shape) out *= d;
  return out;
}

struct Search {
  const Tier& pod;
  bool whole_cubes;
  std::vector<int> now;
  std::vector<int> best;

  [[nodiscard]] bool allows(int length) const {
    if (length == pod.shape[now.size()]) return true;
    return whole_cubes ? length % pod.block == 0 : is_power_of_two(length);
  }
  // More cubic: the smaller surface, then the smaller longest side.
  [[nodiscard]] static std::int64_t surface(const std::vector<int>& shape) {
    std::int64_t sum = 0;
    for (const int d : shape) sum += product(shape) / d;
    return sum;
  }
  void visit(int chips) {
    if (now.size() == pod.shape.size()) {
      if (chips == 1 && (best.empty() || surface(now) < surface(best))) best = now;
      return;
    }
    const int longest = pod.shape[now.size()];
    for (int length = 1; length <= std::min(longest, chips); ++length) {
      if (chips % length != 0 || !allows(length)) continue;
      now.push_back(length);
      visit(chips / length);
      now.pop_back();
    }
  }
};

}  // namespace

std::optional<Slice> most_cubic_slice(const Tier& pod, int chips) {
  int cube = 1;
  for (std::size_t i = 0; pod.block > 0 && i < pod.shape.size(); ++i) cube *= pod.block;
  const bool whole_cubes = pod.block > 0 && chips >= cube;
  Search search{pod, whole_cubes, {}, {}};
  search.visit(chips);
  if (search.best.empty()) return std::nullopt;
  Slice out{search.best, {}};
  for (std::size_t i = 0; i < out.shape.size(); ++i) {
    out.wrap.push_back(pod.block > 0 ? whole_cubes : out.shape[i] == pod.shape[i]);
  }
  return out;
}

}  // namespace orrery
