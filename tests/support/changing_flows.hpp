// Flows that come and go at random, and the rates that a fill from nothing gives them: what solvers
// that keep rates up to date are tested with.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "orrery/base/rng.hpp"
#include "orrery/network/fabric/rates/flow_levels.hpp"

namespace orrery::test {

// What a random case is like: ties everywhere, or nowhere.
struct Habit {
  bool equal_capacities = false;
  bool whole_shares = false;
  std::uint64_t most_links = 0;
  std::uint64_t most_arrivals = 12;  // in one change
  bool pairs_links = false;          // every second link is crossed with the one before it only
};

// Flows that come and go at random; `Rates` has add, remove, solve and rate as MaxMinRates does.
template <class Rates>
class ChangingFlows {
 public:
  ChangingFlows(std::uint64_t seed, Habit habit)
      : rng_(seed, "max-min"), habit_(habit), capacity_(2 + rng_.below(habit.most_links)) {
    for (double& c : capacity_) c = habit.equal_capacities ? 50e9 : 1e9 * (1 + 99 * rng_.uniform());
    rates_.emplace(capacity_);
  }

  void change() {
    const std::size_t arrivals = rng_.below(habit_.most_arrivals);
    for (std::size_t i = 0; i < arrivals; ++i) add();
    const std::size_t departures = rng_.below(12);
    for (std::size_t i = 0; i < departures && !live_.empty(); ++i) {
      const std::size_t at = rng_.below(live_.size());
      rates_->remove(live_[at].index);
      live_.erase(live_.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }

  void expect_rates_of_a_fill_from_nothing() {
    const FlowLevels& solved = rates_->solve();
    const auto has = [](const auto& list, std::uint32_t x) {
      return std::find(list.begin(), list.end(), x) != list.end();
    };
    for (const Flow& f : live_) {
      const bool is_told =
          has(solved.moved_flows, f.index) || has(solved.changed_links, solved.held[f.index].by);
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

  [[nodiscard]] const Rates& rates() const { return *rates_; }

 private:
  struct Flow {
    FlowIndex index = 0;
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
      if (is_new && habit_.pairs_links) pair(f);
    }
    f.index = rates_->add(f.uses);
    live_.push_back(std::move(f));
  }

  // With an odd link goes the even one below it, so that it may never matter.
  static void pair(Flow& f) {
    const LinkUse own = f.uses.back();
    const std::uint32_t other = own.link & ~1u;
    const bool is_new = std::none_of(f.uses.begin(), f.uses.end(),
                                     [&](const LinkUse& u) { return u.link == other; });
    if (is_new) f.uses.push_back({other, own.share});
  }

  Rng rng_;
  Habit habit_;
  std::vector<double> capacity_;
  std::optional<Rates> rates_;
  std::vector<Flow> live_;
};

}  // namespace orrery::test
