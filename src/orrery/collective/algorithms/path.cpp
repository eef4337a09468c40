#include "orrery/collective/algorithms/path.hpp"

#include <algorithm>

namespace orrery::detail {
namespace {

const ProtocolLine& line_of(const Hop& hop, Lines lines, std::size_t k) {
  static const ProtocolLine wire;
  const auto& list = hop.fabric->*lines;
  return list.empty() ? wire : list[std::min(k, list.size() - 1)];
}

std::size_t protocols(const Path& path, Lines lines) {
  std::size_t most = 1;
  for (int h = 0; h < path.hops; ++h) most = std::max(most, (path.hop[h].fabric->*lines).size());
  return most;
}

}  // namespace

Cost fastest_pipelined(const Path& path, const std::array<Share, kMostTiers>& shares, Lines lines,
                       const char* algorithm) {
  Cost best;
  const std::size_t most = protocols(path, lines);
  for (std::size_t k = 0; k < most; ++k) {
    Cost cost{0.0, 0.0, algorithm, path.hop[0].tier};
    double launch = 0.0;
    for (int h = 0; h < path.hops; ++h) {
      const Hop& hop = path.hop[h];
      const ProtocolLine& line = line_of(hop, lines, k);
      launch = std::max(launch, line.launch.value());
      cost.latency += shares[h].steps * line.step.value() + shares[h].waits * hop.latency;
      const double busy = shares[h].bytes / (hop.bandwidth * line.efficiency);
      if (busy > cost.bandwidth) {
        cost.bandwidth = busy;
        cost.tier = hop.tier;
      }
    }
    cost.latency += launch;
    best.keep_faster(cost);
  }
  return best;
}

Cost fastest_on(const Hop& hop, double steps, double bytes, double bandwidth, Lines lines,
                const char* algorithm) {
  Cost best;
  const std::size_t most = std::max<std::size_t>((hop.fabric->*lines).size(), 1);
  for (std::size_t k = 0; k < most; ++k) {
    const ProtocolLine& line = line_of(hop, lines, k);
    best.keep_faster({line.launch.value() + steps * (line.step.value() + hop.latency),
                      bytes / (bandwidth * line.efficiency), algorithm, hop.tier});
  }
  return best;
}

double crossings(const Path& path, int hop) {
  double outer = 1.0;
  for (int h = hop + 1; h < path.hops; ++h) outer *= path.hop[h].members;
  return outer * (path.hop[hop].members - (hop + 1 == path.hops ? 0 : 1));
}

}  // namespace orrery::detail
