#include "orrery/network/routings/adaptive/ugal.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

namespace orrery {
namespace {

class Ugal final : public Routing {
 public:
  Ugal(std::unique_ptr<Routing> short_ways, std::unique_ptr<Routing> detours)
      : short_(std::move(short_ways)), detours_(std::move(detours)) {}

  void route(std::uint32_t from, std::uint32_t to, std::uint64_t choice,
             std::vector<Hop>& way) const override {
    short_->route(from, to, choice, way);
  }
  void spread(std::uint32_t from, std::uint32_t to, std::uint64_t choice,
              std::vector<LinkShare>& shares) const override {
    short_->spread(from, to, choice, shares);
  }
  [[nodiscard]] bool has_detours() const override { return true; }
  void detour(std::uint32_t from, std::uint32_t to, std::uint64_t choice,
              std::vector<Hop>& way) const override {
    detours_->route(from, to, choice, way);
  }
  [[nodiscard]] bool per_packet() const override { return true; }
  [[nodiscard]] int channels() const override {
    return std::max(short_->channels(), detours_->channels());
  }
  [[nodiscard]] std::optional<RouteSymmetry> symmetry() const override {
    return short_->symmetry();
  }

 private:
  std::unique_ptr<Routing> short_, detours_;
};

using Key = std::tuple<std::uint32_t, std::uint32_t, std::uint64_t>;
using Detours = std::map<Key, std::uint64_t>;  // the choice that the detour is taken with

class WithDetours final : public Routing {
 public:
  WithDetours(const Routing& routing, Detours detours)
      : routing_(routing), detours_(std::move(detours)) {}

  void route(std::uint32_t from, std::uint32_t to, std::uint64_t choice,
             std::vector<Hop>& way) const override {
    const auto found = detours_.find({from, to, choice});
    if (found != detours_.end()) {
      routing_.detour(from, to, found->second, way);
    } else {
      routing_.route(from, to, choice, way);
    }
  }
  [[nodiscard]] int channels() const override { return routing_.channels(); }

 private:
  const Routing& routing_;
  Detours detours_;
};

// Deals demands out over short ways and detours, each to where it finds the least load.
class Dealer {
 public:
  Dealer(const Wires& wires, const Routing& routing)
      : wires_(wires), routing_(routing), load_(wires.links.size(), 0.0) {}

  Detours detours(const std::vector<Demand>& all) {
    const std::vector<Demand> demands = together(all);
    std::vector<std::vector<Hop>> taken(demands.size());
    for (std::size_t i = 0; i < demands.size(); ++i) {  // all short at first
      routing_.route(demands[i].from, demands[i].to, demands[i].choice, taken[i]);
      add(taken[i], demands[i], 1.0);
    }
    Detours out;
    for (int round = 0; round < kRounds; ++round) {
      for (std::size_t i = 0; i < demands.size(); ++i) {
        const Demand& d = demands[i];
        add(taken[i], d, -1.0);
        const std::optional<std::uint64_t> detour = best(d, taken[i]);
        add(taken[i], d, 1.0);
        const Key key{d.from, d.to, d.choice};
        out.erase(key);
        if (detour) out.emplace(key, *detour);
      }
    }
    return out;
  }

 private:
  // More rounds hardly move anything.
  static constexpr int kRounds = 3;
  static constexpr std::uint64_t kDetours = 8;  // that a demand looks at

  // Messages that a routing cannot tell apart are one demand.
  static std::vector<Demand> together(const std::vector<Demand>& all) {
    std::map<Key, std::size_t> place;
    std::vector<Demand> out;
    for (const Demand& d : all) {
      const auto [found, is_new] = place.emplace(Key{d.from, d.to, d.choice}, out.size());
      if (is_new) {
        out.push_back(d);
      } else {
        out[found->second].size += d.size;
      }
    }
    return out;
  }

  void add(const std::vector<Hop>& way, const Demand& d, double times) {
    for (const Hop& h : way) load_[index(h.link)] += times * seconds(h.link, d);
  }
  [[nodiscard]] double seconds(LinkId l, const Demand& d) const {
    return (d.size / wires_.kind(l).bandwidth).value();
  }
  [[nodiscard]] double most_load(const std::vector<Hop>& way, const Demand& d) const {
    double most = 0.0;
    for (const Hop& h : way) most = std::max(most, load_[index(h.link)] + seconds(h.link, d));
    return most;
  }

  // The way of least load goes to `way`; the short one unless a detour has less.
  std::optional<std::uint64_t> best(const Demand& d, std::vector<Hop>& way) {
    way.clear();
    routing_.route(d.from, d.to, d.choice, way);
    double least = most_load(way, d);
    std::optional<std::uint64_t> out;
    for (std::uint64_t i = 0; i < kDetours; ++i) {
      round_.clear();
      routing_.detour(d.from, d.to, d.choice + i, round_);
      const double load = most_load(round_, d);
      if (load >= (1.0 - kRounding) * least) continue;
      least = load;
      out = d.choice + i;
      way = round_;
    }
    return out;
  }

  // Loads that differ by less are sums in another order.
  static constexpr double kRounding = 1e-9;

  const Wires& wires_;
  const Routing& routing_;
  std::vector<double> load_;  // seconds of each link's time
  std::vector<Hop> round_;
};

}  // namespace

std::unique_ptr<Routing> ugal(std::unique_ptr<Routing> short_ways,
                              std::unique_ptr<Routing> detours) {
  return std::make_unique<Ugal>(std::move(short_ways), std::move(detours));
}

std::unique_ptr<Routing> with_detours(const Wires& wires, const Routing& routing,
                                      const std::vector<Demand>& demands) {
  return std::make_unique<WithDetours>(routing, Dealer(wires, routing).detours(demands));
}

}  // namespace orrery
