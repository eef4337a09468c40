// Which timed chips lend what: those whose kernels the libraries would run there, several rather
// than one, and none for what it never timed.
#include "orrery/compute/lending/kinship.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace orrery {
namespace {

constexpr const char* kKinds[] = {"matmul bfloat16",      "matmul fp8",   "prefill bfloat16",
                                  "decode bfloat16",      "moe bfloat16", "mla decode bfloat16",
                                  "mla prefill bfloat16", "matmul sq"};

// Chips alike in every figure, so that what is lent stays as it was.
Lender timed(const char* name, const char* generation, MatrixInstructions instructions) {
  Lender l;
  l.chip.name = name;
  l.chip.generation = generation;
  l.chip.matrix_instructions = instructions;
  l.chip.cores = 100;
  l.chip.clock = Hertz{1e9};
  l.chip.peak.bf16 = FlopsPerSecond{400e12};
  l.chip.peak.fp8 = FlopsPerSecond{800e12};
  l.chip.memory.bandwidth = BytesPerSecond{2e12};
  l.calibration.name = name;
  l.calibration.fitted_on = name;
  for (const char* kind : kKinds) l.calibration.errors.push_back({kind, 300, 2700});
  return l;
}

Lender synchronous(const char* name, const char* generation) {
  return timed(name, generation, MatrixInstructions::Synchronous);
}

Lender warp_group(const char* name) { return timed(name, "hopper", MatrixInstructions::WarpGroup); }

constexpr const char* kLibrary = "tensorrt_llm";

Chip ada() { return synchronous("l40s", "ada").chip; }

TEST(KinshipTest, ItsOwnGenerationLendsBeforeAllOthers) {
  Lender sister = synchronous("l4", "ada"), cousin = synchronous("a100", "ampere");
  sister.calibration.matmul.bf16.share = 0.8;
  cousin.calibration.matmul.bf16.share = 0.4;
  const KernelCalibration c = lent_by_kin({cousin, sister}, ada(), kLibrary);
  EXPECT_DOUBLE_EQ(c.matmul.bf16.share, 0.8);
  EXPECT_EQ(c.borrowed_from, "l4");
}

TEST(KinshipTest, ProductsComeFromThoseWhoMultiplyAlikeAndSeveralAreAveraged) {
  Lender a = synchronous("a100", "ampere"), b = synchronous("rtx", "blackwell-rtx"),
         c = warp_group("h100");
  a.calibration.matmul.bf16.share = 0.4;
  b.calibration.matmul.bf16.share = 0.9;
  c.calibration.matmul.bf16.share = 0.1;
  const KernelCalibration got = lent_by_kin({c, a, b}, ada(), kLibrary);
  EXPECT_DOUBLE_EQ(got.matmul.bf16.share, 0.6);  // sqrt(0.4 x 0.9)
  EXPECT_EQ(got.borrowed_from, "a100, rtx");
}

TEST(KinshipTest, PrefillAsksEverybodyAndInstructionsWeighAlikeHoweverManyChipsHaveThem) {
  Lender a = synchronous("a100", "ampere"), b = warp_group("h100"), c = warp_group("h200");
  a.calibration.attention.prefill = 0.8;
  b.calibration.attention.prefill = 0.1;
  c.calibration.attention.prefill = 0.1;
  // weights 2 and 1: (0.8 x 0.8 x 0.1)^(1/3) = 0.4
  EXPECT_DOUBLE_EQ(lent_by_kin({a, b, c}, ada(), kLibrary).attention.prefill, 0.4);
}

TEST(KinshipTest, DecodeComesFromTheSameLibraryEvenOnOtherInstructions) {
  Lender a = synchronous("a100", "ampere"), b = warp_group("h100");
  a.calibration.attention_library = "flash_attention";
  a.calibration.attention.decode_floor = Seconds{16e-6};
  b.calibration.attention.decode_floor = Seconds{8e-6};
  EXPECT_DOUBLE_EQ(lent_by_kin({a, b}, ada(), kLibrary).attention.decode_floor.value(), 8e-6);
  EXPECT_DOUBLE_EQ(lent_by_kin({a, b}, ada(), "flash_attention").attention.decode_floor.value(),
                   16e-6);
}

TEST(KinshipTest, AFormatThatOnlyOthersTimedIsTheirRatioToBf16) {
  Lender a = synchronous("a100", "ampere"), b = warp_group("h100");
  a.chip.peak.fp8 = FlopsPerSecond{};  // rows in fp8 on such a chip say nothing of fp8
  a.calibration.matmul.bf16.share = a.calibration.matmul.bf16.sustained = 0.5;
  a.calibration.matmul.fp8.share = 0.01;
  b.calibration.matmul.bf16.share = 1.0;
  b.calibration.matmul.fp8.share = 0.8;
  EXPECT_DOUBLE_EQ(lent_by_kin({a, b}, ada(), kLibrary).matmul.fp8.share, 0.5 * 0.8 / 1.0);
}

TEST(KinshipTest, ANarrowerFormatsTileEndsNoLater) {
  Lender a = synchronous("a100", "ampere"), b = warp_group("h100");
  a.chip.peak.fp8 = FlopsPerSecond{};
  a.calibration.matmul.bf16.fill = Seconds{5e-6};
  b.calibration.matmul.bf16.fill = Seconds{1e-6};
  b.calibration.matmul.fp8.fill = Seconds{3e-6};
  EXPECT_DOUBLE_EQ(lent_by_kin({a, b}, ada(), kLibrary).matmul.fp8.fill.value(), 5e-6);
}

TEST(KinshipTest, WhoNeverTimedAKindDoesNotLendIt) {
  Lender a = synchronous("a100", "ampere"), b = synchronous("rtx", "blackwell-rtx");
  std::erase_if(a.calibration.errors,
                [](const CalibrationError& e) { return e.kind == "mla decode bfloat16"; });
  a.calibration.attention.mla_math = 0.1;
  b.calibration.attention.mla_math = 0.6;
  EXPECT_DOUBLE_EQ(lent_by_kin({a, b}, ada(), kLibrary).attention.mla_math, 0.6);
}

TEST(KinshipTest, AQuantisedProductThatNobodyTimedIsBf16sBetweenFp8sLaunches) {
  Lender a = synchronous("rtx", "blackwell-rtx");
  a.calibration.matmul.bf16.share = 0.9;
  a.calibration.matmul.fp8.floor = Seconds{10e-6};
  a.calibration.matmul.int4_weights.share = 0.2;
  a.calibration.matmul.int4_weights.floor = Seconds{1e-6};
  const KernelCalibration c = lent_by_kin({a}, ada(), kLibrary);
  EXPECT_DOUBLE_EQ(c.matmul.int4_weights.share, 0.9);
  EXPECT_DOUBLE_EQ(c.matmul.int4_weights.floor.value(), 10e-6);
}

TEST(KinshipTest, AGroupedTilesSetUpIsAveragedAsAProduct) {
  Lender a = synchronous("a100", "ampere"), b = synchronous("rtx", "blackwell-rtx");
  a.calibration.matmul.bf16.fill = Seconds{1e-6};
  a.calibration.matmul.bf16.grouped_fill = 9;  // 9 us
  b.calibration.matmul.bf16.fill = Seconds{4e-6};
  b.calibration.matmul.bf16.grouped_fill = 1;  // 4 us
  const KernelCalibration c = lent_by_kin({a, b}, ada(), kLibrary);
  EXPECT_DOUBLE_EQ(c.matmul.bf16.fill.value(), 2e-6);
  EXPECT_DOUBLE_EQ(c.matmul.bf16.fill.value() * c.matmul.bf16.grouped_fill, 6e-6);
}

TEST(KinshipTest, FloorsAreAveragedPlainly) {
  Lender a = synchronous("a100", "ampere"), b = synchronous("rtx", "blackwell-rtx");
  a.calibration.matmul.bf16.grouped_floor = Seconds{0.01e-6};  // none to speak of
  b.calibration.matmul.bf16.grouped_floor = Seconds{5.99e-6};
  EXPECT_DOUBLE_EQ(lent_by_kin({a, b}, ada(), kLibrary).matmul.bf16.grouped_floor.value(), 3e-6);
}

TEST(KinshipTest, AMemorysShareComesFromItsOwnKind) {
  Lender a = synchronous("a100", "ampere"), b = warp_group("h100");
  b.chip.memory.kind = MainMemory::Gddr;
  a.calibration.memory.share = 0.8;
  b.calibration.memory.share = 0.95;
  Chip to = ada();
  to.memory.kind = MainMemory::Gddr;
  EXPECT_DOUBLE_EQ(lent_by_kin({a, b}, to, kLibrary).memory.share, 0.95);
}

TEST(KinshipTest, ChoicesAreTheNearestLendersAlone) {
  Lender wide = synchronous("a100", "ampere"), narrow = synchronous("rtx", "blackwell-rtx");
  wide.chip.peak.bf16 = FlopsPerSecond{800e12};
  wide.calibration.attention.decode_plain = true;
  narrow.calibration.attention.decode_plain = false;
  EXPECT_FALSE(lent_by_kin({wide, narrow}, ada(), kLibrary).attention.decode_plain);
  EXPECT_FALSE(lent_by_kin({narrow, wide}, ada(), kLibrary).attention.decode_plain);
}

TEST(KinshipTest, AChipNeverLendsToItself) {
  Lender self = synchronous("l40s", "ada"), other = warp_group("h100");
  self.calibration.matmul.bf16.share = 0.9;
  other.calibration.matmul.bf16.share = 0.3;
  EXPECT_DOUBLE_EQ(lent_by_kin({self, other}, ada(), kLibrary).matmul.bf16.share, 0.3);
}

}  // namespace
}  // namespace orrery
