// Topology: wires of a named family, with its facts in closed form and the routings that suit it.
// A family is one .cpp under topologies/ and one entry in topologies/builtins.cpp.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "orrery/network/routing.hpp"
#include "orrery/network/wires.hpp"

namespace orrery {

// Links are counted once for both directions; hops count links between two endpoints; averages are
// over ordered pairs of different endpoints. The bisection is of the two equal halves of least cut,
// one way; where only a bound is known, `bisection_is_bound`. Bands of sampled facts are given by
// `sampled_endpoints` > 0 (standard error of the average in `average_hops_error`).
struct NetworkFacts {
  std::int64_t endpoints = 0;
  std::int64_t switches = 0;
  std::int64_t cables = 0;
  std::int64_t optical_cables = 0;
  int diameter = 0;
  double average_hops = 0.0;
  double average_hops_error = 0.0;
  BytesPerSecond bisection;
  bool bisection_is_bound = false;     // no equal halves with a larger least cut: an upper bound
  std::int64_t sampled_endpoints = 0;  // 0: exact
  int diameter_bound = 0;              // where sampled: no shortest way is longer
};

// The most links of a shortest way between endpoints.
[[nodiscard]] constexpr int longest_way(const NetworkFacts& facts) {
  return facts.sampled_endpoints > 0 ? facts.diameter_bound : facts.diameter;
}

class Topology {
 public:
  virtual ~Topology() = default;
  [[nodiscard]] virtual const Wires& wires() const = 0;
  [[nodiscard]] virtual NetworkFacts facts() const = 0;
  [[nodiscard]] virtual std::string vertex_name(std::uint32_t vertex) const = 0;
  // Links on a shortest way from any vertex to an endpoint.
  [[nodiscard]] virtual int distance(std::uint32_t vertex, std::uint32_t endpoint) const = 0;
  // The same of all vertices, for a walk from `far` links away; empty where distance() is as fast.
  [[nodiscard]] virtual std::vector<int> distances(std::uint32_t /*endpoint*/, int /*far*/) const {
    return {};
  }
  // Whether traffic passes through endpoints: a torus, not a tree.
  [[nodiscard]] virtual bool endpoints_forward() const { return false; }
  // A group of automorphisms of the wires; a routing may keep fewer.
  [[nodiscard]] virtual std::optional<RouteSymmetry> symmetry() const { return std::nullopt; }
  // Names that routing() takes; the first is the default.
  [[nodiscard]] virtual std::vector<std::string_view> routings() const = 0;
  // Those of them that know nothing of failed links: a way may lead through one.
  [[nodiscard]] virtual std::vector<std::string_view> fixed_routings() const { return {}; }
  // The routing refers to this topology, which must outlive it. Throws std::logic_error on a name
  // that routings() does not have.
  [[nodiscard]] virtual std::unique_ptr<Routing> routing(std::string_view name,
                                                         std::uint64_t seed) const = 0;
};

}  // namespace orrery
