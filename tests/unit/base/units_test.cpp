#include "orrery/base/units.hpp"

#include <gtest/gtest.h>

#include <type_traits>

#include "orrery/base/rng.hpp"
#include "orrery/base/sim_time.hpp"

namespace orrery {
namespace {

template <class A, class B>
concept Addable = requires(A a, B b) { a + b; };
template <class A, class B>
concept Comparable = requires(A a, B b) { a < b; };

static_assert(std::is_same_v<decltype(Bytes{} / BytesPerSecond{}), Seconds>);
static_assert(std::is_same_v<decltype(Flops{} / FlopsPerSecond{}), Seconds>);
static_assert(std::is_same_v<decltype(Watts{} * Seconds{}), Joules>);
static_assert(std::is_same_v<decltype(Bytes{} / Bytes{}), double>);
static_assert(std::is_same_v<decltype(1.0 / Seconds{}), Hertz>);
static_assert(!Addable<Seconds, Bytes> && !Addable<Seconds, double> && Addable<Seconds, Seconds>);
static_assert(!Comparable<Seconds, double> && !Comparable<Flops, Bytes>);
static_assert(!std::is_convertible_v<double, Seconds> && !std::is_convertible_v<Seconds, double>);
static_assert(400_Gbitps == 50_GBps && 1_GiB == 1024_MiB);
static_assert(Bytes{6.0} / BytesPerSecond{3.0} == Seconds{2.0});
static_assert(sizeof(Seconds) == sizeof(double) && std::is_trivially_copyable_v<Seconds>);

TEST(SimTime, RoundsUpSoThatNoEventFiresBeforeItsCause) {
  EXPECT_EQ(to_sim_time(Seconds{1.5e-12}), SimTime{2});
  EXPECT_EQ(to_sim_time(Seconds{0.0}), SimTime{0});
  EXPECT_EQ(SimTime{3} + SimTime{4}, SimTime{7});
  EXPECT_DOUBLE_EQ(to_seconds(SimTime{2'000'000'000'000}).value(), 2.0);
}

TEST(Rng, TheSameSeedAndStreamGiveTheSameNumbers) {
  Rng a(7, "arrivals"), b(7, "arrivals");
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a.next(), b.next());
}

TEST(Rng, StreamsAndSeedsAreIndependent) {
  EXPECT_NE(Rng(7, "arrivals").next(), Rng(7, "lengths").next());
  EXPECT_NE(Rng(7, "arrivals").next(), Rng(8, "arrivals").next());
}

TEST(Rng, KnowsSplitmix64sPublishedSequence) {
  Rng rng(1234567, "");  // the reference implementation's test vector
  EXPECT_EQ(rng.next(), 6457827717110365317ULL);
  EXPECT_EQ(rng.next(), 3203168211198807973ULL);
}

TEST(Rng, UniformFillsItsIntervalEvenly) {
  Rng rng(1, "uniform");
  double sum = 0, least = 1, most = 0;
  const int n = 100'000;
  for (int i = 0; i < n; ++i) {
    const double u = rng.uniform();
    sum += u;
    least = u < least ? u : least;
    most = u > most ? u : most;
  }
  EXPECT_GE(least, 0.0);
  EXPECT_LT(most, 1.0);
  EXPECT_NEAR(sum / n, 0.5, 5 * 0.2887 / 316.2);  // five standard errors of the mean
}

TEST(Rng, BelowStaysBelow) {
  Rng rng(1, "below");
  for (int i = 0; i < 1000; ++i) EXPECT_LT(rng.below(7), 7u);
}

}  // namespace
}  // namespace orrery
