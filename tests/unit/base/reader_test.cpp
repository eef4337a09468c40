#include "orrery/base/text/reader.hpp"

#include <gtest/gtest.h>

namespace orrery {

enum class Wire { Copper, Glass };
template <>
struct EnumNames<Wire> {
  static constexpr std::pair<const char*, Wire> values[] = {{"copper", Wire::Copper},
                                                            {"glass", Wire::Glass}};
};

struct Cable {
  BytesPerSecond bandwidth;
  Seconds latency;
  Wire wire = Wire::Copper;
  int strands = 1;
  std::int64_t metres = 0;
  double loss = 0;
  bool spare = false;
  std::string name;
  std::vector<int> lengths;
  std::optional<double> price;
};

template <class V>
void describe(V& v, Cable& c) {
  v("bandwidth", c.bandwidth, "one direction", kRequired);
  v("latency", c.latency, "no load");
  v("wire", c.wire, "made of");
  v("strands", c.strands, "side by side");
  v("metres", c.metres, "long");
  v("loss", c.loss, "share");
  v("spare", c.spare, "not in use");
  v("name", c.name, "shown");
  v("lengths", c.lengths, "of its parts");
  v("price", c.price, "paid");
}

namespace {

struct ReadCable {
  Cable cable;
  Diagnostics problems;
};

ReadCable read_cable(const std::string& text) {
  const auto node = parse_document(text, "c.yaml");
  if (!node) return {{}, node.error()};
  ReadCable out;
  out.cable = read<Cable>(*node, out.problems);
  return out;
}

std::string only_problem(const std::string& text) {
  const ReadCable r = read_cable("bandwidth: 1 GB/s\n" + text);
  EXPECT_EQ(r.problems.size(), 1u) << text;
  return r.problems.empty() ? "" : to_string(r.problems.front());
}

TEST(Reader, ReadsEveryKindOfField) {
  const ReadCable r = read_cable(
      "{bandwidth: 400 Gb/s, latency: 1.5 us, wire: glass, strands: 4, metres: 2 k, loss: 0.25,\n"
      " spare: true, name: \"7\", lengths: [1, 2], price: null}");
  ASSERT_TRUE(r.problems.empty()) << to_string(r.problems.front());
  EXPECT_EQ(r.cable.bandwidth.value(), 50e9);
  EXPECT_EQ(r.cable.wire, Wire::Glass);
  EXPECT_EQ(r.cable.metres, 2000);
  EXPECT_EQ(r.cable.name, "7");
  EXPECT_EQ(r.cable.lengths, (std::vector<int>{1, 2}));
  EXPECT_FALSE(r.cable.price);
}

TEST(Reader, AllProblemsAreToldAtOnce) {
  const ReadCable r = read_cable("latency: 3\nwire: wood\nstrands: x\nspare: 1\nlengths: 5\n");
  ASSERT_EQ(r.problems.size(), 6u);
  EXPECT_EQ(to_string(r.problems[0]), "c.yaml:1:1: /: saw no 'bandwidth'; expected this key here");
  EXPECT_EQ(to_string(r.problems[1]),
            "c.yaml:1:10: /latency: saw 3; expected a time such as 2.5 us");
  EXPECT_EQ(to_string(r.problems[2]), "c.yaml:2:7: /wire: saw wood; expected one of copper, glass");
  EXPECT_EQ(to_string(r.problems[5]), "c.yaml:5:10: /lengths: saw 5; expected a list");
}

TEST(Reader, AnUnknownKeyComesWithTheNearestKnownOne) {
  EXPECT_EQ(only_problem("latencey: 2 us"),
            "c.yaml:2:1: /latencey: saw the unknown key 'latencey'; expected 'latency'");
  EXPECT_NE(only_problem("zzzzzzzz: 1").find("expected one of bandwidth, latency"),
            std::string::npos);
}

TEST(Reader, AMissingKeyIsReportedAtItsParent) {
  EXPECT_EQ(to_string(read_cable("# nothing\nname: x\n").problems.front()),
            "c.yaml:2:1: /: saw no 'bandwidth'; expected this key here");
}

TEST(Reader, IntegersThatDoNotFitAreRefusedNotWrapped) {
  EXPECT_EQ(only_problem("strands: 99999999999"),
            "c.yaml:2:10: /strands: saw 99999999999; expected a whole number up to 2147483647");
  EXPECT_EQ(only_problem("strands: -99999999999"),
            "c.yaml:2:10: /strands: saw -99999999999; expected a whole number from -2147483648");
  EXPECT_NE(only_problem("metres: 1e300").find("saw 1e300; expected a whole number"),
            std::string::npos);
  EXPECT_NE(only_problem("lengths: [1, 4294967297]").find("c.yaml:2:14: /lengths/1"),
            std::string::npos);
  EXPECT_EQ(read_cable("bandwidth: 1 GB/s\nmetres: 99999999999").cable.metres, 99999999999);
}

TEST(Reader, NumbersThatAreNotFiniteAreRefused) {
  for (const char* bad : {"nan", ".nan", "inf", ".inf", "-.inf", "1e400"}) {
    EXPECT_NE(only_problem(std::string("loss: ") + bad).find("expected a number"),
              std::string::npos)
        << bad;
    EXPECT_NE(only_problem(std::string("latency: ") + bad + " s").find("expected a time"),
              std::string::npos)
        << bad;
  }
}

TEST(Reader, QuantitiesAreNeverNegativeOrOfAnotherKind) {
  for (const char* bad : {"-1 us", "5 GB", "5 GB/s", "5", "[5 us]", "{a: 1}"}) {
    EXPECT_NE(only_problem(std::string("latency: ") + bad).find("expected a time such as"),
              std::string::npos)
        << bad;
  }
}

TEST(Reader, HelpWriterListsWhatTheReaderReads) {
  HelpWriter help;
  Cable c;
  describe(help, c);
  ASSERT_EQ(help.fields.size(), 10u);
  EXPECT_TRUE(help.fields[0].required);
  EXPECT_EQ(help.fields[2].type, "one of copper, glass");
  EXPECT_EQ(help.fields[2].fallback, "copper");
}

}  // namespace
}  // namespace orrery
