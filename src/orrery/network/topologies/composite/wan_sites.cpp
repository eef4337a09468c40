// Sites joined by long-distance links: each site is a network of its own with gateways above it,
// and a cable between two sites is as slow as light in that much fibre.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "orrery/network/graph/graph.hpp"
#include "orrery/network/topologies/builtins.hpp"
#include "orrery/network/topologies/composite/copies.hpp"

namespace orrery {
namespace {

constexpr double kMetresPerSecond =
    299'792'458.0;  // of light in vacuum, by definition of the metre
// Group index of standard single-mode fibre (SMF-28, G.652.D): pingdo.net/tools/refractive-index,
// read 2026-11-25; makers' sheets differ from it in the third digit behind the point.
constexpr double kFibreIndex = 1.467;

struct WanRoute {
  int a = 0;
  int b = 0;
  std::string distance;
};

struct WanSitesConfig {
  int sites = 0;
  std::string distance;
  std::vector<WanRoute> routes;
  int gateways = 1;
  LinkSpec wan_link;
  std::optional<LinkSpec> gateway_link;
  double refractive_index = kFibreIndex;
  std::int64_t seed = 1;
};

template <class V>
void describe(V& v, WanRoute& r) {
  v("a", r.a, "a site, from 0", kRequired);
  v("b", r.b, "another", kRequired);
  v("distance", r.distance, "of fibre between them, such as 800 km", kRequired);
}

template <class V>
void describe(V& v, WanSitesConfig& c) {
  v("sites", c.sites, "how many, all alike", kRequired);
  v("distance", c.distance, "of fibre between any two, such as 800 km; or routes");
  v("routes", c.routes, "instead: which sites are joined, and how far apart they are");
  v("gateways", c.gateways, "switches of a site, each with a cable on every route");
  v("wan_link", c.wan_link, "between gateways; its latency is added to the fibre's", kRequired);
  v("gateway_link", c.gateway_link, "of a gateway to the site; as link when not given");
  v("refractive_index", c.refractive_index,
    "of the fibre's group of waves: light is so much slower");
  v("seed", c.seed, "of sampled facts, where the network is large");
}

}  // namespace

template <>
struct TopologyKeysOf<WanSitesConfig> {
  static constexpr TopologyKey keys[kMostTopologyKeys] = {{"site", "the network of each"}};
};

namespace {

// Metres of `800 km` or `35 m`; negative where the text says none.
double metres(const std::string& text) {
  const bool is_km = text.ends_with("km");
  if (!text.ends_with("m")) return -1.0;
  std::string number = text.substr(0, text.size() - (is_km ? 2 : 1));
  while (!number.empty() && number.back() == ' ') number.pop_back();
  const auto parsed = parse_count(number);
  return parsed && std::isfinite(*parsed) ? *parsed * (is_km ? 1000.0 : 1.0) : -1.0;
}

struct Route {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  double metres = 0.0;
};

class WanSites : public CompositeTopology {
 public:
  WanSites(Copies copies, Wires wires, std::uint32_t gateways, std::uint64_t seed)
      : CompositeTopology(std::move(copies), std::move(wires), seed), gateways_(gateways) {}

  [[nodiscard]] std::string vertex_name(std::uint32_t v) const override {
    const std::uint32_t site = copies().copy_of(v);
    if (site < copies().count()) return fmt::format("site {}/{}", site, copies().name_in_part(v));
    v -= copies().joining(0);
    return fmt::format("gateway {}.{}", v / gateways_, v % gateways_);
  }

