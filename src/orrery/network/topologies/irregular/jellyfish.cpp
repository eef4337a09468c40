// Jellyfish: switches joined at random, each to the same number of others (Singla, Hong, Popa,
// Godfrey, "Jellyfish: networking data centers randomly", NSDI 2012). Ports are paired at random;
// pairs that would join a switch to itself, or two switches twice, swap ends with other pairs.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "orrery/base/check.hpp"
#include "orrery/base/rng.hpp"
#include "orrery/network/graph/search/counted_facts.hpp"
#include "orrery/network/graph/search/halving.hpp"
#include "orrery/network/topologies/family.hpp"
#include "orrery/network/topologies/wired.hpp"

namespace orrery {
namespace {

struct JellyfishConfig {
  int switches = 0;
  int degree = 0;
  int terminals = 0;
  std::int64_t seed = 1;
  std::optional<LinkSpec> switch_link;
};

template <class V>
void describe(V& v, JellyfishConfig& c) {
  v("switches", c.switches, "joined at random", kRequired);
  v("degree", c.degree, "cables of a switch to other switches; switches x degree is even",
    kRequired);
  v("terminals", c.terminals, "endpoints of a switch", kRequired);
  v("seed", c.seed, "of the cables, and of sampled facts");
  v("switch_link", c.switch_link, "between switches; as link when not given");
}

using Pair = std::pair<std::uint32_t, std::uint32_t>;

// A random simple graph in which each of `n` vertices has `degree` neighbours.
class RandomRegular {
 public:
  RandomRegular(std::uint32_t n, std::uint32_t degree, std::uint64_t seed)
      : rng_(seed, "jellyfish"), n_(n), degree_(degree) {}

  // Redrawn until it is in one piece, which is about never needed from degree three on.
  std::vector<Pair> pairs() {
    do {
      draw();
    } while (!is_one_piece());
    return pairs_;
  }

 private:
  static std::uint64_t key(Pair p) {
    return (std::uint64_t{std::min(p.first, p.second)} << 32) | std::max(p.first, p.second);
  }
  [[nodiscard]] bool fits(Pair p) const { return p.first != p.second && !known_.contains(key(p)); }

  void draw() {
    std::vector<std::uint32_t> ports;
    ports.reserve(std::size_t{n_} * degree_);
    for (std::uint32_t v = 0; v < n_; ++v) ports.insert(ports.end(), degree_, v);
    for (std::size_t i = ports.size(); i > 1; --i) std::swap(ports[i - 1], ports[rng_.below(i)]);
    pairs_.clear();
    known_.clear();
    known_.reserve(ports.size() / 2);
    std::vector<Pair> left;
    for (std::size_t i = 0; i < ports.size(); i += 2) {
      const Pair p{ports[i], ports[i + 1]};
      if (fits(p)) {
        add(p);
      } else {
        left.push_back(p);
      }
    }
    for (const Pair& p : left) swap_in(p);
  }

  void add(Pair p) {
    pairs_.push_back(p);
    known_.insert(key(p));
  }

  // a-b and c-d become a-c and b-d, for a random c-d that lets both be new. Dense graphs may have
  // no such pair: then a draw starts over.
  void swap_in(Pair p) {
    for (std::size_t attempt = 0; attempt < kTries; ++attempt) {
      const std::size_t i = rng_.below(pairs_.size());
      Pair other = pairs_[i];
      if (rng_.below(2) == 1) std::swap(other.first, other.second);
      const Pair a{p.first, other.first};
      const Pair b{p.second, other.second};
      if (!fits(a) || !fits(b) || key(a) == key(b)) continue;
      known_.erase(key(other));
      pairs_[i] = a;
      known_.insert(key(a));
      add(b);
      return;
    }
    pairs_.clear();  // is_one_piece() says no
  }

