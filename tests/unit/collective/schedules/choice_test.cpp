#include "orrery/collective/schedules/choice.hpp"

#include <gtest/gtest.h>

#include <string>

#include "orrery/collective/schedules/builtins.hpp"

namespace orrery {
namespace {

constexpr Wire kWire{Seconds{5e-6}, BytesPerSecond{50e9}};

Choice choice(CollectiveKind kind, Bytes size, std::uint32_t ranks) {
  return library_choice({kind, size, ranks, 1, {}, 1}, kWire);
}

// A ring takes 2 (n-1) latencies, two trees about 4 log2 n: small vectors go by trees, and large
// ones by rings, which send 2 S (n-1)/n to the trees' 2 S and more (Sanders et al. 2009).
TEST(LibraryChoice, TakesTreesForSmallVectorsAndRingsForLargeOnes) {
  EXPECT_STREQ(choice(CollectiveKind::AllReduce, Bytes{1e4}, 64).algorithm, "double_binary_tree");
  EXPECT_STREQ(choice(CollectiveKind::AllReduce, Bytes{10e9}, 64).algorithm, "ring");
}

TEST(LibraryChoice, IsTheFastestOfItsCandidates) {
  for (const double size : {1e3, 1e6, 1e9}) {
    const Choice chosen = choice(CollectiveKind::AllReduce, Bytes{size}, 32);
    for (const char* name : {"ring", "double_binary_tree"}) {
      const auto made = make_schedule(name, {CollectiveKind::AllReduce, Bytes{size}, 32, 1, {}, 1});
      const Seconds time = (*made)->idle_cost().time(kWire.alpha, kWire.bandwidth);
      EXPECT_LE(chosen.time, time) << name << " " << size;
    }
  }
}

TEST(LibraryChoice, GoesAlongTheDimensionsOfATorus) {
  const Choice chosen =
      library_choice({CollectiveKind::AllReduce, Bytes{1e6}, 16, 1, {4, 4}, 1}, kWire);
  EXPECT_STREQ(chosen.algorithm, "bucket");
}

// (n-2+c)(alpha + S/(cB)): more chunks pay until a chunk costs as little as a latency.
TEST(LibraryChoice, CutsLargeVectorsIntoChunks) {
  EXPECT_EQ(choice(CollectiveKind::Broadcast, Bytes{100}, 16).chunks, 1u);
  EXPECT_GT(choice(CollectiveKind::Broadcast, Bytes{1e9}, 16).chunks, 64u);
}

TEST(LibraryChoice, KnowsEveryCollective) {
  for (const auto& [name, kind] : EnumNames<CollectiveKind>::values)
    EXPECT_NE(std::string(choice(kind, Bytes{1e6}, 8).algorithm), "") << name;
}

}  // namespace
}  // namespace orrery
