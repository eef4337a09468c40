// StripNetwork: what each link of an on-chip network carries when strips go from memory to all
// arrays, by routes that depend on nothing but the two ends. Derivation: docs/models/cycle.md.
#pragma once
#include <utility>
#include <vector>

#include "orrery/hw/on_chip_network.hpp"

namespace orrery {

class StripNetwork {
 public:
  StripNetwork(const OnChipNetwork& network, int arrays);

  // Bytes on the busiest link of a fold: `shared` that all arrays want, once; `own` of each array.
  [[nodiscard]] double busiest_link(double shared, double own) const;
  [[nodiscard]] int hops() const { return hops_; }  // of the longest way

 private:
  // Of one link: copies of what all want that cross it, and arrays whose own lies behind it.
  struct Load {
    double shared = 0, own = 0;
  };
  void add_routes(const OnChipNetwork& network, int entrance, double share);

  int arrays_ = 1, hops_ = 0;
  std::vector<Load> loads_;
};

}  // namespace orrery