  [[nodiscard]] bool is_one_piece() const {
    if (pairs_.size() != std::size_t{n_} * degree_ / 2) return false;
    std::vector<std::uint32_t> parent(n_);
    for (std::uint32_t v = 0; v < n_; ++v) parent[v] = v;
    const auto root = [&](std::uint32_t v) {
      while (parent[v] != v) v = parent[v] = parent[parent[v]];
      return v;
    };
    std::uint32_t pieces = n_;
    for (const Pair& p : pairs_) {
      const std::uint32_t a = root(p.first);
      const std::uint32_t b = root(p.second);
      if (a == b) continue;
      parent[a] = b;
      --pieces;
    }
    return pieces == 1;
  }

  static constexpr std::size_t kTries = 10'000;

  Rng rng_;
  std::uint32_t n_, degree_;
  std::vector<Pair> pairs_;
  std::unordered_set<std::uint64_t> known_;  // looked up only, never listed
};

Wires jellyfish_wires(std::uint32_t switches, std::uint32_t terminals,
                      const std::vector<Pair>& pairs, std::vector<LinkKind> kinds) {
  Wires out{.endpoints = switches * terminals,
            .vertices = switches * (terminals + 1),
            .kinds = std::move(kinds)};
  out.links.reserve(2 * (std::size_t{out.endpoints} + pairs.size()));
  for (std::uint32_t e = 0; e < out.endpoints; ++e)
    out.connect(e, out.endpoints + e / terminals, 0);
  for (const Pair& p : pairs) out.connect(out.endpoints + p.first, out.endpoints + p.second, 1);
  return out;
}

class Jellyfish : public SearchedTopology {
 public:
  Jellyfish(Wires wires, std::uint64_t seed)
      : SearchedTopology(std::move(wires), ChannelRule::PerHop), facts_(counts_of(wires_)) {
    sample_hops(routers(), affordable_sources(routers()), seed, facts_);
    facts_.bisection = bisection_bound(wires_, affordable_halvings(wires_), seed);
    facts_.bisection_is_bound = true;
  }

  [[nodiscard]] NetworkFacts facts() const override { return facts_; }
  [[nodiscard]] std::string vertex_name(std::uint32_t v) const override {
    return v < wires_.endpoints ? fmt::format("host {}", v)
                                : fmt::format("switch {}", v - wires_.endpoints);
  }

 private:
  NetworkFacts facts_;
};

std::unique_ptr<Topology> build(JellyfishConfig& c, const LinkSpec& link, TopologyCheck& check) {
  constexpr int kMost = 10'000'000;
  constexpr int kFewestCables = 3;  // with two it is a ring, or several
  check.range("switches", c.switches, kFewestCables + 1, kMost);
  check.range("terminals", c.terminals, 1, kMost);
  if (!check.passed()) return nullptr;
  check.range("degree", c.degree, kFewestCables, std::max(kFewestCables, c.switches / 2));
  if (std::int64_t{c.switches} * c.degree % 2 != 0) {
    check.fail("degree", fmt::format("saw {} switches of {} cables, an odd number of ends; "
                                     "expected an even product",
                                     c.switches, c.degree));
  }
  const LinkSpec between = c.switch_link.value_or(link);
  check.link("switch_link", between);
  check.size(double{1} * c.switches * (1.0 + c.terminals),
             double{1} * c.switches * (c.terminals + 0.5 * c.degree));
  if (!check.passed()) return nullptr;
  const auto switches = static_cast<std::uint32_t>(c.switches);
  const auto seed = static_cast<std::uint64_t>(c.seed);
  const std::vector<Pair> pairs =
      RandomRegular(switches, static_cast<std::uint32_t>(c.degree), seed).pairs();
  return std::make_unique<Jellyfish>(
      jellyfish_wires(switches, static_cast<std::uint32_t>(c.terminals), pairs,
                      {host_kind("host", link), link_kind("switch", between)}),
      seed);
}

}  // namespace

TopologyFamily jellyfish_family() {
  return family_of<JellyfishConfig, build>("jellyfish", "switches joined at random");
}

}  // namespace orrery
