#include "orrery/network/traffic/background.hpp"

#include <cmath>

#include "orrery/base/check.hpp"

namespace orrery {
namespace {

// Pairs to draw from where the pattern itself draws them.
constexpr std::int64_t kPairsOfAnEndpoint = 64;
// Sources wait for their flows: a pattern that asks for more than the network carries (an incast)
// does not pile up flows without end.
constexpr std::size_t kMostUnderWayOfAnEndpoint = 16;
// A message to oneself: delivered when the next flow is to start.
constexpr std::uint64_t kNextStart = 1, kFlow = 0;

std::vector<Flow> pairs_of(PatternSpec spec, std::uint32_t endpoints) {
  spec.load = 0.0;
  if (spec.flows == 0) spec.flows = kPairsOfAnEndpoint * endpoints;
  return flows_of(spec, endpoints, {});
}

}  // namespace

Background::Background(const PatternSpec& spec, const Wires& wires, const Recorder& foreground)
    : pairs_(pairs_of(spec, wires.endpoints)),
      mean_gap_(spec.size / wires.injection(0) / (wires.endpoints * spec.load)),
      most_under_way_(kMostUnderWayOfAnEndpoint * wires.endpoints),
      foreground_(foreground),
      rng_(static_cast<std::uint64_t>(spec.seed), "background") {
  ORRERY_CHECK(!pairs_.empty() && mean_gap_ > Seconds{}, "a background of {} pairs every {} s",
               pairs_.size(), mean_gap_.value());
}

void Background::begin(Injector& network) { wait(network); }

void Background::wait(Injector& network) {
  network.send({0, 0, Bytes{}, kNextStart}, -mean_gap_ * std::log1p(-rng_.uniform()));
}

void Background::delivered(std::uint64_t tag, Injector& network) {
  if (tag == kFlow) {
    --under_way_;
    return;
  }
  if (foreground_.is_over()) return;
  const Flow& pair = pairs_[rng_.below(pairs_.size())];
  const std::uint64_t ports = rng_.next();
  if (under_way_ < most_under_way_) {
    ++under_way_;
    network.send({pair.from, pair.to, pair.size, kFlow, ports});
  }
  wait(network);
}

}  // namespace orrery
