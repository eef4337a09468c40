// The wires of a topology as ns-3 nodes and point-to-point links; flows go the ways that a routing
// of ours gives.
#pragma once
#include <ns3/internet-module.h>
#include <ns3/network-module.h>
#include <ns3/point-to-point-module.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "orrery/network/routing.hpp"
#include "orrery/network/topology.hpp"

namespace orrery::test {

class Ns3Network {
 public:
  // `queue`: of each device, such as "100p". Addresses come later: a queue disc goes in between.
  Ns3Network(const Wires& wires, const std::string& queue) : wires_(wires) {
    nodes_.Create(wires.vertices);
    ns3::InternetStackHelper stack;
    stack.SetRoutingHelper(statics_);
    stack.Install(nodes_);
    for (std::uint32_t l = 0; l < wires.links.size(); l += 2) {
      const Link& link = wires.links[l];
      const LinkKind& kind = wires.kinds[link.kind];
      ns3::PointToPointHelper cable;
      const auto bits = static_cast<std::uint64_t>(kind.bandwidth.value() * 8);
      const auto delay = static_cast<std::uint64_t>(kind.latency.value() * 1e9 + 0.5);
      cable.SetDeviceAttribute("DataRate", ns3::DataRateValue(ns3::DataRate(bits)));
      cable.SetChannelAttribute("Delay", ns3::TimeValue(ns3::NanoSeconds(delay)));
      cable.SetQueue("ns3::DropTailQueue", "MaxSize", ns3::QueueSizeValue(ns3::QueueSize(queue)));
      cables_.push_back(cable.Install(nodes_.Get(link.from), nodes_.Get(link.to)));
    }
  }

  void assign_addresses() {
    interface_.resize(wires_.links.size());
    address_.resize(wires_.vertices);
    for (std::uint32_t l = 0; l < wires_.links.size(); l += 2) {
      const Link& link = wires_.links[l];
      ns3::Ipv4AddressHelper addresses(ns3::Ipv4Address(0x0a000000 + 4 * (l / 2)),
                                       "255.255.255.252");
      const auto ends = addresses.Assign(cables_[l / 2]);
      interface_[l] = ends.Get(0).second;
      interface_[l + 1] = ends.Get(1).second;
      for (const std::uint32_t end : {0u, 1u}) {
        const std::uint32_t vertex = end == 0 ? link.from : link.to;
        if (address_[vertex] == ns3::Ipv4Address()) address_[vertex] = ends.GetAddress(end);
      }
    }
  }

  // From now on packets of the pair go this way.
  void route(const Routing& routing, std::uint32_t from, std::uint32_t to) {
    std::vector<Hop> way;
    routing.route(from, to, 0, way);
    for (const Hop& hop : way) {
      const auto l = static_cast<std::uint32_t>(index(hop.link));
      const std::uint32_t at = wires_.links[l].from;
      if (!known_.emplace(at, to).second) continue;
      statics_.GetStaticRouting(nodes_.Get(at)->GetObject<ns3::Ipv4>())
          ->AddHostRouteTo(address_[to], interface_[l]);
    }
  }

  [[nodiscard]] ns3::Ptr<ns3::Node> node(std::uint32_t vertex) const { return nodes_.Get(vertex); }
  [[nodiscard]] ns3::Ipv4Address address(std::uint32_t vertex) const { return address_[vertex]; }
  [[nodiscard]] const std::vector<ns3::NetDeviceContainer>& cables() const { return cables_; }

 private:
  const Wires& wires_;
  ns3::NodeContainer nodes_;
  ns3::Ipv4StaticRoutingHelper statics_;
  std::vector<ns3::NetDeviceContainer> cables_;
  std::vector<std::uint32_t> interface_;                     // by link
  std::vector<ns3::Ipv4Address> address_;                    // by vertex
  std::set<std::pair<std::uint32_t, std::uint32_t>> known_;  // vertex, destination
};

}  // namespace orrery::test
