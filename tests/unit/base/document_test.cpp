#include "orrery/base/text/document.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace orrery {
namespace {

std::string first_problem(const std::string& text) {
  const auto node = parse_document(text, "f.yaml");
  return node ? "" : to_string(node.error().front());
}

TEST(Document, NodesKnowTheirLineColumnAndPointer) {
  const auto root = parse_document("a: 1\nb:\n  - x\n  - {c/d: 2}\n", "f.yaml");
  ASSERT_TRUE(root);
  const Node& second = root->find("b")->items[1];
  EXPECT_EQ(second.where(), "f.yaml:4:5: /b/1");
  EXPECT_EQ(second.find("c/d")->where(), "f.yaml:4:11: /b/1/c~1d");
  EXPECT_EQ(root->find("a")->seen(), "1");
  EXPECT_EQ(root->find("b")->seen(), "a list of 2");
}

TEST(Document, EveryDuplicateKeyIsReportedAtItsPlace) {
  const auto root = parse_document("a: 1\nb: {c: 1, c: 2}\na: 3\n", "f.yaml");
  ASSERT_FALSE(root);
  ASSERT_EQ(root.error().size(), 2u);
  EXPECT_EQ(root.error()[0].where, "f.yaml:2:11: /b/c");
  EXPECT_EQ(root.error()[1].where, "f.yaml:3:1: /a");
  EXPECT_NE(root.error()[1].what.find("first on line 1"), std::string::npos);
}

TEST(Document, NestingDeeperThanItsLimitIsRefused) {
  const auto nested = [](int levels) {
    return std::string(static_cast<std::size_t>(levels), '[') + "1" +
           std::string(static_cast<std::size_t>(levels), ']');
  };
  EXPECT_EQ(first_problem("a: " + nested(60)), "");
  EXPECT_NE(first_problem("a: " + nested(70)).find("deeper than 64"), std::string::npos);
  // Far deeper than any stack allows: the limit must stop it on the way down.
  EXPECT_NE(first_problem("a: " + nested(1'000'000)).find("deeper than 64"), std::string::npos);
}

TEST(Document, BlockNestingIsLimitedToo) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  EXPECT_NE(first_problem(text).find("deeper than 64"), std::string::npos);
}

TEST(Document, AliasesAreCountedAsWhatTheyExpandTo) {
  std::string text = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n";
  for (int i = 1; i < 9; ++i) {
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) text += "*a" + std::to_string(i - 1) + ", ";
    text += "1]\n";
  }
  EXPECT_NE(first_problem(text).find("more than 1000000 values"), std::string::npos);
}

TEST(Document, AMillionAliasesAreRefused) {
  std::string text = "a: &a [1, 1, 1]\nb: [";
  for (int i = 0; i < 300'000; ++i) text += "*a,";
  EXPECT_NE(first_problem(text + "1]\n").find("more than 1000000 values"), std::string::npos);
}

TEST(Document, TextsAbove64MiBAreRefused) {
  EXPECT_NE(first_problem(std::string(std::size_t{65} << 20, '#')).find("expected at most"),
            std::string::npos);
}

TEST(Document, TheFileLimitHoldsBeforeAnythingIsRead) {
  const auto path = std::filesystem::temp_directory_path() / "orrery_document_test_sparse.yaml";
  std::ofstream(path) << "a: 1";
  std::filesystem::resize_file(path, std::uintmax_t{1} << 40);
  const auto node = read_document(path.string());
  std::filesystem::remove(path);
  ASSERT_FALSE(node);
  EXPECT_NE(node.error().front().what.find("expected at most"), std::string::npos);
}

TEST(Document, WhatIsNoTextInUtf8IsRefusedAtItsPlace) {
  for (const char* bad : {"\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80"}) {
    const std::string problem = first_problem(std::string("a: 1\nb: x") + bad + "\n");
    EXPECT_EQ(problem.substr(0, 13), "f.yaml:2:5: /") << problem;
    EXPECT_NE(problem.find("expected UTF-8"), std::string::npos) << problem;
  }
  EXPECT_NE(first_problem(std::string("a: \0b", 5)).find("expected UTF-8 text"), std::string::npos);
  EXPECT_EQ(first_problem("a: h\xc3\xa9llo \xe2\x82\xac \xf0\x9f\x9a\x80\n"), "");
}

TEST(Document, AByteOrderMarkAndWindowsLineEndsAreRead) {
  const auto root = parse_document(
      "\xef\xbb\xbf"
      "a: 1\r\nb: two\r\n",
      "f.yaml");
  ASSERT_TRUE(root);
  EXPECT_EQ(root->find("a")->scalar, "1");
  EXPECT_EQ(root->find("b")->scalar, "two");
  EXPECT_EQ(root->find("b")->where(), "f.yaml:2:4: /b");
}

TEST(Document, TextsThatAreNoDocumentSayWhere) {
  for (const char* text : {"", "# only a comment\n", "null\n", "---\n"}) {
    EXPECT_NE(first_problem(text).find("empty"), std::string::npos) << text;
  }
  for (const char* text :
       {"a: [1, 2", "{\"a\": {\"b\": 1", "a: \"open", "a: b: c", "\ta: 1", "*nowhere",
        "a: *nowhere", "&a [*a]", "%YAML 9", "? [1]\n: 2", "a: @b", "a: !<x", "- 1\nb: 2"}) {
    EXPECT_EQ(first_problem(text).substr(0, 7), "f.yaml:") << text;
    EXPECT_NE(first_problem(text).find("expected"), std::string::npos) << text;
  }
}

TEST(Document, ASecondDocumentIsRefused) {
  EXPECT_NE(first_problem("a: 1\n---\nb: 2\n").find("a second document"), std::string::npos);
}

TEST(Document, FoldersAndMissingFilesAreErrors) {
  EXPECT_NE(to_string(read_document("/").error().front()).find("saw a folder"), std::string::npos);
  EXPECT_NE(to_string(read_document("/no/such").error().front()).find("saw no such file"),
            std::string::npos);
}

}  // namespace
}  // namespace orrery
