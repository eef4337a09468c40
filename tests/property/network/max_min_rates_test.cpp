// Rates kept up to date while flows come and go are those that a fill from nothing gives.
#include "orrery/network/fabric/rates/max_min_rates.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "orrery/base/rng.hpp"

namespace orrery {
namespace {

// What a random case is like: ties everywhere, or nowhere.
struct Habit {
  bool equal_capacities = false;
  bool whole_shares = false;
  std::uint64_t most_links = 0;
};

class ChangingFlows {
 public:
  ChangingFlows(std::uint64_t seed, Habit habit)
      : rng_(seed, "max-min"), habit_(habit), capacity_(2 + rng_.below(habit.most_links)) {
    for (double& c : capacity_) c = habit.equal_capacities ? 50e9 : 1e9 * (1 + 99 * rng_.uniform());
    rates_.emplace(capacity_);
  }

  void change() {
    const std::size_t arrivals = rng_.below(12);
    for (std::size_t i = 0; i < arrivals; ++i) add();
    const std::size_t departures = rng_.below(12);
    for (std::size_t i = 0; i < departures && !live_.empty(); ++i) {
      const std::size_t at = rng_.below(live_.size());
      rates_->remove(live_[at].index);
      live_.erase(live_.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }

  void expect_rates_of_a_fill_from_nothing() {
    const auto changed = rates_->solve();
    for (const Flow& f : live_) {
      const bool is_told = std::find(changed.begin(), changed.end(), f.index) != changed.end();
      ASSERT_TRUE(is_told || f.last_rate == rates_->rate(f.index)) << "changed in silence";
    }
    FlowUses all;
    for (const Flow& f : live_) {
      all.uses.insert(all.uses.end(), f.uses.begin(), f.uses.end());
      all.end_flow();
    }
    const std::vector<double> expected = water_fill(capacity_, all);
    std::vector<double> load(capacity_.size(), 0.0);
    for (std::size_t i = 0; i < live_.size(); ++i) {
      live_[i].last_rate = rates_->rate(live_[i].index);
      ASSERT_NEAR(live_[i].last_rate, expected[i], 1e-9 * expected[i]) << "flow " << i;
      for (const LinkUse& u : live_[i].uses) load[u.link] += u.share * live_[i].last_rate;
    }
    for (std::size_t l = 0; l < load.size(); ++l) {
      ASSERT_LE(load[l], capacity_[l] * (1 + 1e-9)) << "link " << l;
    }
  }

 private:
  struct Flow {
    MaxMinRates::FlowIndex index = 0;
    std::vector<LinkUse> uses;
    double last_rate = 0.0;
  };

  void add() {
    Flow f;
    const std::size_t length = 1 + rng_.below(std::min<std::size_t>(capacity_.size(), 6));
    while (f.uses.size() < length) {
      const auto link = static_cast<std::uint32_t>(rng_.below(capacity_.size()));
      const bool is_new = std::none_of(f.uses.begin(), f.uses.end(),
                                       [&](const LinkUse& u) { return u.link == link; });
      const double share = rng_.below(2) == 0 ? 0.5 : 0.1 + 2.0 * rng_.uniform();
      if (is_new) f.uses.push_back({link, habit_.whole_shares ? 1.0 : share});
    }
    f.index = rates_->add(f.uses);
    live_.push_back(std::move(f));
  }

  Rng rng_;
  Habit habit_;
  std::vector<double> capacity_;
  std::optional<MaxMinRates> rates_;
  std::vector<Flow> live_;
};

class MaxMinRatesProperty : public testing::TestWithParam<Habit> {};

TEST_P(MaxMinRatesProperty, AreThoseOfAFillFromNothing) {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    ChangingFlows flows(seed, GetParam());
    for (int step = 0; step < 40; ++step) {
      flows.change();
      ASSERT_NO_FATAL_FAILURE(flows.expect_rates_of_a_fill_from_nothing())
          << "seed " << seed << ", step " << step;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Every, MaxMinRatesProperty,
                         testing::Values(Habit{false, false, 6}, Habit{true, true, 6},
                                         Habit{false, true, 60}, Habit{true, false, 60},
                                         Habit{true, true, 200}, Habit{false, false, 200}));

}  // namespace
}  // namespace orrery
