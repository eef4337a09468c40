// Traffic for tests and benchmarks: flows known in advance, and the patterns that peers were
// measured with.
#pragma once
#include <cmath>
#include <vector>

#include "orrery/base/rng.hpp"
#include "orrery/network/fabric.hpp"

namespace orrery::test {

struct TimedFlow {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  double size = 0.0;   // bytes
  double start = 0.0;  // seconds
};

// Sends each flow at its start and notes its delivery.
class FlowList : public Traffic {
 public:
  explicit FlowList(std::vector<TimedFlow> flows) : flows_(std::move(flows)), end_(flows_.size()) {}

  void begin(Injector& network) override {
    for (std::size_t i = 0; i < flows_.size(); ++i) {
      const TimedFlow& f = flows_[i];
      network.send({f.from, f.to, Bytes{f.size}, i}, Seconds{f.start});
    }
  }
  void delivered(std::uint64_t tag, Injector& network) override {
    end_[tag] = network.now().value();
  }
  [[nodiscard]] const std::vector<TimedFlow>& flows() const { return flows_; }
  [[nodiscard]] const std::vector<double>& end() const { return end_; }

 private:
  std::vector<TimedFlow> flows_;
  std::vector<double> end_;
};

inline std::vector<TimedFlow> all_to_all(std::uint32_t endpoints, double size) {
  std::vector<TimedFlow> out;
  for (std::uint32_t a = 0; a < endpoints; ++a) {
    for (std::uint32_t b = 0; b < endpoints; ++b) {
      if (a != b) out.push_back({a, b, size});
    }
  }
  return out;
}

// Sizes uniform between half and one and a half of `size`.
inline std::vector<TimedFlow> uneven_all_to_all(std::uint32_t endpoints, double size,
                                                std::uint64_t seed) {
  Rng rng(seed, "uneven all-to-all");
  std::vector<TimedFlow> out = all_to_all(endpoints, size);
  for (TimedFlow& f : out) f.size *= 0.5 + rng.uniform();
  return out;
}

// Flows of random pairs arrive so that each endpoint sends `load` of its bandwidth on average.
inline std::vector<TimedFlow> poisson(std::uint32_t endpoints, std::size_t flows, double size,
                                      double load, double bandwidth, std::uint64_t seed) {
  Rng rng(seed, "poisson");
  const double mean_gap = size / (load * bandwidth * endpoints);
  std::vector<TimedFlow> out;
  double now = 0.0;
  while (out.size() < flows) {
    now -= mean_gap * std::log(1.0 - rng.uniform());
    const auto from = static_cast<std::uint32_t>(rng.below(endpoints));
    const auto step = static_cast<std::uint32_t>(1 + rng.below(endpoints - 1));
    out.push_back({from, (from + step) % endpoints, size, now});
  }
  return out;
}

}  // namespace orrery::test
