#include "orrery/model/spec.hpp"

#include <gtest/gtest.h>

namespace orrery {
namespace {

Diagnostics problems_of(const std::string& text) {
  const auto node = parse_document(text, "m.yaml");
  if (!node) return node.error();
  Diagnostics problems;
  (void)read<ModelSpec>(*node, problems);
  return problems;
}

constexpr const char* kSmall = "layers: 2\nhidden: 64\nffn: 128\nheads: 8\nvocabulary: 100\n";

TEST(ModelSpec, FillsInWhatFollows) {
  const auto node = parse_document(
      std::string(kSmall) + "mixers: WF\nlocal: {window: 16, kv_heads: 2}\n", "m.yaml");
  ASSERT_TRUE(node.has_value());
  Diagnostics problems;
  const auto spec = read<ModelSpec>(*node, problems);
  ASSERT_TRUE(problems.empty()) << to_string(problems.front());
  EXPECT_EQ(spec.kv_heads, 8);
  EXPECT_EQ(spec.head_dim, 8);
  EXPECT_EQ(spec.local->heads, 8);
  EXPECT_EQ(spec.local->kv_heads, 2);
  EXPECT_EQ(spec.mixers, "WF");
  EXPECT_EQ(spec.mlps, "DD");
}

TEST(ModelSpec, MistakesStandAtTheirPlace) {
  struct Case {
    const char* line;
    const char* where;
    const char* what;
  };
  const Case cases[] = {
      {"kv_heads: 3", "m.yaml:6:11: /kv_heads", "expected a divisor of the 8 heads"},
      {"mixers: FX", "m.yaml:6:9: /mixers", "saw 'X'; expected letters of FWCLMSH-"},
      {"mixers: FFF", "m.yaml:6:9: /mixers", "saw 3 letters; expected at most the 2 layers"},
      {"mixers: FL", "m.yaml:6:9: /mixers", "expected a block 'linear'"},
      {"moe: {experts: 4, top_k: 5, ffn: 8}", "m.yaml:6:26: /moe/top_k",
       "saw top_k = 5; expected at most the 4 experts"},
      {"mla: {kv_lora: 0, qk_nope: 4, qk_rope: 4, v: 4}", "m.yaml:6:16: /mla/kv_lora",
       "expected a positive integer"},
      {"head: 4", "m.yaml:6:1: /head", "saw the unknown key 'head'"},
      {"moe: {experts: 4, top_k: 1}", "m.yaml:6:6: /moe", "saw no 'ffn'"},
      {"kind: encoder_decoder", "m.yaml:6:7: /kind", "expected a block 'encoder'"},
  };
  for (const Case& c : cases) {
    const Diagnostics problems = problems_of(std::string(kSmall) + c.line + "\n");
    ASSERT_FALSE(problems.empty()) << c.line;
    EXPECT_EQ(problems.front().where, c.where) << c.line;
    EXPECT_NE(problems.front().what.find(c.what), std::string::npos)
        << c.line << ": " << problems.front().what;
  }
}

TEST(ModelSpec, RefusesSizesWhoseProductsWouldOverflow) {
  for (const char* line :
       {"hidden: 99999999", "heads: 99999999", "vocabulary: 99999999999", "layers: 99999999"}) {
    std::string text = kSmall;
    const std::string key = std::string(line).substr(0, std::string(line).find(':'));
    const auto at = text.find(key + ":");
    text.replace(at, text.find('\n', at) - at, line);
    EXPECT_FALSE(problems_of(text).empty()) << line;
  }
}

}  // namespace
}  // namespace orrery
