// SortedLevels: max-min rates kept as what they are, links in ascending order of their levels.
//
// A flow is held back by the first of its links; a link's level is what the flows held back by
// earlier links leave of it, over the flows that it holds back itself. Where levels ascend along
// the order and no link is overfull, these are the max-min rates, however the order came about. So
// a flow that comes or goes changes the level of one link, differences of levels are passed on
// along the order, and a link that falls below the one before it moves ahead of it and takes over
// the flows that both carry. What lies below its new place is final: filling up to there never met
// it.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "orrery/network/fabric/rates/flow_levels.hpp"

namespace orrery {

class SortedLevels {
 public:
  // Both must outlive it.
  SortedLevels(const Incidence& incidence, const std::vector<double>& capacity)
      : incidence_(incidence), capacity_(capacity) {}

  // Told of every flow that comes or goes, after it is in `incidence` and before it leaves.
  void add(FlowIndex f);
  void remove(FlowIndex f);
  // Rates were changed by others.
  void forget() { is_known_ = false; }
  // Takes over rates of all flows that others found. `filled`: the links that hold somebody back,
  // in the order in which they filled up.
  void adopt(std::span<const std::uint32_t> filled, const FlowLevels& levels);
  // Those `added` since the last solve have no rate yet. False where it knows no rates to start
  // from or the order is too wrong to be mended: fill anew, then adopt.
  [[nodiscard]] bool solve(std::span<const FlowIndex> added, FlowLevels& levels);

 private:
  // Flows that one link holds back, and for each its `width_` other links.
  struct Held {
    std::vector<FlowIndex> flows;
    std::vector<std::uint32_t> others;  // nobody's link where a flow has fewer
    std::vector<double> other_shares;   // unless all shares are whole
  };

  [[nodiscard]] bool is_needless(std::uint32_t link);
  [[nodiscard]] double level_of(std::uint32_t link) const;
  [[nodiscard]] double own_share(FlowIndex f, std::uint32_t link) const;
  // Of what the flow leaves to its other links than `link`.
  void take_elsewhere(FlowIndex f, std::uint32_t link, double rate);
  bool hold(FlowIndex f, std::uint32_t link);
  void release(FlowIndex f);
  void pass_on(std::uint32_t link, double change);
  void take_shared(std::uint32_t link, std::uint32_t from, FlowLevels& levels);
  void settle(std::uint32_t link, double level, FlowLevels& levels);
  void mark(std::uint32_t link);
  void sum_afresh();

  const Incidence& incidence_;
  const std::vector<double>& capacity_;
  bool is_known_ = false;
  bool is_whole_ = false;  // all shares are one
  std::size_t width_ = 0;
  std::uint32_t solves_ = 0;          // since sums were taken afresh
  std::size_t first_ = 0;             // place from which levels may have changed
  std::vector<std::uint32_t> order_;  // links, all but the needless
  // By link.
  std::vector<Held> held_;
  std::vector<double> left_;  // of its capacity, by flows that others hold back; the last: nobody's
  std::vector<double> holds_;           // shares of the flows that it holds back
  std::vector<double> level_;           // infinite: it holds nobody back
  std::vector<double> passed_;          // at which `left_` of other links counts its flows
  std::vector<std::uint8_t> is_stale_;  // its level is to be computed
  std::vector<std::uint32_t> place_;    // in order_, or kNowhere: needless
  std::vector<std::uint32_t> guard_;    // of the needless: whom all its flows cross
  // By flow.
  std::vector<std::uint32_t> holder_;
  std::vector<std::uint32_t> slot_;  // among its holder's flows
};

}  // namespace orrery
