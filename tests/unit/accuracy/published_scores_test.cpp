// Published collectives are scored by source and size, and a bad folder is said to be one.
#include "orrery/accuracy/collectives/published_scores.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace orrery {
namespace {

class PublishedScores : public ::testing::Test {
 protected:
  PublishedScores() { std::filesystem::create_directories(folder_ + "/ground-truth"); }
  ~PublishedScores() override { std::filesystem::remove_all(folder_); }

  // `share` of what the closed form says of an all-reduce of 1 GB over 8 H200.
  void write(double share) const {
    const Catalog catalog = Catalog::standard();
    const auto calibration =
        read_collective_calibration(catalog.root() + "/calibration/collectives");
    const Node nowhere;
    const auto cluster = catalog.cluster("h200", 8, nowhere, nowhere);
    const CollectiveCall call{CollectiveKind::AllReduce, Bytes{1e9}, {{8, 1, 1, 1}}};
    const Seconds time = collective_time(call, *cluster, *calibration).duration;
    std::ofstream(folder_ + "/ground-truth/collectives.csv")
        << "id,source,collective,num_ranks,algo,size_bytes,time_us\n"
        << "mle-h200-1n-01,x,all_reduce,8,,1000000000," << time.value() * 1e6 * share << "\n"
        << "deepep-v2-01,x,moe_dispatch,32,,1000,10\n";
  }

  std::string folder_ = ::testing::TempDir() + "orrery_published";
};

TEST_F(PublishedScores, GiveTheErrorOfWhatTheCatalogSays) {
  write(2.0);
  const auto scores = published_scores(folder_, Catalog::standard());
  ASSERT_TRUE(scores) << to_string(scores.error().front());
  ASSERT_EQ(scores->size(), 1u) << "kernels of experts are none of ours";
  EXPECT_EQ(scores->front().source, "h200");
  EXPECT_NEAR(scores->front().shipped / scores->front().measured, 0.5, 1e-6);
  EXPECT_NE(to_text(*scores).find("h200, above 1 MiB                      1     50.0%"),
            std::string::npos);
}

// Nobody else measured NVLink here: the fit that has not seen the row is where its search starts.
TEST_F(PublishedScores, OfASourceUnseenDoNotKnowTheRow) {
  write(1.0);
  const auto seen = published_scores(folder_, Catalog::standard());
  write(3.0);
  const auto other = published_scores(folder_, Catalog::standard());
  ASSERT_TRUE(seen && other);
  EXPECT_EQ(seen->front().unseen, other->front().unseen);
}

TEST_F(PublishedScores, SayWhatTheFolderLacks) {
  const auto scores = published_scores(folder_ + "/nowhere", Catalog::standard());
  ASSERT_FALSE(scores);
  EXPECT_NE(to_string(scores.error().front()).find("expected ground-truth/collectives.csv"),
            std::string::npos);
}

}  // namespace
}  // namespace orrery
