#include "orrery/network/traffic/flow_list.hpp"

#include "orrery/base/rng.hpp"

namespace orrery {

std::vector<std::uint64_t> flow_choices(std::size_t flows) {
  Rng ports(flows, "flow ports");
  std::vector<std::uint64_t> out(flows);
  for (std::uint64_t& choice : out) choice = ports.next();
  return out;
}

void FlowList::begin(Injector& network) {
  const std::vector<std::uint64_t> choices = flow_choices(flows_.size());
  for (std::size_t i = 0; i < flows_.size(); ++i) {
    const Flow& f = flows_[i];
    network.send({f.from, f.to, f.size, i, choices[i]}, f.start);
  }
}

}  // namespace orrery
