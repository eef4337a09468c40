// SimGrid as an oracle: the same timed flows over the same links, its plain max-min model.
//
// One engine a process is all that SimGrid allows, so platforms that are to be compared stand side
// by side in one, without a link between them.
#pragma once
#include <simgrid/s4u.hpp>
#include <string>
#include <vector>

#include "orrery/network/fabric/fluid/fluid_network.hpp"
#include "support/flows.hpp"

namespace orrery::test {

class SimGrid {
 public:
  SimGrid() : engine_("orrery") {
    // CM02 without its corrections for TCP is max-min sharing where links have no latency. By
    // default times are rounded to 1e-9 s, which adds up to 2e-8 s over a few hundred flows.
    for (const char* setting :
         {"network/model:CM02", "network/bandwidth-factor:1", "network/latency-factor:1",
          "network/weight-S:0", "network/crosstraffic:0", "network/TCP-gamma:1e30",
          "contexts/stack-size:64", "surf/precision:1e-12"}) {
      simgrid::s4u::Engine::set_config(setting);
    }
    zone_ = simgrid::s4u::create_full_zone("all");
  }

  // Appends a platform and what it is to carry. Flows keep their order.
  void add(std::uint32_t endpoints, FluidNetwork& network, const std::vector<TimedFlow>& flows) {
    const std::string name = std::to_string(platforms_++) + ".";
    std::vector<simgrid::s4u::Host*> hosts;
    for (std::uint32_t e = 0; e < endpoints; ++e) {
      hosts.push_back(zone_->create_host(name + "h" + std::to_string(e), 1e9)->seal());
    }
    std::vector<simgrid::s4u::Link*> links;
    for (std::size_t l = 0; l < network.capacities().size(); ++l) {
      links.push_back(zone_->create_link(name + "l" + std::to_string(l), network.capacities()[l])
                          ->set_latency(0)
                          ->seal());
    }
    std::vector<LinkUse> uses;
    for (std::uint32_t a = 0; a < endpoints; ++a) {
      for (std::uint32_t b = 0; b < endpoints; ++b) {
        if (a == b) continue;
        uses.clear();
        network.path({a, b}, uses);
        std::vector<simgrid::s4u::LinkInRoute> route;
        for (const LinkUse& u : uses) route.emplace_back(links[u.link]);
        zone_->add_route(hosts[a]->get_netpoint(), hosts[b]->get_netpoint(), nullptr, nullptr,
                         route, false);
      }
    }
    for (const TimedFlow& f : flows) flows_.push_back({hosts[f.from], hosts[f.to], f});
  }

  // When each flow ended, of all platforms in the order they were added. Once.
  std::vector<double> run() {
    zone_->seal();
    std::vector<double> end(flows_.size());
    for (std::size_t i = 0; i < flows_.size(); ++i) {
      const PlacedFlow flow = flows_[i];
      simgrid::s4u::Actor::create("flow", flow.from, [flow, i, &end] {
        if (flow.flow.start > 0) simgrid::s4u::this_actor::sleep_until(flow.flow.start);
        simgrid::s4u::Comm::sendto(flow.from, flow.to, static_cast<std::uint64_t>(flow.flow.size));
        end[i] = simgrid::s4u::Engine::get_clock();
      });
    }
    engine_.run();
    return end;
  }

  // All flows start together, and again when all have ended; the time of the last end. Once.
  double run_in_rounds(int rounds) {
    using simgrid::s4u::Comm;
    zone_->seal();
    simgrid::s4u::Actor::create("rounds", flows_.front().from, [this, rounds] {
      for (int round = 0; round < rounds; ++round) {
        std::vector<simgrid::s4u::CommPtr> open;
        for (const PlacedFlow& f : flows_) {
          const auto bytes = static_cast<std::uint64_t>(f.flow.size);
          open.push_back(Comm::sendto_async(f.from, f.to, bytes));
        }
        Comm::wait_all(open);
      }
    });
    engine_.run();
    return simgrid::s4u::Engine::get_clock();
  }

 private:
  struct PlacedFlow {
    simgrid::s4u::Host* from;
    simgrid::s4u::Host* to;
    TimedFlow flow;
  };

  simgrid::s4u::Engine engine_;
  simgrid::s4u::NetZone* zone_ = nullptr;
  std::vector<PlacedFlow> flows_;
  int platforms_ = 0;
};

}  // namespace orrery::test
