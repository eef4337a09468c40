// Power of whole steps: a metered node, and what energy must obey.
#include <gtest/gtest.h>

#include <cmath>

#include "orrery/study/run.hpp"
#include "support/catalog.hpp"

namespace orrery {
namespace {

Report answer(const char* name) {
  const auto study =
      read_study_file(std::string(ORRERY_SOURCE_DIR) + "/examples/" + name, test::catalog());
  EXPECT_TRUE(study) << name;
  return study ? run(*study, WhatIfs::Left) : Report{};
}

// "Empirical Measurements of AI Training Power Demand on a GPU-Accelerated Node", arXiv 2412.08602,
// abstract: 8.4 kW is the most that an 8-GPU H100 node was seen to draw.
TEST(NodePowerTest, AnH100NodeInTrainingDrawsNearlyWhatOneWasMeteredAt) {
  const Report r = answer("llama3-70b-train-h100.yaml");
  const double pue = test::cluster("dgx-h100", 8).pue;
  const double node = 8 * r.power_per_chip.value() / pue;
  EXPECT_LT(node, 8400 * 1.02);
  // the mean of a step, its waits included, is below the most of a run
  EXPECT_GT(node, 8400 * 0.85);
}

TEST(NodePowerTest, NoBoardDrawsMoreThanItsLimitOrLessThanAtRest) {
  for (const char* name : {"llama3-70b-train-h100.yaml", "gpt-175b-selective-a100.yaml",
                           "llama3.1-8b-decode-h100.yaml", "llama2-70b-train-tpu-v6e.yaml"}) {
    const Report r = answer(name);
    const Cluster c = test::cluster(r.cluster, r.chips);
    const Watts board = r.power_per_chip / c.pue - c.node_overhead;
    EXPECT_LE(board, c.chip.tdp) << name;
    EXPECT_GE(board, c.chip.idle) << name;
    EXPECT_NEAR(r.carbon_per_step.value(), 0.37 * r.energy_per_step.value() / 3.6e6,
                1e-9 * r.carbon_per_step.value());  // kg a kWh: catalog/prices/default.yaml
    EXPECT_NEAR(r.energy_per_step.value(), r.chips * (r.power_per_chip * r.step_time).value(),
                1e-9 * r.energy_per_step.value());
  }
}

// 7 nm over 5 nm: 1 / 0.7, catalog/silicon/nodes.yaml; three metered boards lend. A TPU is of
// another kind: its own limit rules.
TEST(NodePowerTest, BetweenGpusEnergiesGoWithTheProcess) {
  const Catalog catalog = test::catalog();
  const auto power = [&](const char* name) { return *catalog.power(*catalog.chip(name, Node{})); };
  const auto bf16 = [&](const char* name) { return power(name).flop.bf16.value(); };
  const double lent = std::cbrt(bf16("h200") * bf16("b200") * bf16("gb200"));
  EXPECT_NEAR(bf16("a100-sxm-80gb") / lent, 1 / 0.7, 1e-9);
  EXPECT_EQ(power("h100-sxm").borrowing, Borrowing::Generation);
  EXPECT_EQ(power("tpu-v4").borrowing, Borrowing::PowerLimit);
  EXPECT_EQ(power("b200").borrowing, Borrowing::None);
}

}  // namespace
}  // namespace orrery
