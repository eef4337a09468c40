// A user's folder of measured kernels: what is scored, what is skipped, where mistakes are.
#include "orrery/accuracy/kernel_scores.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace orrery {
namespace {

class KernelScoresTest : public ::testing::Test {
 protected:
  KernelScoresTest() { std::filesystem::create_directories(folder_); }
  ~KernelScoresTest() override { std::filesystem::remove_all(folder_); }

  void write(const char* name, const std::string& text) const {
    std::ofstream(folder_ + "/" + name) << text;
  }
  [[nodiscard]] auto scored(const char* ending = "") const {
    return score_kernels(folder_ + ending, Catalog::standard(), {});
  }

  std::string folder_ = ::testing::TempDir() + "orrery_kernels_" +
                        ::testing::UnitTest::GetInstance()->current_test_info()->name();
};

constexpr const char* kCollectives =
    "device,library,collective,dtype,gpus,bytes,latency_us,source\n"
    "h100_sxm,nccl,all_reduce,half,8,67108864,320,x\n"
    "h100_sxm,nccl,all_reduce,half,8,67108864,340,x\n"
    "abacus,nccl,all_reduce,half,8,67108864,340,x\n";

TEST_F(KernelScoresTest, CountsWhatItKnowsAndWhatItDoesNot) {
  write("collective.csv.gz", kCollectives);
  write("matmul.csv.gz",
        "device,dtype,m,n,k,latency_us\nh100_sxm,bfloat16,4096,4096,4096,200\n"
        "abacus,bfloat16,4096,4096,4096,9\n");
  for (const char* ending : {"", "/"}) {  // as people complete a folder's name
    const auto scores = scored(ending);
    ASSERT_TRUE(scores);
    ASSERT_EQ(scores->rows.size(), 2u);
    EXPECT_EQ(scores->rows[0].op, "matmul");
    EXPECT_EQ(scores->rows[1].op, "collective");
    EXPECT_DOUBLE_EQ(scores->rows[1].measured, 340e-6);  // the upper of two runs: their median
    EXPECT_EQ(scores->skipped.at("matmul"), 1);
    EXPECT_EQ(scores->skipped.at("collective"), 1);
  }
}

TEST_F(KernelScoresTest, ACellThatIsNoNumberIsLocated) {
  const std::string head = "device,dtype,m,n,k,latency_us\n";
  for (const char* cell : {"nan", "-3", "0", "inf", "fast", ""}) {
    write("matmul.csv.gz",
          head + "h100_sxm,bfloat16,64,64,64,5\nh100_sxm,bfloat16,64,64,64," + cell + "\n");
    const auto scores = scored();
    ASSERT_FALSE(scores) << cell;
    EXPECT_EQ(
        to_string(scores.error().front()),
        folder_ + "/matmul.csv.gz:3:1: /latency_us: saw '" + cell + "'; expected a number above 0");
  }
  std::filesystem::remove(folder_ + "/matmul.csv.gz");
  write("collective.csv.gz",
        std::string(kCollectives) + "h100_sxm,nccl,all_reduce,half,many,1024,9,x\n");
  const auto scores = scored();
  ASSERT_FALSE(scores);
  EXPECT_EQ(to_string(scores.error().front()),
            folder_ + "/collective.csv.gz:5:1: /gpus: saw 'many'; expected a number above 0");
}

TEST_F(KernelScoresTest, AFolderWithoutKernelsIsAMistake) { EXPECT_FALSE(scored()); }

TEST_F(KernelScoresTest, AChipLeftOutIsJudgedWithItsRelativesCoefficients) {
  write("matmul.csv.gz",
        "device,dtype,m,n,k,latency_us\nh100_sxm,bfloat16,4096,4096,4096,200\n"
        "h200_sxm,bfloat16,4096,4096,4096,200\nb300_sxm,bfloat16,4096,4096,4096,90\n"
        "a100_sxm,bfloat16,4096,4096,4096,600\n"
        "rtx_pro_6000_server,bfloat16,4096,4096,4096,600\n");
  const auto scores =
      score_kernels(folder_, Catalog::standard(), {.coefficients = Coefficients::Kin});
  ASSERT_TRUE(scores);
  EXPECT_EQ(scores->kin.at("h100_sxm"), "h200");  // its generation
  EXPECT_EQ(scores->kin.at("h200_sxm"), "h100-sxm");
  EXPECT_EQ(scores->kin.at("b300_sxm"), "b200, gb200");          // multiply into tensor memory
  EXPECT_EQ(scores->kin.at("a100_sxm"), "rtx-pro-6000-server");  // multiply from registers
  EXPECT_EQ(scores->kin.at("rtx_pro_6000_server"), "a100-sxm-80gb");
}

}  // namespace
}  // namespace orrery
