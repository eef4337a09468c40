#include "orrery/network/fabric/rates/water_fill.hpp"

#include <algorithm>
#include <limits>
#include <queue>
#include <stdexcept>

namespace orrery {
namespace {

struct Candidate {
  double level = 0.0;  // a link saturates here or later
  std::uint32_t link = 0;
  bool operator<(const Candidate& o) const {  // std::priority_queue gives the largest
    return level != o.level ? level > o.level : link > o.link;
  }
};

}  // namespace

std::vector<double> water_fill(std::span<const double> capacity, const FlowUses& flows) {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  const std::size_t n = flows.flows();
  std::vector<double> rate(n, kInfinite);
  std::vector<double> left(capacity.begin(), capacity.end());
  std::vector<double> weight(capacity.size(), 0.0);  // shares of flows not yet fixed
  std::vector<std::uint32_t> users(capacity.size() + 1, 0);
  for (const LinkUse& u : flows.uses) {
    if (u.link >= capacity.size()) throw std::logic_error("water_fill: a link that does not exist");
    weight[u.link] += u.share;
    ++users[u.link + 1];
  }
  for (std::size_t l = 0; l < capacity.size(); ++l) users[l + 1] += users[l];
  std::vector<std::uint32_t> user(flows.uses.size());
  std::vector<std::uint32_t> unfixed(capacity.size());
  {
    std::vector<std::uint32_t> next(users.begin(), users.end() - 1);
    for (std::size_t f = 0; f < n; ++f) {
      for (const LinkUse& u : flows.of(f)) user[next[u.link]++] = static_cast<std::uint32_t>(f);
    }
    for (std::size_t l = 0; l < capacity.size(); ++l) unfixed[l] = users[l + 1] - users[l];
  }
  std::vector<Candidate> first;
  for (std::uint32_t l = 0; l < capacity.size(); ++l) {
    if (unfixed[l] > 0) first.push_back({left[l] / weight[l], l});
  }
  std::priority_queue<Candidate> queue({}, std::move(first));
  while (!queue.empty()) {
    const auto [level, l] = queue.top();
    queue.pop();
    if (unfixed[l] == 0) continue;
    // Levels only rise while flows are fixed, so an entry is a lower bound: look again when stale.
    const double now = std::max(left[l], 0.0) / weight[l];
    if (now > level) {
      queue.push({now, l});
      continue;
    }
    for (std::uint32_t i = users[l]; i < users[l + 1]; ++i) {
      const std::uint32_t f = user[i];
      if (rate[f] != kInfinite) continue;
      rate[f] = now;
      for (const LinkUse& u : flows.of(f)) {
        left[u.link] -= u.share * now;
        weight[u.link] -= u.share;
        --unfixed[u.link];
      }
    }
  }
  return rate;
}

}  // namespace orrery
