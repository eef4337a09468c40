// Rates kept up to date while flows come and go are those that a fill from nothing gives.
#include "orrery/network/fabric/rates/max_min_rates.hpp"

#include <gtest/gtest.h>

#include "support/changing_flows.hpp"

namespace orrery {
namespace {

using test::ChangingFlows;
using test::Habit;

// Every change by refilling in the last order, as MaxMinRates does only where changes are wide.
class AlwaysRepeated {
 public:
  explicit AlwaysRepeated(std::vector<double> capacity)
      : incidence_(capacity.size()), capacity_(std::move(capacity)), fill_(incidence_, capacity_) {
    levels_.level.assign(capacity_.size(), 0.0);
  }
  AlwaysRepeated(const AlwaysRepeated&) = delete;
  AlwaysRepeated& operator=(const AlwaysRepeated&) = delete;

  FlowIndex add(std::span<const LinkUse> uses) {
    const FlowIndex f = incidence_.add(uses);
    levels_.held.resize(incidence_.index_end());
    levels_.held[f] = {.by = FlowLevels::kNoLink, .state = FlowLevels::Frozen};
    added_.push_back(f);
    fill_.add(f);
    return f;
  }
  void remove(FlowIndex f) {
    fill_.remove(f, levels_);
    std::erase(added_, f);
    incidence_.remove(f);
  }
  const FlowLevels& solve() {
    levels_.changed_links.clear();
    levels_.moved_flows.clear();
    fill_.solve(added_, levels_);
    added_.clear();
    return levels_;
  }
  [[nodiscard]] double rate(FlowIndex f) const { return levels_.rate(f); }

 private:
  Incidence incidence_;
  std::vector<double> capacity_;
  RepeatedFill fill_;
  FlowLevels levels_;
  std::vector<FlowIndex> added_;
};

template <class Rates>
void expect_rates_of_a_fill_from_nothing(Habit habit) {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    ChangingFlows<Rates> flows(seed, habit);
    for (int step = 0; step < 40; ++step) {
      flows.change();
      ASSERT_NO_FATAL_FAILURE(flows.expect_rates_of_a_fill_from_nothing())
          << "seed " << seed << ", step " << step;
    }
  }
}

class MaxMinRatesProperty : public testing::TestWithParam<Habit> {};

TEST_P(MaxMinRatesProperty, AreThoseOfAFillFromNothing) {
  expect_rates_of_a_fill_from_nothing<MaxMinRates>(GetParam());
}

TEST_P(MaxMinRatesProperty, AreThoseOfAFillFromNothingWhenEachFillRepeatsTheLast) {
  expect_rates_of_a_fill_from_nothing<AlwaysRepeated>(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Every, MaxMinRatesProperty,
                         testing::Values(Habit{false, false, 6}, Habit{true, true, 6},
                                         Habit{false, true, 60}, Habit{true, false, 60},
                                         Habit{true, true, 200}, Habit{false, false, 200},
                                         Habit{false, true, 40, 60, true},
                                         Habit{true, true, 40, 60, true}));

}  // namespace
}  // namespace orrery
