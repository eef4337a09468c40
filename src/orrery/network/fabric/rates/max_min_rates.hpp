// MaxMinRates: max-min fair rates kept up to date while flows come and go.
//
// A change is solved where it is felt. First only the flows held back by the changed links are
// freed and filled anew on what the others leave; then the two conditions of max-min fairness are
// checked on every link touched (each flow has a saturated link on which none is faster), the flows
// that break them are freed too, and so on until none does. Max-min rates are unique, so what
// satisfies the conditions is the answer. Where a change spreads to much of the network, the order
// in which links filled up is mended instead (SortedLevels); on a large network the fill restarts
// at the lowest level that can have changed: flows slower than that keep their rate.
//
// All agree with water_fill() to rounding; the property test holds them to 1e-9.
#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "orrery/network/fabric/rates/flow_levels.hpp"
#include "orrery/network/fabric/rates/incidence.hpp"
#include "orrery/network/fabric/rates/sorted_levels.hpp"

namespace orrery {

class MaxMinRates {
 public:
  explicit MaxMinRates(std::vector<double> capacity);
  MaxMinRates(const MaxMinRates&) = delete;
  MaxMinRates& operator=(const MaxMinRates&) = delete;

  // A flow over at least one link; each link at most once. Its rate is known after solve(). The
  // index may have been a removed flow's.
  FlowIndex add(std::span<const LinkUse> uses);
  void remove(FlowIndex flow);
  // What changed stands in the answer until the next call.
  const FlowLevels& solve();

  [[nodiscard]] double rate(FlowIndex f) const { return levels_.rate(f); }
  [[nodiscard]] const Incidence& incidence() const { return incidence_; }
  [[nodiscard]] std::size_t active() const { return incidence_.active().size(); }

 private:
  struct LinkKey {
    double level = 0.0;
    std::uint32_t link = 0;
  };

  void mark_dirty(std::uint32_t link);
  void touch(std::uint32_t link);
  void free_flow(FlowIndex f);
  void free_held_back_by(std::uint32_t link);
  bool solve_locally();
  void solve_above(double level);
  void solve_all();
  void solve_widely();
  [[nodiscard]] double lowest_changed_level() const;
  void fill();
  bool free_violators();
  void commit();
  void sum_load(std::uint32_t link);

  Incidence incidence_;
  FlowLevels levels_;
  // Links.
  std::vector<double> capacity_;
  SortedLevels sorted_;
  std::vector<double> load_;             // known unless loads_are_old_
  std::vector<std::uint32_t> commits_;   // since load_ was summed afresh
  std::vector<std::uint32_t> dirty_at_;  // solve for which it was last put into dirty_
  // Scratch of one solve, by link; valid where stamp_ is this solve's.
  std::vector<std::uint32_t> stamp_;
  std::vector<double> left_;     // capacity that freed flows may fill
  std::vector<double> growing_;  // shares of freed flows not fixed yet
  std::vector<std::uint32_t> unfixed_;
  std::vector<double> freed_load_;  // of freed flows, at their old rates
  std::vector<double> freed_weight_;
  std::vector<std::uint32_t> freed_users_;
  std::vector<double> level_;    // where it saturated; infinite: it did not
  std::vector<double> fastest_;  // freed flow on it
  std::vector<std::uint32_t> touched_;
  std::vector<LinkKey> heap_;
  std::vector<std::uint32_t> filled_;  // links, as they filled up
  // Flows: what a fill says, until commit.
  std::vector<double> new_rate_;
  std::vector<std::uint32_t> new_holder_;
  // Of this solve.
  std::vector<FlowIndex> added_;
  std::vector<std::uint32_t> dirty_;  // links of flows added or removed
  double slowest_removed_ = std::numeric_limits<double>::infinity();
  std::vector<FlowIndex> freed_;
  std::uint32_t solve_ = 0;
  int local_failures_ = 0;
  bool loads_are_old_ = false;
};

}  // namespace orrery
