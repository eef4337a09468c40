#include "orrery/network/fabric/max_min.hpp"

#include "orrery/network/fabric/fluid/fluid_engine.hpp"

namespace orrery {
namespace {

class MaxMinFabric final : public Fabric {
 public:
  MaxMinFabric(const Wires& wires, const Routing& routing) : network_(wires, routing) {}
  [[nodiscard]] const char* name() const override { return "max_min"; }
  FabricResult run(Traffic& traffic) override {
    return FluidEngine(network_).play(traffic, watch_);
  }

 private:
  EveryLink network_;
};

}  // namespace

std::unique_ptr<Fabric> make_max_min(const Wires& wires, const Routing& routing) {
  return std::make_unique<MaxMinFabric>(wires, routing);
}

}  // namespace orrery
