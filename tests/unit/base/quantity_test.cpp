#include "orrery/base/text/quantity.hpp"

#include <gtest/gtest.h>

namespace orrery {
namespace {

double value_of(const char* text) {
  const auto q = parse_quantity(text);
  return q ? q->value : -1.0;
}

TEST(Quantity, BitsBytesAndBinaryPrefixesAllDiffer) {
  EXPECT_EQ(value_of("1 Gb"), 1e9 / 8);
  EXPECT_EQ(value_of("1 GB"), 1e9);
  EXPECT_EQ(value_of("1 GiB"), 1073741824.0);
  EXPECT_EQ(value_of("400 Gbps"), value_of("50 GB/s"));
  EXPECT_EQ(value_of("400 Gb/s"), value_of("50 GB/s"));
  EXPECT_EQ(value_of("3.35 TB/s"), 3.35e12);
}

TEST(Quantity, TimesPricesWorkAndPower) {
  EXPECT_DOUBLE_EQ(value_of("2.5 us"), 2.5e-6);
  EXPECT_DOUBLE_EQ(value_of("3 µs"), 3e-6);
  EXPECT_DOUBLE_EQ(value_of("$2.50/h"), 2.5 / 3600);
  EXPECT_DOUBLE_EQ(value_of("0.08 USD/kWh"), 0.08 / 3.6e6);
  EXPECT_EQ(value_of("989 TFLOP/s"), 989e12);
  EXPECT_EQ(value_of("989 TFLOPS"), 989e12);
  EXPECT_EQ(value_of("700 W"), 700);
  EXPECT_EQ(value_of("700W"), 700);
  EXPECT_EQ(parse_quantity("$2.50/h")->dimension, (Dimension{-1, 0, 0, 0, 1}));
}

TEST(Quantity, BareNumbersAndNonsenseAreRefused) {
  for (const char* text :
       {"3.35",   "",       " ",     "GB",      "3 XB",   "3 GB/", "3 GB/s/s", "3 GBs",
        "1 2 GB", "nan GB", "inf s", "1e999 s", "0x10 B", "3 KB",  "3 gb",     "--3 s",
        "$",      "$x",     "$2/",   "$2/foo",  "3 /s",   "3 kmin"}) {
    EXPECT_FALSE(parse_quantity(text)) << text;
  }
}

TEST(Quantity, CountsTakeDecimalSuffixes) {
  EXPECT_EQ(parse_count("16384"), 16384.0);
  EXPECT_EQ(parse_count("15.6 T"), 15.6e12);
  EXPECT_EQ(parse_count("128k"), 128e3);
  EXPECT_EQ(parse_count("405 B"), 405e9);
  for (const char* text : {"", "x", "1 m", "nan", "inf", "1e999", "3 GB", "1 T T"}) {
    EXPECT_FALSE(parse_count(text)) << text;
  }
}

class RoundTrip : public testing::TestWithParam<double> {};

// What show() prints is read back as the same quantity to its three digits.
TEST_P(RoundTrip, WhatIsShownReadsBack) {
  const double v = GetParam();
  const auto near = [&](const std::string& text, Dimension dimension) {
    const auto q = parse_quantity(text);
    ASSERT_TRUE(q) << text;
    EXPECT_EQ(q->dimension, dimension) << text;
    EXPECT_NEAR(q->value / v, 1.0, 0.006) << text;
  };
  near(show(Bytes{v}), DimensionOf<Bytes>::value);
  near(show(BytesPerSecond{v}), DimensionOf<BytesPerSecond>::value);
  near(show(Flops{v}), DimensionOf<Flops>::value);
  near(show(FlopsPerSecond{v}), DimensionOf<FlopsPerSecond>::value);
  near(show(Watts{v}), DimensionOf<Watts>::value);
  near(show(Joules{v}), DimensionOf<Joules>::value);
  near(show(Hertz{v}), DimensionOf<Hertz>::value);
}

TEST_P(RoundTrip, TimesReadBack) {
  const Seconds t{GetParam() * 1e-9};
  EXPECT_NEAR(parse_quantity(show(t))->value / t.value(), 1.0, 0.006) << show(t);
}

INSTANTIATE_TEST_SUITE_P(Sizes, RoundTrip,
                         testing::Values(1.0, 9.99, 99.97, 999.4, 999.6, 1e3, 1023.9, 1024.0,
                                         12345.0, 1e6, 1048575.0, 9.995e8, 3.35e12, 7.2e12,
                                         1.7e14));

}  // namespace
}  // namespace orrery
