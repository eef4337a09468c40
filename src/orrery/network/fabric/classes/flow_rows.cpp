#include "orrery/network/fabric/classes/flow_rows.hpp"

#include <algorithm>
#include <bit>

namespace orrery {
namespace {

std::uint64_t hash_of(const std::vector<LinkUse>& uses, double latency) {
  constexpr std::uint64_t kMultiplier = 0x9e3779b97f4a7c15ULL;  // 2^64 over the golden ratio
  std::uint64_t hash = std::bit_cast<std::uint64_t>(latency);
  const auto mix = [&](std::uint64_t x) {
    hash = (hash ^ x) * kMultiplier;
    hash ^= hash >> 29;
  };
  for (const LinkUse& u : uses) {
    mix(u.link);
    mix(std::bit_cast<std::uint64_t>(u.share));
  }
  return hash;
}

}  // namespace

FlowRows flow_rows(const Exchange& exchange, FluidNetwork& network) {
  FlowRows out;
  for (const Stream& s : exchange.streams) {
    const Seconds latency = network.path({s.from, s.to, s.size, 0, s.choice}, out.uses.uses);
    out.uses.end_flow();
    out.latency.push_back(latency.value());
  }
  out.count.assign(exchange.streams.size(), 1.0);
  return out;
}

void DistinctRows::add(const std::vector<LinkUse>& uses, double latency) {
  const std::uint64_t hash = hash_of(uses, latency);
  const auto [first, last] = by_hash_.equal_range(hash);
  for (auto at = first; at != last; ++at) {
    if (is_row(at->second, uses, latency)) {
      rows_.count[at->second] += 1.0;
      return;
    }
  }
  by_hash_.emplace(hash, static_cast<std::uint32_t>(rows_.count.size()));
  rows_.uses.uses.insert(rows_.uses.uses.end(), uses.begin(), uses.end());
  rows_.uses.end_flow();
  rows_.latency.push_back(latency);
  rows_.count.push_back(1.0);
}

bool DistinctRows::is_row(std::uint32_t row, const std::vector<LinkUse>& uses,
                          double latency) const {
  return rows_.latency[row] == latency &&
         std::ranges::equal(rows_.uses.of(row), uses, [](const LinkUse& a, const LinkUse& b) {
           return a.link == b.link && a.share == b.share;
         });
}

}  // namespace orrery
