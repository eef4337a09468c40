// WiredTopology: what families share: their wires, and the routings that suit any topology.
// SearchedTopology: one without closed forms; distances by search, facts counted.
#pragma once
#include <optional>

#include "orrery/network/graph/search/distances.hpp"
#include "orrery/network/routings/minimal.hpp"
#include "orrery/network/topology.hpp"

namespace orrery {

// Whether the name is of a routing that suits any topology, where channels suffice.
[[nodiscard]] bool is_general(std::string_view routing);

class WiredTopology : public Topology {
 public:
  [[nodiscard]] const Wires& wires() const final { return wires_; }
  // The family's own, then ecmp, spray, valiant, ugal (where channels suffice) and up_down.
  [[nodiscard]] std::vector<std::string_view> routings() const override;
  [[nodiscard]] std::unique_ptr<Routing> routing(std::string_view name,
                                                 std::uint64_t seed) const final;

 protected:
  explicit WiredTopology(ChannelRule rule) : rule_(rule) {}
  [[nodiscard]] std::vector<std::string_view> general_routings() const;
  [[nodiscard]] virtual std::vector<std::string_view> own_routings() const { return {}; }
  // Only asked for names of own_routings().
  [[nodiscard]] virtual std::unique_ptr<Routing> own_routing(std::string_view name,
                                                             std::uint64_t seed) const;

  Wires wires_;

 private:
  ChannelRule rule_;
};

class SearchedTopology : public WiredTopology {
 public:
  [[nodiscard]] int distance(std::uint32_t vertex, std::uint32_t endpoint) const override {
    return distances_.between(vertex, endpoint);
  }
  [[nodiscard]] std::vector<int> distances(std::uint32_t endpoint, int far) const override {
    return distances_.field(endpoint, far);
  }

 protected:
  SearchedTopology(Wires wires, ChannelRule rule)
      : WiredTopology(rule), distances_(take(std::move(wires))) {}
  [[nodiscard]] const RouterGraph& routers() const { return distances_.routers(); }

 private:
  const Wires& take(Wires wires) {
    wires_ = std::move(wires);
    return wires_;
  }

  Distances distances_;
};

}  // namespace orrery
