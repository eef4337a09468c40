#include "orrery/network/routings/valiant.hpp"

namespace orrery {
namespace {

// Up, down and up again is no tree's way any more: each hop has its own channel.
constexpr ChannelRule kRule = ChannelRule::PerHop;

class Valiant : public Routing {
 public:
  Valiant(const Topology& topology, std::uint64_t seed)
      : minimal_(topology, seed),
        short_of_(topology.endpoints_forward() ? 0 : 1),
        channels_(channels_for(topology, kRule, 2 * longest_way(topology.facts()))) {}

  void route(std::uint32_t from, std::uint32_t to, std::uint64_t choice,
             std::vector<Hop>& way) const override {
    if (from == to) return;
    const std::uint64_t flow = minimal_.flow(from, to, choice);
    const auto middle = static_cast<std::uint32_t>(flow % minimal_.topology().wires().endpoints);
    std::vector<LinkId> links;
    const std::uint32_t turn = minimal_.walk(from, middle, flow, short_of_, links);
    minimal_.walk(turn, to, flow + 1, 0, links);
    append_hops(minimal_.topology(), kRule, links, way);
  }

  void spread(std::uint32_t from, std::uint32_t to, std::uint64_t /*choice*/,
              std::vector<LinkShare>& shares) const override {
    if (from == to) return;
    const std::size_t first = shares.size();
    const std::uint32_t endpoints = minimal_.topology().wires().endpoints;
    for (std::uint32_t middle = 0; middle < endpoints; ++middle) {
      for (const auto& [turn, share] :
           minimal_.pour(from, middle, 1.0 / endpoints, short_of_, shares)) {
        minimal_.pour(turn, to, share, 0, shares);
      }
      if (shares.size() > first + kMostUnmerged) merge(shares, first);
    }
    merge(shares, first);
  }

  [[nodiscard]] bool per_packet() const override { return true; }
  [[nodiscard]] int channels() const override { return channels_; }
  [[nodiscard]] std::optional<RouteSymmetry> symmetry() const override {
    return minimal_.topology().symmetry();
  }

 private:
  static constexpr std::size_t kMostUnmerged = 1 << 16;

  Minimal minimal_;
  int short_of_;  // the turn is at the middle's switch, where the middle forwards nothing
  int channels_;
};

}  // namespace

std::unique_ptr<Routing> valiant(const Topology& topology, std::uint64_t seed) {
  return std::make_unique<Valiant>(topology, seed);
}

}  // namespace orrery
