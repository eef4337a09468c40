#include "orrery/network/fabric/max_min_exchange.hpp"

#include <optional>
#include <utility>

#include "orrery/network/fabric/classes/flow_classes.hpp"
#include "orrery/network/fabric/fluid/fluid_engine.hpp"

namespace orrery {
namespace {

// Streams are looked up by `from`; a carrier is a class of carriers.
class ClassNetwork final : public FluidNetwork {
 public:
  explicit ClassNetwork(const FlowClasses& classes) : classes_(classes) {}
  [[nodiscard]] const std::vector<double>& capacities() const override {
    return classes_.capacities;
  }
  Seconds path(const Message& m, std::vector<LinkUse>& uses) override {
    const auto own = classes_.rows.uses.of(m.from);
    uses.insert(uses.end(), own.begin(), own.end());
    return Seconds{classes_.rows.latency[m.from]};
  }
  [[nodiscard]] std::vector<double> by_link(std::vector<double> by_class) const override {
    std::vector<double> out;
    out.reserve(classes_.class_of_carrier.size());
    for (const std::uint32_t c : classes_.class_of_carrier) out.push_back(by_class[c]);
    return out;
  }

 private:
  const FlowClasses& classes_;
};

// Notes when the messages of each class arrive.
class NotedDeliveries final : public Traffic {
 public:
  NotedDeliveries(Traffic& inner, const std::vector<double>& count)
      : inner_(inner), count_(count) {}
  void begin(Injector& network) override { inner_.begin(network); }
  void delivered(std::uint64_t tag, Injector& network) override {
    noted_.push_back({network.now(), count_[tag]});
    inner_.delivered(tag, network);
  }
  [[nodiscard]] std::vector<Deliveries> take() { return std::move(noted_); }

 private:
  Traffic& inner_;
  const std::vector<double>& count_;
  std::vector<Deliveries> noted_;
};

FabricResult play_by_class(const Exchange& exchange, const FlowRows& rows, FluidNetwork& network) {
  const FlowClasses classes = flow_classes(exchange, rows, network.capacities());
  ClassNetwork quotient(classes);
  const auto streams = traffic_of(classes.exchange);
  NotedDeliveries traffic(*streams, classes.rows.count);
  FabricResult out = FluidEngine(quotient).play(traffic);
  out.deliveries = traffic.take();
  out.link_bytes = network.by_link(quotient.by_link(std::move(out.link_bytes)));
  double messages = 0.0;
  for (std::size_t c = 0; c < classes.rows.count.size(); ++c) {
    messages += classes.rows.count[c] * classes.exchange.streams[c].rounds;
  }
  out.messages = static_cast<std::uint64_t>(messages);
  return out;
}

// What was played stands for so many images of it.
FabricResult times(std::uint64_t images, FabricResult out) {
  out.messages *= images;
  for (Deliveries& d : out.deliveries) d.messages *= static_cast<double>(images);
  return out;
}

// The symmetry that keeps every endpoint where it is.
RouteSymmetry no_symmetry(const Wires& wires) {
  RouteSymmetry out;
  for (std::uint32_t e = 0; e < wires.endpoints; ++e) out.representatives.push_back(e);
  for (std::uint32_t l = 0; l < wires.links.size(); ++l) out.orbit.push_back(l);
  out.members.assign(wires.links.size(), 1);
  return out;
}

RouteSymmetry symmetry_of(const Wires& wires, const Routing& routing) {
  std::optional<RouteSymmetry> known = routing.symmetry();
  return known ? std::move(*known) : no_symmetry(wires);
}

}  // namespace

FabricResult max_min_exchange(const Wires& wires, const Routing& routing,
                              const Exchange& exchange) {
  if (!exchange.stands_for_images) {
    EveryLink network(wires, routing);
    return play_by_class(exchange, flow_rows(exchange, network), network);
  }
  const RouteSymmetry symmetry = symmetry_of(wires, routing);
  LinkOrbits network(wires, routing, symmetry);
  return times(symmetry.order, play_by_class(exchange, flow_rows(exchange, network), network));
}

FabricResult max_min_all_to_all(const Wires& wires, const Routing& routing, Bytes size) {
  const RouteSymmetry symmetry = symmetry_of(wires, routing);
  LinkOrbits network(wires, routing, symmetry);
  DistinctRows distinct;
  std::vector<LinkUse> uses;
  for (const std::uint32_t from : symmetry.representatives) {
    for (std::uint32_t to = 0; to < wires.endpoints; ++to) {
      if (to == from) continue;
      uses.clear();
      const Seconds latency = network.path({from, to, size}, uses);
      distinct.add(uses, latency.value());
    }
  }
  Exchange exchange;
  exchange.streams.assign(distinct.rows().count.size(), Stream{.size = size});
  return times(symmetry.order, play_by_class(exchange, distinct.rows(), network));
}

}  // namespace orrery
