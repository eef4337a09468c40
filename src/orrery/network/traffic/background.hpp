// Background: flows of a pattern that start at random for as long as a foreground is not over: what
// other jobs do to the network. Starts are a Poisson process.
#pragma once
#include <vector>

#include "orrery/base/rng.hpp"
#include "orrery/network/traffic/patterns.hpp"
#include "orrery/network/traffic/recorder.hpp"

namespace orrery {

class Background final : public Traffic {
 public:
  // `spec.load` is the share of all endpoints' bandwidth that it asks for. `foreground` must
  // outlive it.
  Background(const PatternSpec& spec, const Wires& wires, const Recorder& foreground);

  void begin(Injector& network) override;
  void delivered(std::uint64_t tag, Injector& network) override;

 private:
  void wait(Injector& network);

  std::vector<Flow> pairs_;  // who sends to whom; drawn from
  Seconds mean_gap_;
  std::size_t most_under_way_;
  std::size_t under_way_ = 0;
  const Recorder& foreground_;
  Rng rng_;
};

}  // namespace orrery
