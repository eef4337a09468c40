#include "orrery/network/topologies/trees/rail_route.hpp"

#include "orrery/base/rng.hpp"
#include "orrery/network/graph/graph.hpp"

namespace orrery {
namespace {

class Pxn final : public Routing {
 public:
  Pxn(const RailCounts& counts, std::uint64_t seed) : c_(counts), seed_(seed) {}

  void route(std::uint32_t from, std::uint32_t to, std::uint64_t choice,
             std::vector<Hop>& way) const override {
    if (from == to) return;
    const std::uint64_t flow = hash(from, to, choice);
    const std::uint32_t relay = relay_of(from, to);
    if (relay != from) {
      const auto plane = static_cast<std::uint32_t>(flow % c_.planes);
      way.push_back({c_.to_plane(from, plane), 0});
      way.push_back({opposite(c_.to_plane(relay, plane)), 0});
    }
    if (relay != to) along_rail(relay, to, flow, [&](LinkId l) { way.push_back({l, 0}); });
  }

  // Switches of a node share its traffic evenly, as NVLink stripes it; spines are picked by flow.
  void spread(std::uint32_t from, std::uint32_t to, std::uint64_t choice,
              std::vector<LinkShare>& shares) const override {
    if (from == to) return;
    const std::uint32_t relay = relay_of(from, to);
    for (std::uint32_t plane = 0; relay != from && plane < c_.planes; ++plane) {
      shares.push_back({c_.to_plane(from, plane), 1.0 / c_.planes});
      shares.push_back({opposite(c_.to_plane(relay, plane)), 1.0 / c_.planes});
    }
    if (relay != to)
      along_rail(relay, to, hash(from, to, choice), [&](LinkId l) { shares.push_back({l, 1.0}); });
  }

 private:
  [[nodiscard]] std::uint64_t hash(std::uint32_t from, std::uint32_t to,
                                   std::uint64_t choice) const {
    return mixed(mixed(mixed(seed_ ^ from) ^ to) ^ choice);
  }
  // The sender itself on the receiver's rail, else its node's GPU with the receiver's number.
  [[nodiscard]] std::uint32_t relay_of(std::uint32_t from, std::uint32_t to) const {
    if (c_.node(from) == c_.node(to)) return to;
    if (c_.rail(from) == c_.rail(to)) return from;
    return c_.node(from) * c_.gpus + to % c_.gpus;
  }
  template <class Take>
  void along_rail(std::uint32_t from, std::uint32_t to, std::uint64_t flow, Take&& take) const {
    take(c_.to_leaf(from));
    if (c_.leaf(from) != c_.leaf(to)) {
      const auto spine = static_cast<std::uint32_t>(mixed(flow) % c_.spines);
      take(c_.to_spine(c_.leaf(from), spine));
      take(opposite(c_.to_spine(c_.leaf(to), spine)));
    }
    take(opposite(c_.to_leaf(to)));
  }

  RailCounts c_;
  std::uint64_t seed_;
};

}  // namespace

std::unique_ptr<Routing> pxn(const RailCounts& counts, std::uint64_t seed) {
  return std::make_unique<Pxn>(counts, seed);
}

}  // namespace orrery
