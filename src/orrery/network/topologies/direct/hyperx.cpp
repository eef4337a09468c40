// HyperX: routers on a grid, each joined to all others of its line in every dimension (Ahn,
// Binkert, Davis, McLaren, Schreiber, SC 2009). With as many endpoints a router as routers a line
// it is a flattened butterfly; without switches it is a full mesh or a hypercube.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "orrery/network/graph/symmetry.hpp"
#include "orrery/network/topologies/family.hpp"
#include "orrery/network/topologies/wired.hpp"

namespace orrery {
namespace {

constexpr int kMostDimensions = 24;

struct HyperXConfig {
  std::vector<int> shape;
  int terminals = 1;
  std::optional<LinkSpec> router_link;
};
struct FlattenedButterflyConfig {
  int radix = 0;
  int dimensions = 1;
  std::optional<LinkSpec> router_link;
};
struct HypercubeConfig {
  int dimensions = 0;
};
struct FullMeshConfig {
  int endpoints = 0;
};

template <class V>
void describe(V& v, HyperXConfig& c) {
  v("shape", c.shape, "routers along each dimension", kRequired);
  v("terminals", c.terminals, "endpoints at each router; 0: the routers are the endpoints");
  v("router_link", c.router_link, "between routers; as link when not given");
}
template <class V>
void describe(V& v, FlattenedButterflyConfig& c) {
  v("radix", c.radix, "routers of a line, and endpoints at each router", kRequired);
  v("dimensions", c.dimensions, "of the grid of routers");
  v("router_link", c.router_link, "between routers; as link when not given");
}
template <class V>
void describe(V& v, HypercubeConfig& c) {
  v("dimensions", c.dimensions, "2^dimensions endpoints", kRequired);
}
template <class V>
void describe(V& v, FullMeshConfig& c) {
  v("endpoints", c.endpoints, "each joined to every other", kRequired);
}

class HyperX : public WiredTopology {
 public:
  HyperX(const std::vector<int>& shape, int terminals, const LinkSpec& link,
         const LinkSpec& router_link)
      : WiredTopology(ChannelRule::PerHop), terminals_(static_cast<std::uint32_t>(terminals)) {
    for (const int s : shape) {
      strides_.push_back(routers_);
      sizes_.push_back(static_cast<std::uint32_t>(s));
      routers_ *= static_cast<std::uint32_t>(s);
    }
    wires_.kinds = {host_kind("host", link), link_kind("router", router_link)};
    wires_.endpoints = terminals_ == 0 ? routers_ : routers_ * terminals_;
    first_router_ = terminals_ == 0 ? 0 : wires_.endpoints;
    wires_.vertices = first_router_ + routers_;
    std::size_t cables = first_router_;
    for (const std::uint32_t s : sizes_) cables += std::size_t{routers_} * (s - 1) / 2;
    wires_.links.reserve(2 * cables);
    for (std::uint32_t e = 0; e < first_router_; ++e)
      wires_.connect(e, first_router_ + e / terminals_, 0);
    for (std::size_t d = 0; d < sizes_.size(); ++d) {
      for (std::uint32_t r = 0; r < routers_; ++r) {
        for (std::uint32_t x = coordinate(r, d) + 1; x < sizes_[d]; ++x) {
          const std::uint32_t other = r + (x - coordinate(r, d)) * strides_[d];
          wires_.connect(first_router_ + r, first_router_ + other, 1);
        }
      }
    }
  }

  [[nodiscard]] NetworkFacts facts() const override {
    const int ends = terminals_ == 0 ? 0 : 2;
    NetworkFacts out{.endpoints = wires_.endpoints,
                     .switches = std::int64_t{wires_.vertices} - wires_.endpoints,
                     .cables = static_cast<std::int64_t>(wires_.links.size() / 2)};
    const BytesPerSecond rate = wires_.kinds[1].bandwidth;
    double hops = ends;  // mean over all pairs, an endpoint with itself too
    BytesPerSecond host{std::numeric_limits<double>::infinity()};
    if (ends > 0) host = wires_.kinds[0].bandwidth * (0.5 * wires_.endpoints);
    out.bisection = host;
    std::uint32_t least = 0;
    for (const std::uint32_t s : sizes_) {
      if (s < 2) continue;
      ++out.diameter;
      hops += 1.0 - 1.0 / s;
      // Cliques in equal halves: (P / S) (S / 2)^2; the shortest cliques are cut with least loss
      // (Lindsey, "Assignment of numbers to vertices", 1964).
      if (least == 0 || s < least) least = s;
    }
    if (least > 0) {
      const double cut = routers_ / least * static_cast<double>(least / 2) * (least - least / 2);
      if (rate * cut < out.bisection) {
        out.bisection = rate * cut;
        // A single clique of any size; else the halves must be whole layers.
        out.bisection_is_bound = least % 2 != 0 && (routers_ != least || terminals_ > 1);
      }
    }
    if (wires_.endpoints == 1) out.bisection = BytesPerSecond{};
    if (out.diameter > 0) out.diameter += ends;
    if (out.diameter == 0 && terminals_ > 1) out.diameter = ends;
    const double n = wires_.endpoints;
    if (n > 1) out.average_hops = (n * hops - ends) / (n - 1.0);
    const auto optical = [&](std::size_t kind, std::int64_t cables) {
      if (wires_.kinds[kind].optical) out.optical_cables += cables;
    };
    optical(0, first_router_);
    optical(1, out.cables - first_router_);
    return out;
  }

