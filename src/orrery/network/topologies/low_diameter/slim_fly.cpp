// Slim Fly: routers of a McKay-Miller-Siran graph, any two of them at most two cables apart, near
// the most routers that a degree allows (Besta, Hoefler, "Slim Fly: a cost effective low-diameter
// network topology", SC 2014, section II; the sets for q = 4w - 1 are Hafner's, 2004).
//
// Routers (0, x, y) and (1, m, c) for x, y, m, c in GF(q): (0, x, y) meets (0, x, y') where y - y'
// is in X, (1, m, c) meets (1, m, c') where c - c' is in X', and the two meet where y = m x + c.
#include <fmt/format.h>

#include <algorithm>

#include "orrery/network/graph/search/counted_facts.hpp"
#include "orrery/network/graph/search/halving.hpp"
#include "orrery/network/graph/symmetry.hpp"
#include "orrery/network/topologies/family.hpp"
#include "orrery/network/topologies/low_diameter/primes.hpp"
#include "orrery/network/topologies/wired.hpp"

namespace orrery {
namespace {

struct SlimFlyConfig {
  int q = 0;
  int terminals = 0;
  std::optional<LinkSpec> router_link;
};

template <class V>
void describe(V& v, SlimFlyConfig& c) {
  v("q", c.q, "an odd prime: 2 q^2 routers of (3 q - d) / 2 cables, where q = 4 w + d, d = 1 or -1",
    kRequired);
  v("terminals", c.terminals, "endpoints of a router; 0: half as many as its cables, rounded up");
  v("router_link", c.router_link, "between routers; as link when not given");
}

std::uint32_t primitive_root(std::uint32_t q) {
  for (std::uint32_t root = 2;; ++root) {
    std::uint32_t power = root;
    std::uint32_t order = 1;
    while (power != 1) {
      power = power * root % q;
      ++order;
    }
    if (order == q - 1) return root;
  }
}

// Whether a difference is in X (of the first half of the routers) and in X' (of the second).
struct GeneratorSets {
  std::vector<bool> first, second;
};

GeneratorSets generator_sets(std::uint32_t q) {
  GeneratorSets out{std::vector<bool>(q, false), std::vector<bool>(q, false)};
  const std::uint32_t root = primitive_root(q);
  const std::uint32_t half = (q + 1) / 4;  // w, where q = 4 w - 1
  std::uint32_t power = 1;
  for (std::uint32_t i = 0; i + 1 < q; ++i, power = power * root % q) {
    const bool is_even = i % 2 == 0;
    if (q % 4 == 1) {
      (is_even ? out.first : out.second)[power] = true;
    } else {
      // X: even powers up to 2w - 2, then odd ones up to 4w - 3; X': each times the root.
      if (is_even ? i <= 2 * half - 2 : i >= 2 * half - 1) out.first[power] = true;
      if (is_even ? i >= 2 * half : i <= 2 * half - 1) out.second[power] = true;
    }
  }
  if (q % 4 == 3) out.second[1] = true;  // the root to the power 4w - 2, which is one
  return out;
}

class SlimFly : public WiredTopology {
 public:
  SlimFly(std::uint32_t q, std::uint32_t terminals, std::vector<LinkKind> kinds)
      : WiredTopology(ChannelRule::PerHop), q_(q), terminals_(terminals), sets_(generator_sets(q)) {
    const std::uint32_t routers = 2 * q * q;
    wires_.endpoints = routers * terminals;
    wires_.vertices = wires_.endpoints + routers;
    wires_.kinds = std::move(kinds);
    const std::uint32_t degree =
        q + static_cast<std::uint32_t>(std::ranges::count(sets_.first, true));
    wires_.links.reserve(std::size_t{2} * wires_.endpoints + std::size_t{routers} * degree);
    for (std::uint32_t e = 0; e < wires_.endpoints; ++e)
      wires_.connect(e, wires_.endpoints + e / terminals, 0);
    for (std::uint32_t half = 0; half < 2; ++half) {
      const std::vector<bool>& set = half == 0 ? sets_.first : sets_.second;
      for (std::uint32_t r = 0; r < q * q; ++r) {
        for (std::uint32_t y = r % q + 1; y < q; ++y) {
          if (set[y - r % q]) wires_.connect(vertex(half, r), vertex(half, r / q * q + y), 1);
        }
      }
    }
    for (std::uint32_t x = 0; x < q; ++x) {
      for (std::uint32_t m = 0; m < q; ++m) {
        for (std::uint32_t c = 0; c < q; ++c)
          wires_.connect(vertex(0, x * q + (m * x + c) % q), vertex(1, m * q + c), 1);
      }
    }
    set_facts(routers, degree);
  }

