// water_fill: max-min fair rates of fluid flows, by progressive filling, from nothing. The plain
// solver: what the incremental one is tested against, and what class networks are small enough for.
//
// Rates maximise the smallest, then the next smallest, ... subject to
//   sum over flows f of share(f, l) * rate(f) <= capacity(l)   for every link l
// (Bertsekas and Gallager, Data Networks, section 6.5.2). O(entries + links log links).
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace orrery {

// One flow's use of one link: `share` bytes cross it for each byte of the flow.
struct LinkUse {
  std::uint32_t link = 0;
  double share = 1.0;
};

// Flow f uses links uses[first[f]] .. uses[first[f + 1]]; first has one more entry than flows.
struct FlowUses {
  std::vector<std::uint32_t> first{0};
  std::vector<LinkUse> uses;

  [[nodiscard]] std::size_t flows() const { return first.size() - 1; }
  [[nodiscard]] std::span<const LinkUse> of(std::size_t flow) const {
    return {uses.data() + first[flow], uses.data() + first[flow + 1]};
  }
  void end_flow() { first.push_back(static_cast<std::uint32_t>(uses.size())); }
};

// A flow without links gets an infinite rate.
std::vector<double> water_fill(std::span<const double> capacity, const FlowUses& flows);

}  // namespace orrery
