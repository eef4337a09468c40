// A user's table over a model whose times are known: what stands in it comes back, what lies
// between is between, what is far or of another kind is the model's.
#include "orrery/compute/measured/measured_model.hpp"

#include <gtest/gtest.h>

namespace orrery {
namespace {

// A second a multiply-add.
class Counting final : public ComputeModel {
 public:
  [[nodiscard]] KernelTime time(const Kernel& k) const override {
    KernelTime t;
    t.duration = Seconds{k.m * k.n * k.k};
    return t;
  }
};

Kernel product(double m, double n = 64, double k = 64) {
  Kernel kernel;
  kernel.kind = OpKind::Matmul;
  kernel.m = m;
  kernel.n = n;
  kernel.k = k;
  return kernel;
}

double ratio(const ComputeModel& model, const Kernel& k) {
  return model.time(k).duration.value() / (k.m * k.n * k.k);
}

std::unique_ptr<ComputeModel> with(const std::vector<MeasuredKernel>& table) {
  return make_measured_model(std::make_unique<Counting>(), table);
}

MeasuredKernel measured(double m, double slower) {
  return {product(m), Seconds{slower * m * 64 * 64}};
}

TEST(MeasuredModelTest, WhatStandsInTheTableComesBack) {
  const auto model = with({measured(100, 2.0), measured(1000, 3.0), measured(5000, 0.5)});
  EXPECT_NEAR(ratio(*model, product(100)), 2.0, 1e-4);
  EXPECT_NEAR(ratio(*model, product(1000)), 3.0, 1e-4);
  EXPECT_NEAR(ratio(*model, product(5000)), 0.5, 1e-4);
}

TEST(MeasuredModelTest, BetweenTwoShapesThatAgreeTheirRatioHoldsButForTheFade) {
  const auto model = with({measured(128, 2.0), measured(256, 2.0)});
  const double between = ratio(*model, product(181));
  EXPECT_LT(between, 2.0);
  EXPECT_GT(between, 1.7);  // half a doubling of four: 2^(7/8) = 1.83
}

TEST(MeasuredModelTest, FarFromEveryShapeTheModelAnswersAlone) {
  const auto model = with({measured(16, 2.0)});
  EXPECT_DOUBLE_EQ(ratio(*model, product(16384)), 1.0);
}

TEST(MeasuredModelTest, AnotherFormatOrKindIsAnotherFamily) {
  const auto model = with({measured(1024, 2.0)});
  Kernel narrow = product(1024);
  narrow.compute = DType::Fp8;
  EXPECT_DOUBLE_EQ(ratio(*model, narrow), 1.0);
  Kernel grouped = product(1024);
  grouped.kind = OpKind::GroupedMatmul;
  EXPECT_DOUBLE_EQ(ratio(*model, grouped), 1.0);
}

TEST(MeasuredModelTest, TheDetailSaysThatATableAnswered) {
  const auto model = with({measured(1024, 2.0)});
  EXPECT_EQ(model->detail(product(1024)).mapping.back().name, "measured table");
  EXPECT_EQ(model->detail(product(16)).mapping.back().value, "nothing near: as modelled");
}

}  // namespace
}  // namespace orrery
