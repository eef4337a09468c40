// Rates kept up to date while flows come and go are those that a fill from nothing gives.
#include "orrery/network/fabric/rates/max_min_rates.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "support/changing_flows.hpp"

namespace orrery {
namespace {

using test::ChangingFlows;
using test::Habit;

// Every change by mending the order, as MaxMinRates does only where changes are wide.
class AlwaysSorted {
 public:
  explicit AlwaysSorted(std::vector<double> capacity)
      : incidence_(capacity.size()),
        capacity_(std::move(capacity)),
        sorted_(incidence_, capacity_) {
    levels_.level.assign(capacity_.size(), 0.0);
  }
  AlwaysSorted(const AlwaysSorted&) = delete;
  AlwaysSorted& operator=(const AlwaysSorted&) = delete;

  FlowIndex add(std::span<const LinkUse> uses) {
    const FlowIndex f = incidence_.add(uses);
    levels_.held.resize(incidence_.index_end());
    levels_.held[f] = {.by = FlowLevels::kNoLink, .state = FlowLevels::Frozen};
    added_.push_back(f);
    sorted_.add(f);
    return f;
  }
  void remove(FlowIndex f) {
    sorted_.remove(f);
    std::erase(added_, f);
    incidence_.remove(f);
  }
  const FlowLevels& solve() {
    levels_.changed_links.clear();
    levels_.moved_flows.clear();
    if (sorted_.solve(added_, levels_)) {
      ++mended_;
    } else {
      fill_from_nothing();
    }
    added_.clear();
    return levels_;
  }
  [[nodiscard]] double rate(FlowIndex f) const { return levels_.rate(f); }

  [[nodiscard]] int mended() const { return mended_; }

 private:
  // Link by link the one that fills up first, all of them looked at each time.
  void fill_from_nothing() {
    for (const FlowIndex f : incidence_.active()) levels_.held[f].by = FlowLevels::kNoLink;
    std::vector<std::uint32_t> filled;
    for (;;) {
      double least = std::numeric_limits<double>::infinity();
      std::uint32_t first = 0;
      for (std::uint32_t l = 0; l < capacity_.size(); ++l) {
        double left = capacity_[l], growing = 0.0;
        for (std::size_t i = 0; i < incidence_.users(l).size(); ++i) {
          const FlowIndex f = incidence_.users(l)[i];
          const double share = incidence_.user_share(l, i);
          const bool is_fixed = levels_.held[f].by != FlowLevels::kNoLink;
          (is_fixed ? left : growing) += is_fixed ? -share * rate(f) : share;
        }
        if (growing == 0.0 || left / growing >= least) continue;
        least = left / growing;
        first = l;
      }
      if (least == std::numeric_limits<double>::infinity()) break;
      levels_.level[first] = least;
      filled.push_back(first);
      for (const FlowIndex f : incidence_.users(first)) {
        if (levels_.held[f].by == FlowLevels::kNoLink) levels_.held[f].by = first;
      }
    }
    sorted_.adopt(filled, levels_);
    const auto all = incidence_.active();
    levels_.moved_flows.assign(all.begin(), all.end());
  }

  Incidence incidence_;
  std::vector<double> capacity_;
  SortedLevels sorted_;
  FlowLevels levels_;
  std::vector<FlowIndex> added_;
  int mended_ = 0;
};

constexpr int kSteps = 40;

template <class Rates, class Check>
void expect_rates_of_a_fill_from_nothing(Habit habit, Check after) {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    ChangingFlows<Rates> flows(seed, habit);
    for (int step = 0; step < kSteps; ++step) {
      flows.change();
      ASSERT_NO_FATAL_FAILURE(flows.expect_rates_of_a_fill_from_nothing())
          << "seed " << seed << ", step " << step;
    }
    after(flows.rates());
  }
}

class MaxMinRatesProperty : public testing::TestWithParam<Habit> {};

TEST_P(MaxMinRatesProperty, AreThoseOfAFillFromNothing) {
  expect_rates_of_a_fill_from_nothing<MaxMinRates>(GetParam(), [](const auto&) {});
}

TEST_P(MaxMinRatesProperty, AreThoseOfAFillFromNothingWhenTheOrderIsMended) {
  int mended = 0;
  expect_rates_of_a_fill_from_nothing<AlwaysSorted>(
      GetParam(), [&](const AlwaysSorted& rates) { mended += rates.mended(); });
  EXPECT_GT(mended, 400 * kSteps / 8);  // a flow past a link thought needless starts it anew
}

INSTANTIATE_TEST_SUITE_P(Every, MaxMinRatesProperty,
                         testing::Values(Habit{false, false, 6}, Habit{true, true, 6},
                                         Habit{false, true, 60}, Habit{true, false, 60},
                                         Habit{true, true, 200}, Habit{false, false, 200},
                                         Habit{false, true, 40, 60, true},
                                         Habit{true, true, 40, 60, true}));

}  // namespace
}  // namespace orrery
