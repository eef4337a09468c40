#include "orrery/network/traffic/patterns.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "orrery/base/rng.hpp"

namespace orrery {
namespace {

std::vector<Flow> permutation(const PatternSpec& spec, std::uint32_t n) {
  std::vector<std::uint32_t> to(n);
  std::iota(to.begin(), to.end(), 0u);
  Rng rng(static_cast<std::uint64_t>(spec.seed), "permutation");
  for (std::uint32_t i = n; i-- > 1;) std::swap(to[i], to[rng.below(i)]);
  std::vector<Flow> flows;
  for (std::uint32_t i = 0; i < n; ++i) flows.push_back({i, to[i], spec.size, {}});
  return flows;
}

std::vector<Flow> incast(const PatternSpec& spec, std::uint32_t n) {
  const std::uint32_t senders =
      spec.senders > 0 ? static_cast<std::uint32_t>(std::min<std::int64_t>(spec.senders, n - 1))
                       : n - 1;
  std::vector<Flow> flows;
  for (std::uint32_t i = 1; i <= senders; ++i) flows.push_back({i, 0, spec.size, {}});
  return flows;
}

std::vector<Flow> all_to_all(const PatternSpec& spec, std::uint32_t n) {
  std::vector<Flow> flows;
  flows.reserve(std::size_t{n} * (n - 1));
  for (std::uint32_t d = 1; d < n; ++d) {
    for (std::uint32_t i = 0; i < n; ++i) flows.push_back({i, (i + d) % n, spec.size, {}});
  }
  return flows;
}

// Mean time between starts over all endpoints: size / (n * injection * load).
std::vector<Flow> random_pairs(const PatternSpec& spec, std::uint32_t n, BytesPerSecond injection) {
  Rng rng(static_cast<std::uint64_t>(spec.seed), "pairs");
  const std::int64_t count = spec.flows > 0 ? spec.flows : n;
  const double gap = spec.load > 0 ? (spec.size / injection).value() / (n * spec.load) : 0.0;
  double now = 0.0;
  std::vector<Flow> flows;
  for (std::int64_t i = 0; i < count; ++i) {
    now += gap > 0 ? -gap * std::log1p(-rng.uniform()) : 0.0;
    const auto from = static_cast<std::uint32_t>(rng.below(n));
    const bool is_hot = spec.pattern == Pattern::Hotspot && rng.uniform() < spec.hot_share;
    const std::uint32_t to =
        is_hot && from != 0 ? 0 : (from + 1 + static_cast<std::uint32_t>(rng.below(n - 1))) % n;
    flows.push_back({from, to, spec.size, Seconds{now}});
  }
  return flows;
}

}  // namespace

std::vector<Flow> flows_of(const PatternSpec& spec, std::uint32_t endpoints,
                           BytesPerSecond injection) {
  if (endpoints < 2) return {};
  switch (spec.pattern) {
    case Pattern::Permutation:
      return permutation(spec, endpoints);
    case Pattern::Incast:
      return incast(spec, endpoints);
    case Pattern::AllToAll:
      return all_to_all(spec, endpoints);
    case Pattern::Uniform:
    case Pattern::Hotspot:
      return random_pairs(spec, endpoints, injection);
  }
  return {};
}

}  // namespace orrery
