// FlowClasses: messages that cannot be told apart, as one.
//
// Streams and carriers are partitioned so that (1) streams of a class agree in size, rounds and
// latency, wait for streams of the same classes, and use carriers of the same classes; (2) carriers
// of a class agree in capacity and in the load that each class of streams would put on them. Then
// all members of a class have the same rate at every instant, and one variable stands for them.
// The proof is in docs/models/network.md.
#pragma once
#include <cstdint>
#include <vector>

#include "orrery/network/fabric/classes/flow_rows.hpp"
#include "orrery/network/fabric/exchange.hpp"

namespace orrery {

struct FlowClasses {
  Exchange exchange;               // one stream a class, `from` its own index
  FlowRows rows;                   // of the classes; a use is of a class of carriers
  std::vector<double> capacities;  // of one carrier of each class
  std::vector<std::uint32_t> class_of_stream;
  std::vector<std::uint32_t> class_of_carrier;
};

// The coarsest partition, or every stream for itself where that takes too long to find.
FlowClasses flow_classes(const Exchange& exchange, const FlowRows& rows,
                         const std::vector<double>& capacities);

}  // namespace orrery
