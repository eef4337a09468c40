// FluidNetwork: what a fluid message loads. A carrier is a link, or stands for links that are
// loaded alike (an orbit of a symmetry, a class of a partition); the engine never knows which.
#pragma once
#include <vector>

#include "orrery/network/fabric.hpp"
#include "orrery/network/fabric/rates/water_fill.hpp"

namespace orrery {

class FluidNetwork {
 public:
  virtual ~FluidNetwork() = default;
  [[nodiscard]] virtual const std::vector<double>& capacities() const = 0;  // bytes a second
  // Appends the carriers of a message, each at most once; returns the latency of its way. Throws
  // std::logic_error on an endpoint that does not exist.
  virtual Seconds path(const Message& message, std::vector<LinkUse>& uses) = 0;
  // Bytes on every link, from bytes on every carrier.
  [[nodiscard]] virtual std::vector<double> by_link(std::vector<double> by_carrier) const = 0;
};

// Every link is a carrier. Both must outlive it.
class EveryLink final : public FluidNetwork {
 public:
  EveryLink(const Wires& wires, const Routing& routing);
  [[nodiscard]] const std::vector<double>& capacities() const override { return capacities_; }
  Seconds path(const Message& message, std::vector<LinkUse>& uses) override;
  [[nodiscard]] std::vector<double> by_link(std::vector<double> by_carrier) const override {
    return by_carrier;
  }

 private:
  const Wires& wires_;
  const Routing& routing_;
  std::vector<double> capacities_;
  std::vector<LinkShare> shares_;  // scratch of path()
};

// Orbits of links under a symmetry of the routing: a message stands for all its images, so that
// each link of an orbit carries the bytes that the images put there.
class LinkOrbits final : public FluidNetwork {
 public:
  LinkOrbits(const Wires& wires, const Routing& routing, const RouteSymmetry& symmetry);
  [[nodiscard]] const std::vector<double>& capacities() const override { return capacities_; }
  Seconds path(const Message& message, std::vector<LinkUse>& uses) override;
  [[nodiscard]] std::vector<double> by_link(std::vector<double> by_carrier) const override;

 private:
  EveryLink links_;
  const RouteSymmetry& symmetry_;
  std::vector<double> capacities_;
  std::vector<double> images_on_a_link_;  // by orbit: of one flow that crosses it once
};

}  // namespace orrery
