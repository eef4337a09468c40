#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "orrery/base/rng.hpp"
#include "orrery/network/placement/placement_search.hpp"
#include "support/networks.hpp"

namespace orrery {
namespace {

std::vector<RankPair> ring(std::uint32_t ranks, Bytes size = Bytes{1e6}) {
  std::vector<RankPair> out;
  for (std::uint32_t r = 0; r < ranks; ++r) out.push_back({r, (r + 1) % ranks, size});
  return out;
}

bool is_permutation_of_endpoints(RankMap map, std::uint32_t endpoints) {
  std::ranges::sort(map);
  return map == identity_map(endpoints);
}

TEST(FoldedTorus, RingsTakeOneHopAStepOnEveryTorus) {
  for (const char* shape : {"[4, 4]", "[3, 5]", "[4, 3]", "[3, 4]", "[2, 2, 2]", "[4, 4, 4]",
                            "[3, 3, 3]", "[2, 3, 5]", "[8, 1, 4]", "[6]", "[5, 3, 2, 2]"}) {
    const auto torus = test::network(std::string("{kind: torus, shape: ") + shape + "}");
    std::vector<int> sides;
    for (const char* c = shape; *c != '\0'; ++c) {
      if (*c >= '0' && *c <= '9') sides.push_back(*c - '0');
    }
    const RankMap map = folded_torus_map(sides);
    const std::uint32_t n = torus->wires().endpoints;
    ASSERT_TRUE(is_permutation_of_endpoints(map, n)) << shape;
    for (std::uint32_t r = 0; r < n; ++r)
      EXPECT_EQ(torus->distance(map[r], map[(r + 1) % n]), 1) << shape << " rank " << r;
  }
}

TEST(FoldedTorus, NeedsNoWrapAroundWhereALaterDimensionIsEven) {
  const auto mesh = test::network("{kind: mesh, shape: [3, 4]}");
  const RankMap map = folded_torus_map({3, 4});
  for (std::uint32_t r = 0; r < 12; ++r) EXPECT_EQ(mesh->distance(map[r], map[(r + 1) % 12]), 1);
}

// Groups of two data-parallel ranks with tensor groups of four inside: 0 4 | 1 5 | 2 6 | 3 7.
TEST(TensorInnermost, PutsTheTensorGroupBetweenTheRanksOfAGroup) {
  EXPECT_EQ(tensor_innermost_map(8, 2, 4), (RankMap{0, 4, 1, 5, 2, 6, 3, 7}));
  EXPECT_EQ(tensor_innermost_map(8, 2, 2), (RankMap{0, 2, 1, 3, 4, 6, 5, 7}));
  EXPECT_EQ(tensor_innermost_map(8, 4, 1), identity_map(8));
}

// Three nodes of two: along rail 0, back along rail 1. Six steps, two of them inside a node.
TEST(RailAware, ChangesRailsInsideNodesOnly) {
  const RankMap map = rail_aware_map(6, 2);
  EXPECT_EQ(map, (RankMap{0, 2, 4, 5, 3, 1}));
  for (std::uint32_t r = 0; r < 6; ++r) {
    const std::uint32_t a = map[r], b = map[(r + 1) % 6];
    EXPECT_TRUE(a % 2 == b % 2 || a / 2 == b / 2);
  }
}

TEST(RandomMap, IsAPermutationThatTheSeedDecides) {
  EXPECT_TRUE(is_permutation_of_endpoints(random_map(64, 64, 3), 64));
  EXPECT_EQ(random_map(64, 64, 3), random_map(64, 64, 3));
  EXPECT_NE(random_map(64, 64, 3), random_map(64, 64, 4));
  EXPECT_EQ(random_map(10, 64, 3).size(), 10u);
}

struct Net {
  std::unique_ptr<Topology> topology;
  std::unique_ptr<Routing> routing;
  explicit Net(const char* text)
      : topology(test::network(text)),
        routing(topology->routing(topology->routings().front(), 1)) {}
};

std::vector<RankPair> random_pairs(std::uint32_t ranks, std::uint64_t seed) {
  Rng rng(seed, "pairs");
  std::vector<RankPair> out;
  for (std::uint32_t a = 0; a < ranks; ++a) {
    for (std::uint32_t b = 0; b < ranks; ++b) {
      if (a != b && rng.below(3) == 0)
        out.push_back({a, b, Bytes{1e6 * static_cast<double>(1 + rng.below(4))}});
    }
  }
  return out;
}

// All 720 placements of six ranks.
TEST(PlacementSearch, FindsTheOptimumThatExhaustionFinds) {
  for (const char* text : {"{kind: mesh, shape: [2, 3]}", "{kind: torus, shape: [6]}",
                           "{kind: fat_tree, hosts_per_leaf: 2, leaves: 3, spines: 1}"}) {
    const Net net(text);
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
      const std::vector<RankPair> pairs = seed == 0 ? ring(6) : random_pairs(6, seed);
      Seconds best{1e9};
      RankMap map = identity_map(6);
      do {
        best = std::min(best, congestion(net.topology->wires(), *net.routing, pairs, map).busiest);
      } while (std::ranges::next_permutation(map).found);
      const SearchedMap found =
          search_placement(net.topology->wires(), *net.routing, pairs, identity_map(6), 3000, 1);
      EXPECT_NEAR(found.after.busiest / best, 1.0, 1e-9) << text << " seed " << seed;
    }
  }
}

TEST(PlacementSearch, IsNeverWorseThanItsStartAndFindsTheSameAgain) {
  const Net net("{kind: torus, shape: [4, 4]}");
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const std::vector<RankPair> pairs = random_pairs(16, seed);
    const auto search = [&] {
      return search_placement(net.topology->wires(), *net.routing, pairs, identity_map(16), 500,
                              seed);
    };
    const SearchedMap found = search();
    EXPECT_LE(found.after.busiest.value(), found.before.busiest.value() * (1 + 1e-12));
    EXPECT_EQ(found.map, search().map);
    EXPECT_TRUE(is_permutation_of_endpoints(found.map, 16));
  }
}

// A ring of scattered ranks on a torus: its folded order loads every link that it uses once.
TEST(PlacementSearch, ComesNearTheFoldedRingFromARandomStart) {
  const Net net("{kind: torus, shape: [4, 4]}");
  const auto pairs = ring(16);
  const Congestion folded =
      congestion(net.topology->wires(), *net.routing, pairs, folded_torus_map({4, 4}));
  const SearchedMap found =
      search_placement(net.topology->wires(), *net.routing, pairs, random_map(16, 16, 5), 20000, 1);
  EXPECT_NEAR(found.after.busiest / folded.busiest, 1.0, 1e-9);
}

// Four ranks on a star of eight: a rank may go to an endpoint that nobody has.
TEST(PlacementSearch, MovesRanksToFreeEndpoints) {
  const Net net("{kind: fat_tree, hosts_per_leaf: 2, leaves: 4, spines: 1}");
  const std::vector<RankPair> pairs{{0, 1, Bytes{1e6}}, {2, 3, Bytes{1e6}}};
  const SearchedMap found =
      search_placement(net.topology->wires(), *net.routing, pairs, {0, 2, 1, 3}, 500, 1);
  EXPECT_LT(found.after.sum, found.before.sum);
}

}  // namespace
}  // namespace orrery