 private:
  std::uint32_t gateways_;
};

std::vector<Route> routes_of(const WanSitesConfig& c, TopologyCheck& check) {
  std::vector<Route> out;
  const auto length = [&](const std::string& text, const Node& at) {
    const double found = metres(text);
    if (!(found >= 0.0))
      check.fail_at(at.where(),
                    fmt::format("saw {}; expected a distance such as 800 km", one_line(text, 40)));
    return found;
  };
  const Node& node = check.node();
  if (c.routes.empty() == c.distance.empty()) {
    check.fail("sites", "saw neither or both of distance and routes; expected one");
    return out;
  }
  if (!c.distance.empty()) {
    const double far = length(c.distance, *node.find("distance"));
    for (int a = 0; a < c.sites; ++a) {
      for (int b = a + 1; b < c.sites; ++b)
        out.push_back({static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(b), far});
    }
    return out;
  }
  for (std::size_t i = 0; i < c.routes.size(); ++i) {
    const WanRoute& r = c.routes[i];
    const Node& at = node.find("routes")->items[i];
    if (r.a < 0 || r.b < 0 || r.a >= c.sites || r.b >= c.sites || r.a == r.b) {
      check.fail_at(at.where(), fmt::format("saw a route from {} to {}; expected two sites of 0 to "
                                            "{}",
                                            r.a, r.b, c.sites - 1));
    }
    const double far = length(r.distance, *at.find("distance"));
    out.push_back({static_cast<std::uint32_t>(r.a), static_cast<std::uint32_t>(r.b), far});
  }
  return out;
}

Wires joined(const Copies& copies, const WanSitesConfig& c, const std::vector<Route>& routes,
             const LinkSpec& gateway_link) {
  Wires out = copies.wires();
  const auto gateways = static_cast<std::uint32_t>(c.gateways);
  const auto gateway_kind = static_cast<std::uint32_t>(out.kinds.size());
  out.kinds.push_back(link_kind("gateway", gateway_link));
  for (std::uint32_t site = 0; site < copies.count(); ++site) {
    for (std::uint32_t g = 0; g < gateways; ++g) {
      for (const std::uint32_t port : copies.ports())
        out.connect(copies.vertex(site, port), copies.joining(site * gateways + g), gateway_kind);
    }
  }
  for (const Route& r : routes) {
    // t = n d / c
    LinkSpec wan = c.wan_link;
    wan.latency += Seconds{c.refractive_index * r.metres / kMetresPerSecond};
    wan.optical = true;
    LinkKind kind = link_kind(fmt::format("wan {} km", r.metres / 1000.0), wan);
    std::uint32_t number = gateway_kind + 1;
    while (number < out.kinds.size() && out.kinds[number].name != kind.name) ++number;
    if (number == out.kinds.size()) out.kinds.push_back(std::move(kind));
    for (std::uint32_t g = 0; g < gateways; ++g)
      out.connect(copies.joining(r.a * gateways + g), copies.joining(r.b * gateways + g), number);
  }
  if (!out.failed.empty()) out.failed.resize(out.links.size() / 2, false);
  return out;
}

std::unique_ptr<Topology> build(WanSitesConfig& c, const LinkSpec& link, TopologyCheck& check) {
  constexpr int kMostSites = 1'000;
  const LinkSpec gateway_link = c.gateway_link.value_or(link);
  check.range("sites", c.sites, 2, kMostSites);
  check.range("gateways", c.gateways, 1, kMostSites);
  check.link("wan_link", c.wan_link);
  check.link("gateway_link", gateway_link);
  if (!(c.refractive_index >= 1.0 && c.refractive_index <= 2.0))
    check.fail("refractive_index",
               fmt::format("saw refractive_index: {}; expected 1 to 2", c.refractive_index));
  if (!check.passed()) return nullptr;
  const std::vector<Route> routes = routes_of(c, check);
  MadeTopology site = make_topology(*check.node().find("site"), link);
  if (!site) {
    for (const Error& e : site.error()) check.fail_at(e.where, e.what);
  }
  if (!check.passed()) return nullptr;
  const auto gateways = static_cast<std::uint32_t>(c.gateways);
  const Wires& inside = (*site)->wires();
  check.size(double{1} * c.sites * (inside.vertices + gateways),
             c.sites * (static_cast<double>(inside.links.size()) / 2.0 +
                        double{1} * gateways * inside.vertices) +
                 static_cast<double>(routes.size()) * gateways);
  if (!check.passed()) return nullptr;
  Copies copies(std::move(*site), static_cast<std::uint32_t>(c.sites),
                gateways * static_cast<std::uint32_t>(c.sites));
  Wires wires = joined(copies, c, routes, gateway_link);
  const std::vector<int> far = distances_to(wires, Graph(wires), 0);
  for (int s = 1; s < c.sites; ++s) {
    if (far[copies.joining(static_cast<std::uint32_t>(s) * gateways)] != kUnreachable) continue;
    check.fail("routes", fmt::format("saw no way from site 0 to site {}; expected routes that join "
                                     "all sites",
                                     s));
    return nullptr;
  }
  return std::make_unique<WanSites>(std::move(copies), std::move(wires), gateways,
                                    static_cast<std::uint64_t>(c.seed));
}

}  // namespace

TopologyFamily wan_sites_family() {
  return family_of<WanSitesConfig, build>("wan_sites", "networks joined by long fibres");
}

}  // namespace orrery
