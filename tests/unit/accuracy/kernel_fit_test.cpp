#include "orrery/accuracy/kernel_fit.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <map>

#include "../../support/chips.hpp"
#include "orrery/compute/roofline_model.hpp"

namespace orrery {
namespace {

const std::string kMeasured = ORRERY_SOURCE_DIR "/../shared/measured";
const std::string kCatalog = ORRERY_SOURCE_DIR "/catalog/calibration/kernels/";

TEST(Minimise, FindsTheBottomOfAValleyFarFromItsStart) {
  double x = 1e-3, y = 1e3;
  std::vector<KernelParameter> p;
  for (double* v : {&x, &y}) {
    p.push_back({[v] { return *v; }, [v](double to) { *v = to; }, 1e-4, 1e4});
  }
  minimise(p, [&] { return std::abs(std::log(x / 3.0)) + std::abs(std::log(y / 0.5)); }, 100);
  EXPECT_NEAR(x, 3.0, 0.05);
  EXPECT_NEAR(y, 0.5, 0.01);
}

TEST(KernelFit, FindsTheShareThatMadeItsRows) {
  const Chip chip = testing::h100();
  KernelCalibration truth = *read_kernel_calibration(kCatalog + "h100-sxm.yaml");
  const auto model = make_roofline(chip, truth);
  std::vector<KernelRow> rows;
  for (double m = 512; m <= 16384; m += 128) {
    Kernel kernel{.kind = OpKind::Matmul, .m = m, .n = 8192, .k = 4096};
    rows.push_back({"matmul bfloat16", "", {kernel}, model->time(kernel).duration});
  }
  KernelCalibration start = truth;
  start.errors.clear();
  start.matmul.bf16.share = 0.4;
  start.matmul.bf16.sustained = 0.3;
  const KernelCalibration fitted = fit_kernels(chip, start, rows, {.share = 0.5});
  ASSERT_EQ(fitted.errors.size(), 1U);
  EXPECT_LT(fitted.errors[0].held_out, 0.02);
}

TEST(CalibrationText, IsReadBackAsItWas) {
  const KernelCalibration c = *read_kernel_calibration(kCatalog + "b200.yaml");
  const std::string text = calibration_text(c);
  const auto document = parse_document(text, "text");
  ASSERT_TRUE(document.has_value());
  Diagnostics problems;
  const auto again = read<KernelCalibration>(*document, problems);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(calibration_text(again), text);
}

// Median |log(predicted / measured)| of kernels above 20 us that the fit never saw. Bands are what
// was reached, plus about a tenth: a change that moves them must say so. Rows in
// docs/models/kernels.md.
struct Case {
  const char* device;
  Chip chip;
  std::map<std::string, double> bands;
};

class Measured : public ::testing::TestWithParam<int> {};

std::vector<Case> cases() {
  return {{"a100_sxm",
           testing::a100(),
           {{"matmul bfloat16", 0.058},
            {"matmul sq", 0.08},
            {"matmul int8_wo", 0.085},
            {"matmul int4_wo", 0.09},
            {"prefill bfloat16", 0.075},
            {"decode bfloat16", 0.09},
            {"mla prefill bfloat16", 0.075},
            {"mla decode bfloat16", 0.065},
            {"moe bfloat16", 0.095}}},
          {"h100_sxm",
           testing::h100(),
           {{"matmul bfloat16", 0.045},
            {"matmul fp8", 0.045},
            {"matmul fp8_block", 0.08},
            {"prefill bfloat16", 0.07},
            {"prefill fp8", 0.095},
            {"decode bfloat16", 0.13},
            {"decode fp8", 0.14},
            {"mla prefill bfloat16", 0.07},
            {"mla prefill fp8", 0.075},
            {"mla decode bfloat16", 0.045},
            {"mla decode fp8", 0.065},
            {"moe bfloat16", 0.12},
            {"moe fp8", 0.135},
            {"moe fp8_block", 0.155}}},
          {"h200_sxm",
           testing::h200(),
           {{"matmul bfloat16", 0.055},
            {"matmul fp8", 0.05},
            {"prefill bfloat16", 0.075},
            {"decode bfloat16", 0.15},
            {"moe bfloat16", 0.13}}},
          {"b200_sxm",
           testing::b200(),
           {{"matmul bfloat16", 0.068},
            {"matmul fp8", 0.055},
            {"matmul fp8_block", 0.055},
            {"matmul nvfp4", 0.035},
            {"prefill bfloat16", 0.06},
            {"prefill fp8", 0.08},
            {"decode bfloat16", 0.09},
            {"decode fp8", 0.11},
            {"mla prefill bfloat16", 0.08},
            {"mla decode bfloat16", 0.09},
            {"mla decode fp8", 0.125},
            {"moe bfloat16", 0.14},
            {"moe fp8", 0.155},
            {"moe fp8_block", 0.12},
            {"moe nvfp4", 0.215}}}};
}

TEST_P(Measured, KernelsNeverShownToTheFitStayInTheirBands) {
  if (!std::filesystem::exists(kMeasured)) GTEST_SKIP() << "no measured kernels beside the source";
  const Case c = cases()[static_cast<std::size_t>(GetParam())];
  CsvTables tables;
  const auto rows = read_kernel_rows(tables, kMeasured, c.device);
  ASSERT_TRUE(rows.has_value());
  const auto calibration = read_kernel_calibration(kCatalog + c.chip.name + ".yaml");
  ASSERT_TRUE(calibration.has_value());
  std::size_t judged = 0;
  for (const CalibrationError& e : kernel_errors(c.chip, *calibration, *rows, {})) {
    const auto band = c.bands.find(e.kind);
    if (band == c.bands.end()) continue;
    ++judged;
    EXPECT_LT(e.held_out_long, band->second) << c.device << " " << e.kind;
  }
  EXPECT_EQ(judged, c.bands.size());
}

INSTANTIATE_TEST_SUITE_P(Devices, Measured, ::testing::Range(0, 4));

}  // namespace
}  // namespace orrery
