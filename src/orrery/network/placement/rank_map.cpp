#include "orrery/network/placement/rank_map.hpp"

#include <numeric>
#include <utility>

#include "orrery/base/check.hpp"
#include "orrery/base/rng.hpp"

namespace orrery {

RankMap identity_map(std::uint32_t ranks) {
  RankMap out(ranks);
  std::iota(out.begin(), out.end(), 0u);
  return out;
}

RankMap tensor_innermost_map(std::uint32_t ranks, std::uint32_t each, std::uint32_t inner) {
  ORRERY_CHECK(each > 0 && inner > 0 && ranks % (each * inner) == 0,
               "{} ranks in groups of {} by {}", ranks, each, inner);
  RankMap out(ranks);
  for (std::uint32_t rank = 0; rank < ranks; ++rank) {
    const std::uint32_t group = rank / each, member = rank % each;
    out[rank] = group / inner * inner * each + member * inner + group % inner;
  }
  return out;
}

RankMap rail_aware_map(std::uint32_t ranks, std::uint32_t node) {
  ORRERY_CHECK(node > 0 && ranks % node == 0, "{} ranks in nodes of {}", ranks, node);
  const std::uint32_t nodes = ranks / node;
  RankMap out(ranks);
  for (std::uint32_t rank = 0; rank < ranks; ++rank) {
    const std::uint32_t rail = rank / nodes, place = rank % nodes;
    out[rank] = (rail % 2 == 0 ? place : nodes - 1 - place) * node + rail;
  }
  return out;
}

// One dimension more: rows of the walk so far without its first place, to and fro, and home along
// the first places. After an odd number of rows the last ends at the walk's far end, which is a
// neighbour of its first place because the walk is closed.
//     0 > 1 > 2 > 3
//     ^           v        (a walk of 4, side 2)
//     4 < 5 < 6 < 7
RankMap folded_torus_map(const std::vector<int>& shape) {
  RankMap walk{0};
  std::uint32_t stride = 1;
  for (const int length : shape) {
    const auto side = static_cast<std::uint32_t>(length);
    const auto width = static_cast<std::uint32_t>(walk.size());
    if (width == 1) {
      walk.resize(side);
      for (std::uint32_t y = 0; y < side; ++y) walk[y] = y * stride;
    } else if (side > 1) {
      RankMap next{walk[0]};
      next.reserve(std::size_t{width} * side);
      for (std::uint32_t y = 0; y < side; ++y) {
        for (std::uint32_t i = 1; i < width; ++i)
          next.push_back(walk[y % 2 == 0 ? i : width - i] + y * stride);
      }
      for (std::uint32_t y = side; --y > 0;) next.push_back(walk[0] + y * stride);
      walk = std::move(next);
    }
    stride *= side;
  }
  return walk;
}

RankMap random_map(std::uint32_t ranks, std::uint32_t endpoints, std::uint64_t seed) {
  ORRERY_CHECK(ranks <= endpoints, "{} ranks at {} endpoints", ranks, endpoints);
  RankMap out = identity_map(endpoints);
  Rng rng(seed, "placement");
  for (std::uint32_t i = endpoints; i-- > 1;) std::swap(out[i], out[rng.below(i + 1)]);
  out.resize(ranks);
  return out;
}

}  // namespace orrery
