// Every file of catalog/chips and catalog/clusters reads without a problem and makes a cluster.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "orrery/hw/cluster.hpp"

namespace orrery {
namespace {

namespace fs = std::filesystem;
const std::string kCatalog = ORRERY_SOURCE_DIR "/catalog";

std::string text_of(const Diagnostics& problems) {
  std::string out;
  for (const Error& e : problems) out += to_string(e) + "\n";
  return out;
}

template <class T>
T load(const fs::path& path) {
  const auto node = read_document(path.string());
  if (!node) {
    ADD_FAILURE() << text_of(node.error());
    return {};
  }
  Diagnostics problems;
  T out = read<T>(*node, problems);
  EXPECT_TRUE(problems.empty()) << text_of(problems);
  return out;
}

std::map<std::string, Chip> chips() {
  std::map<std::string, Chip> out;
  for (const auto& entry : fs::directory_iterator(kCatalog + "/chips")) {
    out[entry.path().stem().string()] = load<Chip>(entry.path());
  }
  return out;
}

TEST(Catalog, EveryChipHasAPeakMemoryAndPower) {
  const auto all = chips();
  EXPECT_GE(all.size(), 30u);
  for (const auto& [name, chip] : all) {
    EXPECT_EQ(chip.name, name);
    EXPECT_GT(std::max(chip.peak.bf16, chip.peak.fp16).value(), 1e12) << name;
    EXPECT_GT(chip.memory.capacity.value(), 1e8) << name;
    EXPECT_GT(chip.tdp, chip.idle) << name;
    EXPECT_FALSE(chip.generation.empty()) << name;
  }
}

TEST(Catalog, EveryClusterMakesItsUsualSizeAndOneChip) {
  const auto all = chips();
  int count = 0;
  for (const auto& entry : fs::directory_iterator(kCatalog + "/clusters")) {
    const auto file = load<ClusterFile>(entry.path());
    ASSERT_TRUE(all.contains(file.chip)) << file.name;
    for (const int n : {0, 1}) {
      const auto cluster = finish_cluster(file, all.at(file.chip), n, Node{});
      ASSERT_TRUE(cluster) << text_of(cluster.error());
      int product = 1;
      for (const Tier& t : cluster->tiers) product *= t.width;
      EXPECT_EQ(product, n == 0 ? file.chips : n) << file.name;
    }
    ++count;
  }
  EXPECT_GE(count, 12);
}

}  // namespace
}  // namespace orrery
