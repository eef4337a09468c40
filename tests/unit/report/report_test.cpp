#include "orrery/report/report.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "orrery/base/check.hpp"

namespace orrery {
namespace {

Report small() {
  Report r;
  r.study = "s";
  r.chips = 8;
  r.time = sum_of("step", {{"forward", Seconds{1.0}, "kernels", {}},
                           sum_of("backward", {{"linear", Seconds{1.5}, "kernels", {}},
                                               {"attention", Seconds{0.5}, "kernels", {}}})});
  r.step_time = r.time.time;
  r.tokens_per_step = 600;
  r.memory = {{"weights", Bytes{2e9}}, {"activations", Bytes{3e9}}};
  r.memory_capacity = Bytes{80e9};
  return r;
}

TEST(Report, ASumIsTheSumOfItsParts) {
  const Report r = small();
  EXPECT_EQ(r.step_time.value(), 3.0);
  EXPECT_EQ(r.tokens_per_second(), 200.0);
  EXPECT_EQ(r.memory_peak().value(), 5e9);
}

TEST(Report, JsonHoldsEveryKeyOfItsSchema) {
  const auto json = nlohmann::json::parse(to_json(small()));
  EXPECT_EQ(json["schema"], "orrery.report/1");
  for (const char* key : {"study",
                          "model",
                          "cluster",
                          "chips",
                          "task",
                          "plan",
                          "feasible",
                          "reasons",
                          "step_time_s",
                          "step_time_low_s",
                          "step_time_high_s",
                          "tokens_per_s",
                          "tokens_per_s_per_chip",
                          "tflops_per_chip",
                          "hardware_tflops_per_chip",
                          "mfu",
                          "hfu",
                          "flop_convention",
                          "ttft_s",
                          "tpot_s",
                          "latency_s",
                          "memory",
                          "time",
                          "power_w_per_chip",
                          "energy_j_per_step",
                          "carbon_kg_per_step",
                          "usd_per_million_tokens",
                          "bottleneck",
                          "what_if",
                          "published",
                          "notes",
                          "inputs_hash"}) {
    EXPECT_TRUE(json.contains(key)) << key;
  }
  for (const char* key : {"peak_bytes", "capacity_bytes", "stage", "parts"}) {
    EXPECT_TRUE(json["memory"].contains(key)) << key;
  }
  EXPECT_TRUE(json["ttft_s"].is_null());
  EXPECT_EQ(json["time"]["parts"][1]["parts"][0]["source"], "kernels");
}

TEST(Report, FiguresThatAreNotFiniteOrNegativeAreOurBug) {
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity(), -1.0}) {
    Report r = small();
    r.mfu = bad;
    EXPECT_THROW((void)to_json(r), InternalError) << bad;
    r = small();
    r.time.children[0].time = Seconds{bad};
    EXPECT_THROW((void)to_json(r), InternalError) << bad;
    if (bad == -1.0) continue;  // an error may be negative
    r = small();
    r.published.push_back({"s a step", 1.0, 1.0, bad, "nowhere"});
    EXPECT_THROW((void)to_json(r), InternalError) << bad;
  }
}

TEST(Report, WhatDoesNotFitIsShownWithItsReasons) {
  Report r = small();
  r.feasible = false;
  r.reasons = {"memory: stage 0 needs 90 GiB"};
  EXPECT_NE(to_text(r, Colour::No).find("stage 0 needs 90 GiB"), std::string::npos);
  EXPECT_EQ(to_text(r, Colour::No).find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace orrery
