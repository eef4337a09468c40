// PolarFly: routers are the points of a projective plane over GF(q), joined where they are
// orthogonal: q^2 + q + 1 routers of q + 1 cables, any two at most two apart (Lakhotia et al.,
// "PolarFly: a cost-effective and flexible low-diameter topology", SC 2022).
#include <fmt/format.h>

#include <array>

#include "orrery/network/graph/search/counted_facts.hpp"
#include "orrery/network/graph/search/halving.hpp"
#include "orrery/network/topologies/family.hpp"
#include "orrery/network/topologies/low_diameter/primes.hpp"
#include "orrery/network/topologies/wired.hpp"

namespace orrery {
namespace {

struct PolarFlyConfig {
  int q = 0;
  int terminals = 0;
  std::optional<LinkSpec> router_link;
};

template <class V>
void describe(V& v, PolarFlyConfig& c) {
  v("q", c.q, "a prime: q^2 + q + 1 routers of q + 1 cables", kRequired);
  v("terminals", c.terminals, "endpoints of a router; 0: half as many as its cables");
  v("router_link", c.router_link, "between routers; as link when not given");
}

// Of 1 to q - 1, modulo q.
std::vector<std::uint32_t> inverses(std::uint32_t q) {
  std::vector<std::uint32_t> out(q, 1);
  for (std::uint32_t x = 2; x < q; ++x) out[x] = (q - q / x) * out[q % x] % q;
  return out;
}

class PolarFly : public WiredTopology {
 public:
  PolarFly(std::uint32_t q, std::uint32_t terminals, std::vector<LinkKind> kinds)
      : WiredTopology(ChannelRule::PerHop), q_(q), terminals_(terminals) {
    const std::uint32_t routers = q * q + q + 1;
    wires_.endpoints = routers * terminals;
    wires_.vertices = wires_.endpoints + routers;
    wires_.kinds = std::move(kinds);
    for (std::uint32_t e = 0; e < wires_.endpoints; ++e)
      wires_.connect(e, wires_.endpoints + e / terminals, 0);
    const std::vector<std::uint32_t> inverse = inverses(q);
    for (std::uint32_t a = 0; a < routers; ++a) {
      for (const std::uint32_t b : orthogonal_to(a, inverse)) {
        if (a < b) wires_.connect(wires_.endpoints + a, wires_.endpoints + b, 1);
      }
    }
    facts_ = counts_of(wires_);
    facts_.diameter = 4;
    // Of q + 1 routers, each orthogonal to itself, one cable is missing. All others are two apart.
    const double n = routers;
    const double ends = 2.0 * static_cast<double>(facts_.cables - facts_.endpoints);
    const double p = terminals;
    facts_.average_hops =
        (n * 2.0 * (p - 1.0) + 3.0 * p * ends + 4.0 * p * (n * (n - 1.0) - ends)) /
        (n * (n * p - 1.0));
    facts_.bisection = bisection_bound(wires_, affordable_halvings(wires_), 1);
    facts_.bisection_is_bound = true;
  }

  [[nodiscard]] NetworkFacts facts() const override { return facts_; }

  [[nodiscard]] std::string vertex_name(std::uint32_t v) const override {
    if (v < wires_.endpoints) return fmt::format("host {}", v);
    return fmt::format("router ({})", fmt::join(point(v - wires_.endpoints), ","));
  }

  [[nodiscard]] int distance(std::uint32_t vertex, std::uint32_t endpoint) const override {
    if (vertex == endpoint) return 0;
    const std::uint32_t a =
        vertex < wires_.endpoints ? vertex / terminals_ : vertex - wires_.endpoints;
    const std::uint32_t b = endpoint / terminals_;
    const int ends = vertex < wires_.endpoints ? 2 : 1;
    return ends + (a == b ? 0 : are_orthogonal(a, b) ? 1 : 2);
  }

 private:
  // The points with a first coordinate of one: (1, y, z), (0, 1, z), (0, 0, 1).
  [[nodiscard]] std::array<std::uint32_t, 3> point(std::uint32_t router) const {
    if (router < q_ * q_) return {1, router / q_, router % q_};
    if (router < q_ * q_ + q_) return {0, 1, router - q_ * q_};
    return {0, 0, 1};
  }
  // q + 1 points, itself among them where it is orthogonal to itself.
  [[nodiscard]] std::vector<std::uint32_t> orthogonal_to(
      std::uint32_t router, const std::vector<std::uint32_t>& inverse) const {
    const auto [a, b, c] = point(router);
    const auto minus = [this](std::uint32_t x) { return (q_ - x) % q_; };
    std::vector<std::uint32_t> out;
    if (c != 0) {  // each (1, y) and (0, 1) has one z
      for (std::uint32_t y = 0; y < q_; ++y)
        out.push_back(y * q_ + minus((a + b * y) % q_) * inverse[c] % q_);
      out.push_back(q_ * q_ + minus(b) * inverse[c] % q_);
      return out;
    }
    const std::uint32_t first = b != 0 ? minus(a) * inverse[b] % q_ * q_ : q_ * q_;
    for (std::uint32_t z = 0; z < q_; ++z) out.push_back(first + z);
    out.push_back(q_ * q_ + q_);
    return out;
  }
  [[nodiscard]] bool are_orthogonal(std::uint32_t a, std::uint32_t b) const {
    const auto u = point(a);
    const auto w = point(b);
    return (u[0] * w[0] + u[1] * w[1] + u[2] * w[2]) % q_ == 0;
  }

  std::uint32_t q_;
  std::uint32_t terminals_;
  NetworkFacts facts_;
};

std::unique_ptr<Topology> build(PolarFlyConfig& c, const LinkSpec& link, TopologyCheck& check) {
  constexpr int kMostQ = 200;  // 40,201 routers
  check.range("q", c.q, 2, kMostQ);
  check.range("terminals", c.terminals, 0, kMostQ);
  if (!check.passed()) return nullptr;
  if (!is_prime(c.q)) {
    check.fail("q", fmt::format("saw q: {}; expected a prime, such as {}", c.q, next_prime(c.q)));
    return nullptr;
  }
  if (c.terminals == 0) c.terminals = (c.q + 1) / 2;
  const LinkSpec router = c.router_link.value_or(link);
  check.link("router_link", router);
  const double routers = double{1} * c.q * c.q + c.q + 1;
  check.size(routers * (1.0 + c.terminals), routers * (c.terminals + 0.5 * (c.q + 1)));
  if (!check.passed()) return nullptr;
  return std::make_unique<PolarFly>(
      static_cast<std::uint32_t>(c.q), static_cast<std::uint32_t>(c.terminals),
      std::vector<LinkKind>{host_kind("host", link), link_kind("router", router)});
}

}  // namespace

TopologyFamily polarfly_family() {
  return family_of<PolarFlyConfig, build>("polarfly", "routers two cables apart, near the bound");
}

}  // namespace orrery
