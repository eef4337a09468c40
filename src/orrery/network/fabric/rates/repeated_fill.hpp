// RepeatedFill: progressive filling where nearly every link changes a little at each event.
//
// Links fill up in nearly the same order as the last time. So the order is kept, with copies of all
// links' states along it: a change starts from the copy before the first link it can reach, and the
// next link to fill up is looked for among the few that the order has next. Filling in ascending
// levels without overfilling a link is the definition of max-min rates, whatever the order was
// guessed from; where the guess shows to be wrong the search looks farther ahead.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "orrery/network/fabric/rates/flow_levels.hpp"

namespace orrery {

class RepeatedFill {
 public:
  // Both must outlive it.
  RepeatedFill(const Incidence& incidence, const std::vector<double>& capacity)
      : incidence_(incidence), capacity_(capacity) {}

  // Told of every flow that comes or goes, after it is in `incidence` and before it leaves.
  void add(FlowIndex f);
  void remove(FlowIndex f, const FlowLevels& levels);
  // Rates were changed by others.
  void forget() { is_known_ = false; }
  // Rates of all flows; those `added` since the last solve have none yet.
  void solve(std::span<const FlowIndex> added, FlowLevels& levels);

 private:
  struct LinkState {
    double left = 0.0;     // capacity
    double growing = 0.0;  // shares of flows not fixed yet
  };
  struct Copy {
    std::size_t done = 0;   // links of order_
    std::size_t steps = 0;  // links filled up
    std::size_t fixed = 0;  // flows of fixed_
    double level = 0.0;     // of the last step
    std::vector<LinkState> links;
  };

  enum class Place : std::uint8_t { Unknown, Ordered, Needless };

  void start_anew();
  [[nodiscard]] bool is_needless(std::uint32_t link);
  void keep_links(FlowIndex f);
  void restart();
  [[nodiscard]] bool fill(FlowLevels& levels, std::size_t ahead);
  template <bool kWhole>
  void fix_flows(std::uint32_t link, double level, FlowLevels& levels);
  void copy_state(double level);
  [[nodiscard]] bool is_overfull(std::uint32_t link) const;

  const Incidence& incidence_;
  const std::vector<double>& capacity_;
  bool is_known_ = false;
  std::uint32_t solves_ = 0;          // since it was started anew
  std::vector<std::uint32_t> order_;  // links, as they filled up or lost their last flow
  std::vector<Place> place_of_;       // by link
  std::vector<std::uint32_t> guard_;  // by link, of the needless: whom its flows all cross
  std::vector<std::uint32_t> step_;   // by link: when it filled up
  std::vector<std::uint32_t> place_;  // by link: in order_, when it was put there
  std::vector<FlowIndex> fixed_;      // in the order of their fixing; the first flows_fixed_
  std::size_t flows_fixed_ = 0;
  std::vector<std::uint8_t> freed_;  // by flow: 1 until it is fixed
  // Where all shares are whole: each flow's links that are ordered, and nobody's up to most_kept_.
  std::vector<std::uint32_t> kept_;
  std::size_t most_kept_ = 0;
  bool is_whole_ = false;
  std::vector<LinkState> now_;  // by link
  std::vector<Copy> copies_;    // the first copies_known_ hold
  std::size_t copies_known_ = 0;
  std::vector<double> least_share_;  // by link, of any user ever
  std::size_t done_ = 0, steps_ = 0;
  std::size_t copy_every_ = 0;  // steps
};

}  // namespace orrery
