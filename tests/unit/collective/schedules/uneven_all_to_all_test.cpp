#include "orrery/collective/schedules/special/uneven_all_to_all.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "orrery/base/rng.hpp"
#include "orrery/collective/schedules/schedule_traffic.hpp"
#include "orrery/network/fabric/max_min.hpp"
#include "support/networks.hpp"

namespace orrery {
namespace {

constexpr BytesPerSecond kBandwidth{50e9};
constexpr std::uint32_t kRanks = 12;

FabricResult played(const CollectiveSchedule& schedule) {
  const auto topology = test::network("{kind: fat_tree, hosts_per_leaf: 12, leaves: 1, spines: 1}",
                                      {kBandwidth, Seconds{1e-6}});
  const auto routing = topology->routing(topology->routings().front(), 1);
  std::vector<std::uint32_t> endpoints(schedule.ranks());
  std::iota(endpoints.begin(), endpoints.end(), 0u);
  ScheduleTraffic traffic(schedule, endpoints);
  const FabricResult result = make_max_min(topology->wires(), *routing)->run(traffic);
  EXPECT_TRUE(traffic.is_done());
  return result;
}

SizeMatrix random_sizes(std::uint64_t seed) {
  Rng rng(seed, "sizes");
  SizeMatrix out{kRanks, std::vector<Bytes>(std::size_t{kRanks} * kRanks)};
  for (Bytes& b : out.bytes) b = rng.below(4) == 0 ? Bytes{} : Bytes{1e6 * rng.uniform()};
  return out;
}

TEST(UnevenAllToAll, OfEqualSizesTakesTheClosedFormOfDirectAndOfPairwise) {
  const SizeMatrix even = skewed_sizes(kRanks, Bytes{12e6}, 0.0, 1);
  const double bytes = 11e6 / kBandwidth.value();
  EXPECT_NEAR(played(*uneven_all_to_all(even, Peers::AllAtOnce)).completion.value(), 2e-6 + bytes,
              1e-12);
  EXPECT_NEAR(played(*uneven_all_to_all(even, Peers::OneAStep)).completion.value(),
              11 * 2e-6 + bytes, 1e-12);
}

// Ten times as much goes to rank 0: its port never rests, and all others are through before.
TEST(UnevenAllToAll, TakesAsLongAsTheBusiestReceiverTakes) {
  SizeMatrix sizes{kRanks, std::vector<Bytes>(std::size_t{kRanks} * kRanks, Bytes{1e5})};
  for (std::uint32_t from = 0; from < kRanks; ++from)
    sizes.bytes[std::size_t{from} * kRanks] = Bytes{1e6};
  const auto schedule = uneven_all_to_all(sizes, Peers::AllAtOnce);
  EXPECT_NEAR(played(*schedule).completion.value(), 2e-6 + 11e6 / kBandwidth.value(), 1e-12);
  EXPECT_EQ(schedule->idle_cost().bytes, Bytes{11e6});
}

TEST(UnevenAllToAll, NeverBeatsItsBusiestRankAndCarriesEveryByte) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const SizeMatrix sizes = random_sizes(seed);
    Bytes all;
    for (std::uint32_t a = 0; a < kRanks; ++a) {
      for (std::uint32_t b = 0; b < kRanks; ++b) all += a == b ? Bytes{} : sizes.at(a, b);
    }
    for (const Peers peers : {Peers::AllAtOnce, Peers::OneAStep}) {
      const FabricResult result = played(*uneven_all_to_all(sizes, peers));
      EXPECT_GE(result.completion.value(), (busiest(sizes) / kBandwidth).value() * (1 - 1e-12));
      const double carried =
          std::accumulate(result.link_bytes.begin(), result.link_bytes.end(), 0.0);
      EXPECT_NEAR(carried, 2 * all.value(), 1e-3) << "each byte goes up and down once";
    }
  }
}

// Zipf of exponent 1 over 12: the most popular gets 1 / (1 + 1/2 + ... + 1/12).
TEST(SkewedSizes, FollowZipfsLawAndKeepEachRanksSum) {
  const SizeMatrix sizes = skewed_sizes(kRanks, Bytes{1e6}, 1.0, 7);
  double harmonic = 0.0;
  for (int k = 1; k <= 12; ++k) harmonic += 1.0 / k;
  Bytes sum, largest;
  for (std::uint32_t to = 0; to < kRanks; ++to) {
    sum += sizes.at(3, to);
    largest = std::max(largest, sizes.at(3, to));
  }
  EXPECT_NEAR(sum.value(), 1e6, 1e-6);
  EXPECT_NEAR(largest.value(), 1e6 / harmonic, 1e-6);
}

}  // namespace
}  // namespace orrery
