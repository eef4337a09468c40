#include <gtest/gtest.h>

#include "../../support/studies.hpp"

namespace orrery {
namespace {

constexpr const char* kGood =
    "model: llama-3.1-8b\n"
    "cluster: {base: dgx-h100, chips: 64}\n"
    "batch: {global: 128, micro: 1, sequence: 8192}\n"
    "plan: {tensor: 8, pipeline: 1}\n";

std::string with(const std::string& old_text, const std::string& new_text) {
  std::string text = kGood;
  const auto at = text.find(old_text);
  EXPECT_NE(at, std::string::npos) << old_text;
  return text.replace(at, old_text.size(), new_text);
}

Diagnostics problems_of(const std::string& text) {
  const auto study = study_of(text);
  return study ? Diagnostics{} : study.error();
}

TEST(ReadStudy, FillsTheDataRanksThatThePlanLeavesOpen) {
  const auto study = study_of(kGood);
  ASSERT_TRUE(study) << all_of(study.error());
  EXPECT_EQ(study->plan.data, 8);
  EXPECT_EQ(study->setting.cluster.chips, 64);
}

TEST(ReadStudy, MistakesOfDifferentBlocksAreToldTogether) {
  const Diagnostics problems = problems_of(
      "model: lama-3.1-8b\ncluster: {base: dgx-h10, chips: 64}\nbatch: {global: x}\nplan: {tensr: "
      "8}\nx: 1\n");
  ASSERT_EQ(problems.size(), 5u) << all_of(problems);
  const std::string all = all_of(problems);
  for (const char* text :
       {"s.yaml:1:8: /model: saw the unknown model 'lama-3.1-8b'; expected 'llama-3.1-8b'",
        "s.yaml:2:17: /cluster/base: saw the unknown cluster 'dgx-h10'",
        "s.yaml:3:17: /batch/global",
        "s.yaml:4:8: /plan/tensr: saw the unknown key 'tensr'; expected 'tensor'",
        "s.yaml:5:1: /x"}) {
    EXPECT_NE(all.find(text), std::string::npos) << text << "\n" << all;
  }
}

TEST(ReadStudy, ContradictionsStandAtTheirFields) {
  struct Case {
    const char *old_text, *new_text, *where;
  };
  for (const Case& c : {Case{"tensor: 8", "tensor: 3", "s.yaml:4:16: /plan/tensor"},
                        Case{"global: 128", "global: 100", "s.yaml:3:17: /batch/global"},
                        Case{"tensor: 8", "expert: 4", "s.yaml:4:16: /plan/expert"},
                        Case{"chips: 64", "chips: 12", "s.yaml:2:34: /cluster/chips"},
                        Case{"pipeline: 1", "pipeline: 16", "s.yaml:4:7: /plan"},
                        Case{"micro: 1", "micro: 0", "s.yaml:3:29: /batch/micro"}}) {
    const Diagnostics problems = problems_of(with(c.old_text, c.new_text));
    ASSERT_FALSE(problems.empty()) << c.new_text;
    EXPECT_EQ(problems.front().where, c.where) << all_of(problems);
    EXPECT_NE(problems.front().what.find("expected"), std::string::npos) << all_of(problems);
  }
}

TEST(ReadStudy, EveryProblemOfAPlanIsTold) {
  const Diagnostics problems = problems_of(with("tensor: 8", "tensor: 0, zero: 7, lora_rank: -1"));
  EXPECT_EQ(problems.size(), 3u) << all_of(problems);
}

TEST(ReadStudy, WhatIsNoMapIsRefused) {
  for (const char* text : {"[]", "x", "[1, 2]", "model: []\ncluster: []\nbatch: []\nplan: []\n"}) {
    EXPECT_FALSE(problems_of(text).empty()) << text;
  }
}

TEST(ReadStudy, TheHashIgnoresLayoutAndOrderOnly) {
  const auto hash = [](const std::string& text) { return hash_of(*parse_document(text, "f")); };
  EXPECT_EQ(hash("a: 1\nb: {c: 2, d: 3}\n"), hash("# said otherwise\nb:\n  d: 3\n  c: 2\na: 1\n"));
  EXPECT_NE(hash("a: 1\nb: 2\n"), hash("a: 2\nb: 1\n"));
}

}  // namespace
}  // namespace orrery