  [[nodiscard]] NetworkFacts facts() const override { return facts_; }

  [[nodiscard]] std::string vertex_name(std::uint32_t v) const override {
    if (v < wires_.endpoints) return fmt::format("host {}", v);
    const std::uint32_t r = v - wires_.endpoints;
    return fmt::format("router ({},{},{})", r / (q_ * q_), r / q_ % q_, r % q_);
  }

  [[nodiscard]] int distance(std::uint32_t vertex, std::uint32_t endpoint) const override {
    if (vertex == endpoint) return 0;
    const int ends = (vertex < wires_.endpoints ? 1 : 0) + (endpoint < wires_.endpoints ? 1 : 0);
    const std::uint32_t a = router(vertex);
    const std::uint32_t b = router(endpoint);
    if (a == b) return ends;
    return ends + (are_joined(std::min(a, b), std::max(a, b)) ? 1 : 2);
  }

  // All y and c move by one; so do the endpoints of each router.
  [[nodiscard]] std::optional<RouteSymmetry> symmetry() const override {
    const std::uint32_t n = wires_.endpoints;
    const auto next = [this](std::uint32_t r) { return r / q_ * q_ + (r + 1 - r / q_ * q_) % q_; };
    return symmetry_of(wires_, {[this, n, next](std::uint32_t v) {
                                  return v < n ? next(v / terminals_) * terminals_ + v % terminals_
                                               : n + next(v - n);
                                },
                                [this, n](std::uint32_t v) {
                                  return v < n ? v / terminals_ * terminals_ + (v + 1) % terminals_
                                               : v;
                                }});
  }

 private:
  [[nodiscard]] std::uint32_t vertex(std::uint32_t half, std::uint32_t r) const {
    return wires_.endpoints + half * q_ * q_ + r;
  }
  [[nodiscard]] std::uint32_t router(std::uint32_t v) const {
    return v < wires_.endpoints ? v / terminals_ : v - wires_.endpoints;
  }
  // a < b.
  [[nodiscard]] bool are_joined(std::uint32_t a, std::uint32_t b) const {
    const std::uint32_t square = q_ * q_;
    if ((a < square) != (b < square)) {
      const std::uint32_t m = (b - square) / q_;
      return (m * (a / q_) + b % q_) % q_ == a % q_;
    }
    if (a / q_ != b / q_) return false;
    return (a < square ? sets_.first : sets_.second)[b % q_ - a % q_];
  }

  // Every router has `degree` neighbours, and all others at two cables (checked by a test).
  void set_facts(std::uint32_t routers, std::uint32_t degree) {
    facts_ = counts_of(wires_);
    facts_.diameter = 4;
    const double p = terminals_;
    facts_.average_hops =
        (2.0 * (p - 1.0) + 3.0 * p * degree + 4.0 * p * (routers - 1.0 - degree)) /
        (wires_.endpoints - 1.0);
    facts_.bisection = bisection_bound(wires_, affordable_halvings(wires_), 1);
    facts_.bisection_is_bound = true;
  }

  std::uint32_t q_;
  std::uint32_t terminals_;
  GeneratorSets sets_;
  NetworkFacts facts_;
};

std::unique_ptr<Topology> build(SlimFlyConfig& c, const LinkSpec& link, TopologyCheck& check) {
  constexpr int kMost = 2'000;
  check.range("q", c.q, 3, kMost);
  check.range("terminals", c.terminals, 0, kMost);
  if (!check.passed()) return nullptr;
  if (!is_prime(c.q)) {
    check.fail("q",
               fmt::format("saw q: {}; expected an odd prime, such as {}", c.q, next_prime(c.q)));
    return nullptr;
  }
  const int degree = (3 * c.q - (c.q % 4 == 1 ? 1 : -1)) / 2;
  if (c.terminals == 0) c.terminals = (degree + 1) / 2;
  const LinkSpec router = c.router_link.value_or(link);
  check.link("router_link", router);
  const double routers = 2.0 * c.q * c.q;
  check.size(routers * (1.0 + c.terminals), routers * (c.terminals + 0.5 * degree));
  if (!check.passed()) return nullptr;
  return std::make_unique<SlimFly>(
      static_cast<std::uint32_t>(c.q), static_cast<std::uint32_t>(c.terminals),
      std::vector<LinkKind>{host_kind("host", link), link_kind("router", router)});
}

}  // namespace

TopologyFamily slim_fly_family() {
  return family_of<SlimFlyConfig, build>("slim_fly",
                                         "routers two cables apart, near the Moore bound");
}

}  // namespace orrery
