// FlowRows: what the streams of an exchange load, a row each. Rows that load the same may be one
// from the start, with a count.
#pragma once
#include <unordered_map>
#include <vector>

#include "orrery/network/fabric/exchange.hpp"
#include "orrery/network/fabric/fluid/fluid_network.hpp"
#include "orrery/network/fabric/rates/water_fill.hpp"

namespace orrery {

struct FlowRows {
  FlowUses uses;
  std::vector<double> latency;
  std::vector<double> count;
};

FlowRows flow_rows(const Exchange& exchange, FluidNetwork& network);

// Collects rows one by one and keeps those that differ, in the order of their first appearance.
class DistinctRows {
 public:
  void add(const std::vector<LinkUse>& uses, double latency);
  [[nodiscard]] const FlowRows& rows() const { return rows_; }

 private:
  [[nodiscard]] bool is_row(std::uint32_t row, const std::vector<LinkUse>& uses,
                            double latency) const;

  FlowRows rows_;
  std::unordered_multimap<std::uint64_t, std::uint32_t> by_hash_;  // looked up, never walked
};

}  // namespace orrery
