// Multi-plane: the same network several times over, with the endpoints in common: each has a port
// in every plane, and no cable joins two planes.
#include <fmt/format.h>

#include "orrery/network/graph/search/counted_facts.hpp"
#include "orrery/network/topologies/builtins.hpp"
#include "orrery/network/topologies/wired.hpp"

namespace orrery {
namespace {

struct MultiPlaneConfig {
  int planes = 0;
};

template <class V>
void describe(V& v, MultiPlaneConfig& c) {
  v("planes", c.planes, "copies of the network, each with a port at every endpoint", kRequired);
}

}  // namespace

template <>
struct TopologyKeysOf<MultiPlaneConfig> {
  static constexpr TopologyKey keys[kMostTopologyKeys] = {{"plane", "the network of each"}};
};

namespace {

// A link of one plane as a link of all: planes follow each other, each in the plane's own order.
struct PlaneLinks {
  std::size_t links = 0;  // of one plane
  std::uint32_t planes = 0;
  [[nodiscard]] LinkId in(std::uint32_t plane, LinkId l) const {
    return static_cast<LinkId>(plane * links + index(l));
  }
};

// A plane's own routing: packets and fluid are striped over the planes, each by the plane's way.
class Striped final : public Routing {
 public:
  Striped(std::unique_ptr<Routing> plane, const PlaneLinks& links)
      : plane_(std::move(plane)), links_(links) {}

  void route(std::uint32_t from, std::uint32_t to, std::uint64_t choice,
             std::vector<Hop>& way) const override {
    move_to(static_cast<std::uint32_t>(choice % links_.planes), way,
            [&] { plane_->route(from, to, choice / links_.planes, way); });
  }
  void spread(std::uint32_t from, std::uint32_t to, std::uint64_t choice,
              std::vector<LinkShare>& shares) const override {
    std::vector<LinkShare> one;
    plane_->spread(from, to, choice, one);
    for (std::uint32_t p = 0; p < links_.planes; ++p) {
      for (const LinkShare& s : one)
        shares.push_back({links_.in(p, s.link), s.share / links_.planes});
    }
  }
  [[nodiscard]] bool has_detours() const override { return plane_->has_detours(); }
  void detour(std::uint32_t from, std::uint32_t to, std::uint64_t choice,
              std::vector<Hop>& way) const override {
    move_to(static_cast<std::uint32_t>(choice % links_.planes), way,
            [&] { plane_->detour(from, to, choice / links_.planes, way); });
  }
  [[nodiscard]] bool per_packet() const override { return true; }
  [[nodiscard]] int channels() const override { return plane_->channels(); }

 private:
  // What `add` appends, in that plane.
  template <class Add>
  void move_to(std::uint32_t plane, std::vector<Hop>& way, Add&& add) const {
    const std::size_t first = way.size();
    add();
    for (std::size_t i = first; i < way.size(); ++i) way[i].link = links_.in(plane, way[i].link);
  }

  std::unique_ptr<Routing> plane_;
  const PlaneLinks& links_;
};

class MultiPlane : public WiredTopology {
 public:
  MultiPlane(std::unique_ptr<Topology> plane, std::uint32_t planes)
      : WiredTopology(ChannelRule::PerHop),
        plane_(std::move(plane)),
        links_{plane_->wires().links.size(), planes} {
    const Wires& one = plane_->wires();
    switches_ = one.vertices - one.endpoints;
    wires_.endpoints = one.endpoints;
    wires_.vertices = one.endpoints + planes * switches_;
    wires_.kinds = one.kinds;
    wires_.links.reserve(links_.links * planes);
    for (std::uint32_t p = 0; p < planes; ++p) {
      const auto in_plane = [&](std::uint32_t v) {
        return v < one.endpoints ? v : v + p * switches_;
      };
      for (const Link& l : one.links)
        wires_.links.push_back({in_plane(l.from), in_plane(l.to), l.kind});
      wires_.failed.insert(wires_.failed.end(), one.failed.begin(), one.failed.end());
    }
    facts_ = plane_->facts();
    const NetworkFacts counted = counts_of(wires_);
    facts_.switches = counted.switches;
    facts_.cables = counted.cables;
    facts_.optical_cables = counted.optical_cables;
    facts_.bisection *= static_cast<double>(planes);
  }

  [[nodiscard]] NetworkFacts facts() const override { return facts_; }

  [[nodiscard]] std::string vertex_name(std::uint32_t v) const override {
    if (v < wires_.endpoints) return plane_->vertex_name(v);
    return fmt::format("plane {}/{}", (v - wires_.endpoints) / switches_,
                       plane_->vertex_name(in_one(v)));
  }
  // A change of planes at an endpoint leads to nothing nearer: the planes are alike.
  [[nodiscard]] int distance(std::uint32_t vertex, std::uint32_t endpoint) const override {
    return plane_->distance(vertex < wires_.endpoints ? vertex : in_one(vertex), endpoint);
  }
  [[nodiscard]] bool endpoints_forward() const override { return plane_->endpoints_forward(); }
  [[nodiscard]] std::vector<std::string_view> fixed_routings() const override {
    return plane_->fixed_routings();
  }

 protected:
  // All of the plane's but those that search the wires anew, which take any plane hop by hop.
  [[nodiscard]] std::vector<std::string_view> own_routings() const override {
    std::vector<std::string_view> out;
    for (const std::string_view name : plane_->routings()) {
      if (!is_general(name)) out.push_back(name);
    }
    return out;
  }
  [[nodiscard]] std::unique_ptr<Routing> own_routing(std::string_view name,
                                                     std::uint64_t seed) const override {
    return std::make_unique<Striped>(plane_->routing(name, seed), links_);
  }

 private:
  [[nodiscard]] std::uint32_t in_one(std::uint32_t v) const {
    return wires_.endpoints + (v - wires_.endpoints) % switches_;
  }

  std::unique_ptr<Topology> plane_;
  PlaneLinks links_;
  std::uint32_t switches_ = 0;
  NetworkFacts facts_;
};

std::unique_ptr<Topology> build(MultiPlaneConfig& c, const LinkSpec& link, TopologyCheck& check) {
  constexpr int kMostPlanes = 1'000;
  check.range("planes", c.planes, 1, kMostPlanes);
  if (!check.passed()) return nullptr;
  MadeTopology plane = make_topology(*check.node().find("plane"), link);
  if (!plane) {
    for (const Error& e : plane.error()) check.fail_at(e.where, e.what);
    return nullptr;
  }
  const Wires& one = (*plane)->wires();
  if (one.vertices == one.endpoints) {
    check.fail("plane",
               "saw a network without switches; expected one whose endpoints hang from "
               "switches");
    return nullptr;
  }
  check.size(one.endpoints + double{1} * c.planes * (one.vertices - one.endpoints),
             double{0.5} * c.planes * static_cast<double>(one.links.size()));
  if (!check.passed()) return nullptr;
  return std::make_unique<MultiPlane>(std::move(*plane), static_cast<std::uint32_t>(c.planes));
}

}  // namespace

TopologyFamily multi_plane_family() {
  return family_of<MultiPlaneConfig, build>("multi_plane", "a network several times over");
}

}  // namespace orrery
