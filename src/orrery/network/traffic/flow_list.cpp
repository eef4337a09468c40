#include "orrery/network/traffic/flow_list.hpp"

#include "orrery/base/rng.hpp"

namespace orrery {

void FlowList::begin(Injector& network) {
  Rng ports(flows_.size(), "flow ports");  // what ECMP hashes: each flow has ports of its own
  for (std::size_t i = 0; i < flows_.size(); ++i) {
    const Flow& f = flows_[i];
    network.send({f.from, f.to, f.size, i, ports.next()}, f.start);
  }
}

}  // namespace orrery
