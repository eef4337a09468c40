#include "orrery/network/topologies/low_diameter/dragonfly_routing.hpp"

#include "orrery/base/rng.hpp"
#include "orrery/network/routings/minimal.hpp"

namespace orrery {
namespace {

using End = DragonflyShape::End;

class LocalGlobalLocal : public Routing {
 public:
  LocalGlobalLocal(const Topology& dragonfly, const DragonflyShape& shape, std::uint64_t seed)
      : dragonfly_(dragonfly), shape_(shape), seed_(seed) {}

  void route(std::uint32_t from, std::uint32_t to, std::uint64_t choice,
             std::vector<Hop>& way) const override {
    if (from == to) return;
    const std::uint64_t flow = hash(from, to, choice);
    Walk walk{shape_, shape_.home(from), 0, way};
    walk.take(DragonflyShape::up(from));
    if (walk.at.group != shape_.home(to).group) walk.to_group(shape_.home(to).group, flow);
    walk.to_router(shape_.home(to).router);
    walk.take(DragonflyShape::down(to));
  }
  [[nodiscard]] int channels() const override { return 2; }
  // Several cables of a pair of groups are told apart by a hash, which no rotation keeps.
  [[nodiscard]] std::optional<RouteSymmetry> symmetry() const override {
    return shape_.ports.cables == 1 ? dragonfly_.symmetry() : std::nullopt;
  }

 protected:
  // A way under construction, and how many global cables it has crossed.
  struct Walk {
    const DragonflyShape& shape;
    End at;
    std::uint8_t channel;
    std::vector<Hop>& way;

    void take(LinkId link) const { way.push_back({link, channel}); }
    void to_router(std::uint32_t router) {
      if (at.router == router) return;
      take(shape.local(at.group, at.router, router));
      at.router = router;
    }
    void to_group(std::uint32_t group, std::uint64_t flow) {
      const auto t = static_cast<std::uint32_t>(flow % shape.ports.cables);
      to_router(shape.ports.end(at.group, group, t).router);
      take(shape.global(at.group, group, t));
      at = shape.ports.end(group, at.group, t);
      ++channel;
    }
  };

  [[nodiscard]] std::uint64_t hash(std::uint32_t from, std::uint32_t to,
                                   std::uint64_t choice) const {
    return mixed(mixed(mixed(seed_ ^ from) ^ to) ^ choice);
  }

  const Topology& dragonfly_;
  const DragonflyShape& shape_;
  std::uint64_t seed_;
};

class ValiantGroups final : public LocalGlobalLocal {
 public:
  using LocalGlobalLocal::LocalGlobalLocal;

  void route(std::uint32_t from, std::uint32_t to, std::uint64_t choice,
             std::vector<Hop>& way) const override {
    if (stays_minimal(from, to)) {
      LocalGlobalLocal::route(from, to, choice, way);
      return;
    }
    const std::uint64_t flow = hash(from, to, choice);
    over(from, to, static_cast<std::uint32_t>(flow % (shape_.ports.groups - 2)), flow, way);
  }
  void spread(std::uint32_t from, std::uint32_t to, std::uint64_t choice,
              std::vector<LinkShare>& shares) const override {
    if (stays_minimal(from, to)) {
      LocalGlobalLocal::spread(from, to, choice, shares);
      return;
    }
    const std::size_t first = shares.size();
    const std::uint64_t flow = hash(from, to, choice);
    const std::uint32_t others = shape_.ports.groups - 2;
    std::vector<Hop> way;
    for (std::uint32_t i = 0; i < others; ++i) {
      way.clear();
      over(from, to, i, flow, way);
      for (const Hop& hop : way) shares.push_back({hop.link, 1.0 / others});
    }
    merge(shares, first);
  }
  [[nodiscard]] bool per_packet() const override { return true; }
  [[nodiscard]] int channels() const override { return 3; }
  // The hash picks the middle of a packet, and among several cables of a pair.
  [[nodiscard]] std::optional<RouteSymmetry> symmetry() const override { return std::nullopt; }

 private:
  [[nodiscard]] bool stays_minimal(std::uint32_t from, std::uint32_t to) const {
    return shape_.ports.groups < 3 || shape_.home(from).group == shape_.home(to).group;
  }
  // Over group `number` of those that are neither the first nor the last.
  void over(std::uint32_t from, std::uint32_t to, std::uint32_t number, std::uint64_t flow,
            std::vector<Hop>& way) const {
    const std::uint32_t a = shape_.home(from).group;
    const std::uint32_t b = shape_.home(to).group;
    std::uint32_t middle = number;
    if (middle >= std::min(a, b)) ++middle;
    if (middle >= std::max(a, b)) ++middle;
    Walk walk{shape_, shape_.home(from), 0, way};
    walk.take(DragonflyShape::up(from));
    walk.to_group(middle, flow);
    walk.to_group(b, mixed(flow));
    walk.to_router(shape_.home(to).router);
    walk.take(DragonflyShape::down(to));
  }
};

}  // namespace

std::unique_ptr<Routing> local_global_local(const Topology& dragonfly, const DragonflyShape& shape,
                                            std::uint64_t seed) {
  return std::make_unique<LocalGlobalLocal>(dragonfly, shape, seed);
}

std::unique_ptr<Routing> valiant_groups(const Topology& dragonfly, const DragonflyShape& shape,
                                        std::uint64_t seed) {
  return std::make_unique<ValiantGroups>(dragonfly, shape, seed);
}

}  // namespace orrery
