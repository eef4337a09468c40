#include "orrery/network/traffic/collisions.hpp"

#include <algorithm>
#include <cmath>
#include <deque>

namespace orrery {
namespace {

constexpr std::size_t kAffordableWays = 500'000;
constexpr std::size_t kMostSeeds = 256;
constexpr std::size_t kFewestSeeds = 16;

double most_loaded(const Wires& wires, const Routing& routing, const std::vector<Demand>& demands) {
  std::vector<double> load(wires.links.size(), 0.0);
  std::vector<LinkShare> shares;
  for (const Demand& d : demands) {
    shares.clear();
    routing.spread(d.from, d.to, d.choice, shares);
    for (const LinkShare& s : shares) load[index(s.link)] += s.share * d.size.value();
  }
  double most = 0.0;
  for (std::size_t i = 0; i < load.size(); ++i)
    most = std::max(most, load[i] / wires.kind(static_cast<LinkId>(i)).bandwidth.value());
  return most;
}

// Delivers every message at once, in the order of their sending.
class Collector final : public Injector {
 public:
  Collector(Traffic& traffic, std::size_t most) : traffic_(traffic), most_(most) {}

  std::vector<Demand> demands() {
    traffic_.begin(*this);
    while (!open_.empty()) {
      if (demands_.size() > most_) return {};
      const std::uint64_t tag = open_.front();
      open_.pop_front();
      traffic_.delivered(tag, *this);
    }
    return std::move(demands_);
  }

 private:
  [[nodiscard]] Seconds now() const override { return {}; }
  void send(const Message& m, Seconds /*after*/) override {
    demands_.push_back({m.from, m.to, m.choice, m.size});
    open_.push_back(m.tag);
  }

  Traffic& traffic_;
  std::size_t most_;
  std::vector<Demand> demands_;
  std::deque<std::uint64_t> open_;
};

}  // namespace

Collisions ecmp_collisions(const Topology& topology, const std::vector<Demand>& demands,
                           std::uint64_t seed, int seeds) {
  const double even = most_loaded(topology.wires(), *topology.routing("spray", seed), demands);
  if (!(even > 0.0)) return {};
  Collisions out{.seeds = seeds};
  double squares = 0.0;
  for (int i = 0; i < seeds; ++i) {
    const auto routing = topology.routing("ecmp", seed + static_cast<std::uint64_t>(i));
    const double ratio = most_loaded(topology.wires(), *routing, demands) / even;
    out.mean += ratio;
    squares += ratio * ratio;
    out.least = i == 0 ? ratio : std::min(out.least, ratio);
    out.most = std::max(out.most, ratio);
  }
  out.mean /= seeds;
  if (seeds > 1)
    out.deviation =
        std::sqrt(std::max(0.0, (squares - seeds * out.mean * out.mean) / (seeds - 1.0)));
  return out;
}

std::vector<Demand> demands_of(Traffic& traffic, std::size_t most) {
  return Collector(traffic, most).demands();
}

int affordable_seeds(std::size_t demands) {
  return static_cast<int>(
      std::clamp(kAffordableWays / std::max<std::size_t>(1, demands), kFewestSeeds, kMostSeeds));
}

}  // namespace orrery
