#include "orrery/network/routings/minimal.hpp"

#include <algorithm>

#include "orrery/base/check.hpp"
#include "orrery/base/rng.hpp"

namespace orrery {
namespace {

class Ecmp : public Routing {
 public:
  Ecmp(const Topology& topology, ChannelRule rule, std::uint64_t seed)
      : minimal_(topology, seed),
        rule_(rule),
        channels_(channels_for(topology, rule, longest_way(topology.facts()))) {}

  void route(std::uint32_t from, std::uint32_t to, std::uint64_t choice,
             std::vector<Hop>& way) const override {
    std::vector<LinkId> links;
    minimal_.walk(from, to, minimal_.flow(from, to, choice), 0, links);
    append_hops(minimal_.topology(), rule_, links, way);
  }
  [[nodiscard]] int channels() const override { return channels_; }

 protected:
  Minimal minimal_;

 private:
  ChannelRule rule_;
  int channels_;
};

class Spray : public Ecmp {
 public:
  using Ecmp::Ecmp;
  void spread(std::uint32_t from, std::uint32_t to, std::uint64_t /*choice*/,
              std::vector<LinkShare>& shares) const override {
    minimal_.pour(from, to, 1.0, 0, shares);
  }
  [[nodiscard]] bool per_packet() const override { return true; }
  // An even split keeps every symmetry of the wires.
  [[nodiscard]] std::optional<RouteSymmetry> symmetry() const override {
    return minimal_.topology().symmetry();
  }
};

}  // namespace

class Minimal::Towards {
 public:
  Towards(const Topology& topology, std::uint32_t from, std::uint32_t to)
      : topology_(topology),
        to_(to),
        far_(topology.distance(from, to)),
        known_(topology.distances(to, far_)) {}
  [[nodiscard]] std::uint32_t end() const { return to_; }
  [[nodiscard]] int start() const { return far_; }
  [[nodiscard]] int from(std::uint32_t vertex) const {
    return known_.empty() ? topology_.distance(vertex, to_) : known_[vertex];
  }

 private:
  const Topology& topology_;
  std::uint32_t to_;
  int far_;
  std::vector<int> known_;
};

Minimal::Minimal(const Topology& topology, std::uint64_t seed)
    : topology_(topology), graph_(topology.wires()), seed_(seed) {}

std::uint64_t Minimal::flow(std::uint32_t from, std::uint32_t to, std::uint64_t choice) const {
  return mixed(mixed(mixed(seed_ ^ from) ^ to) ^ choice);
}

void Minimal::candidates(std::uint32_t at, const Towards& towards, std::vector<LinkId>& out) const {
  out.clear();
  const Wires& wires = topology_.wires();
  const int far = towards.from(at);
  if (far == 1) {  // a switch may have a million ports, its endpoints have few
    for (const LinkId l : graph_.out(towards.end())) {
      if (wires.link(l).to == at) out.push_back(opposite(l));
    }
    std::sort(out.begin(), out.end());
    return;
  }
  for (const LinkId l : graph_.out(at)) {
    if (towards.from(wires.link(l).to) == far - 1) out.push_back(l);
  }
}

std::uint32_t Minimal::walk(std::uint32_t from, std::uint32_t to, std::uint64_t flow, int short_of,
                            std::vector<LinkId>& way) const {
  std::vector<LinkId> next;
  std::uint32_t at = from;
  const Towards towards(topology_, from, to);
  for (int left = towards.start(); left > short_of; --left) {
    candidates(at, towards, next);
    ORRERY_CHECK(!next.empty(), "no way from {} to {}", topology_.vertex_name(at),
                 topology_.vertex_name(to));
    way.push_back(next[next.size() == 1 ? 0 : mixed(flow ^ mixed(at)) % next.size()]);
    at = topology_.wires().link(way.back()).to;
  }
  return at;
}

std::vector<std::pair<std::uint32_t, double>> Minimal::pour(std::uint32_t from, std::uint32_t to,
                                                            double share, int short_of,
                                                            std::vector<LinkShare>& shares) const {
  // All vertices of one distance at a time, ascending, so that sums never depend on an order.
  std::vector<std::pair<std::uint32_t, double>> now = {{from, share}};
  std::vector<std::pair<std::uint32_t, double>> reached;
  std::vector<LinkId> next;
  const Towards towards(topology_, from, to);
  for (int left = towards.start(); left > short_of; --left) {
    reached.clear();
    for (const auto& [vertex, amount] : now) {
      candidates(vertex, towards, next);
      const double each = amount / static_cast<double>(next.size());
      for (const LinkId l : next) {
        shares.push_back({l, each});
        reached.emplace_back(topology_.wires().link(l).to, each);
      }
    }
    std::sort(reached.begin(), reached.end());
    now.clear();
    for (const auto& [vertex, amount] : reached) {
      if (!now.empty() && now.back().first == vertex) {
        now.back().second += amount;
      } else {
        now.emplace_back(vertex, amount);
      }
    }
  }
  return now;
}

void append_hops(const Topology& topology, ChannelRule rule, const std::vector<LinkId>& links,
                 std::vector<Hop>& way) {
  // Nothing waits for the cable of an endpoint that forwards nothing, and none of its ways goes on
  // behind the last: those two hops need no channel of their own.
  const int ends = topology.endpoints_forward() ? 0 : 1;
  const int most = std::max(0, static_cast<int>(links.size()) - 1 - 2 * ends);
  for (std::size_t i = 0; i < links.size(); ++i) {
    const int hop = std::clamp(static_cast<int>(i) - ends, 0, most);
    way.push_back({links[i], static_cast<std::uint8_t>(rule == ChannelRule::One ? 0 : hop)});
  }
}

int channels_for(const Topology& topology, ChannelRule rule, int hops) {
  if (rule == ChannelRule::One) return 1;
  const int channels = std::max(1, hops - (topology.endpoints_forward() ? 0 : 2));
  ORRERY_CHECK(channels <= 256, "ways of {} hops need more than 256 channels", hops);
  return channels;
}

void merge(std::vector<LinkShare>& shares, std::size_t first) {
  const auto begin = shares.begin() + static_cast<std::ptrdiff_t>(first);
  std::stable_sort(begin, shares.end(), [](const LinkShare& a, const LinkShare& b) {
    return index(a.link) < index(b.link);
  });
  std::size_t kept = first;
  for (std::size_t i = first; i < shares.size(); ++i) {
    if (kept > first && shares[kept - 1].link == shares[i].link) {
      shares[kept - 1].share += shares[i].share;
    } else {
      shares[kept++] = shares[i];
    }
  }
  shares.resize(kept);
}

std::unique_ptr<Routing> ecmp(const Topology& topology, ChannelRule rule, std::uint64_t seed) {
  return std::make_unique<Ecmp>(topology, rule, seed);
}

std::unique_ptr<Routing> spray(const Topology& topology, ChannelRule rule, std::uint64_t seed) {
  return std::make_unique<Spray>(topology, rule, seed);
}

}  // namespace orrery