  [[nodiscard]] std::string vertex_name(std::uint32_t v) const override {
    if (v < first_router_) return fmt::format("host {}", v);
    std::string out = terminals_ == 0 ? "(" : "router (";
    for (std::size_t d = 0; d < sizes_.size(); ++d) {
      out += fmt::format("{}{}", d == 0 ? "" : ",", coordinate(v - first_router_, d));
    }
    return out + ")";
  }

  [[nodiscard]] int distance(std::uint32_t vertex, std::uint32_t endpoint) const override {
    if (vertex == endpoint) return 0;
    int out = (vertex < first_router_ ? 1 : 0) + (endpoint < first_router_ ? 1 : 0);
    const std::uint32_t a = router(vertex);
    const std::uint32_t b = router(endpoint);
    for (std::size_t d = 0; d < sizes_.size(); ++d) {
      if (coordinate(a, d) != coordinate(b, d)) ++out;
    }
    return out;
  }

  [[nodiscard]] bool endpoints_forward() const override { return terminals_ == 0; }

  [[nodiscard]] std::optional<RouteSymmetry> symmetry() const override {
    std::vector<VertexMap> maps;
    for (std::size_t d = 0; d < sizes_.size(); ++d) {
      maps.emplace_back([this, d](std::uint32_t v) {
        const std::uint32_t r = rotated(router(v), d);
        return v < first_router_ ? r * terminals_ + v % terminals_ : first_router_ + r;
      });
    }
    maps.emplace_back([this](std::uint32_t v) {
      if (v >= first_router_) return v;
      return v / terminals_ * terminals_ + (v + 1) % terminals_;
    });
    return symmetry_of(wires_, maps);
  }

 private:
  [[nodiscard]] std::uint32_t coordinate(std::uint32_t r, std::size_t d) const {
    return r / strides_[d] % sizes_[d];
  }
  [[nodiscard]] std::uint32_t rotated(std::uint32_t r, std::size_t d) const {
    const bool wraps = coordinate(r, d) + 1 == sizes_[d];
    return wraps ? r - (sizes_[d] - 1) * strides_[d] : r + strides_[d];
  }
  [[nodiscard]] std::uint32_t router(std::uint32_t v) const {
    return v < first_router_ ? v / terminals_ : v - first_router_;
  }

  std::vector<std::uint32_t> sizes_;
  std::vector<std::uint32_t> strides_;
  std::uint32_t routers_ = 1;
  std::uint32_t terminals_;
  std::uint32_t first_router_ = 0;
};

std::unique_ptr<Topology> make(const std::vector<int>& shape, int terminals, const LinkSpec& link,
                               const LinkSpec& router_link, const char* key, TopologyCheck& check) {
  check.range(key, static_cast<std::int64_t>(shape.size()), 1, kMostDimensions);
  double routers = 1.0;
  double to_others = 0.0;
  for (const int s : shape) {
    check.range(key, s, 1, kMostLinks);
    routers *= s;
    to_others += s - 1.0;
  }
  check.range("terminals", terminals, 0, kMostLinks);
  check.link("router_link", router_link);
  check.size(routers * (1.0 + terminals), routers * (to_others / 2.0 + terminals));
  if (!check.passed()) return nullptr;
  return std::make_unique<HyperX>(shape, terminals, link, router_link);
}

std::unique_ptr<Topology> build_hyperx(HyperXConfig& c, const LinkSpec& link,
                                       TopologyCheck& check) {
  return make(c.shape, c.terminals, link, c.router_link.value_or(link), "shape", check);
}
std::unique_ptr<Topology> build_butterfly(FlattenedButterflyConfig& c, const LinkSpec& link,
                                          TopologyCheck& check) {
  check.range("dimensions", c.dimensions, 1, kMostDimensions);
  if (!check.passed()) return nullptr;
  return make(std::vector<int>(static_cast<std::size_t>(c.dimensions), c.radix), c.radix, link,
              c.router_link.value_or(link), "radix", check);
}
std::unique_ptr<Topology> build_hypercube(HypercubeConfig& c, const LinkSpec& link,
                                          TopologyCheck& check) {
  check.range("dimensions", c.dimensions, 1, kMostDimensions);
  if (!check.passed()) return nullptr;
  return make(std::vector<int>(static_cast<std::size_t>(c.dimensions), 2), 0, link, link,
              "dimensions", check);
}
std::unique_ptr<Topology> build_full_mesh(FullMeshConfig& c, const LinkSpec& link,
                                          TopologyCheck& check) {
  return make({c.endpoints}, 0, link, link, "endpoints", check);
}

}  // namespace

TopologyFamily hyperx_family() {
  return family_of<HyperXConfig, build_hyperx>("hyperx", "grid of routers, lines fully joined");
}
TopologyFamily flattened_butterfly_family() {
  return family_of<FlattenedButterflyConfig, build_butterfly>(
      "flattened_butterfly", "HyperX with as many endpoints a router as routers a line");
}
TopologyFamily hypercube_family() {
  return family_of<HypercubeConfig, build_hypercube>("hypercube", "2^n endpoints of n cables");
}
TopologyFamily full_mesh_family() {
  return family_of<FullMeshConfig, build_full_mesh>("fully_connected", "a cable for each pair");
}

}  // namespace orrery
