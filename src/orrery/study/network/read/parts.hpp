// The parts of a network study, each read by a file of its own. Every mistake is noted at its node.
#pragma once
#include <fmt/format.h>

#include "orrery/study/network/network_study.hpp"

namespace orrery::network_parts {

// Where a mistake of this key is to be shown: at it, or at the map that lacks it.
inline const Node& named_or(const Node& parent, const char* key) {
  const Node* found = parent.find(key);
  return found != nullptr ? *found : parent;
}

class Complaints {
 public:
  Complaints(const Node& node, Diagnostics& problems) : node_(node), problems_(problems) {}
  void operator()(const char* key, const std::string& expected) const {
    const Node& where = named_or(node_, key);
    problems_.push_back(
        {where.where(), fmt::format("saw {}; expected {}", where.seen(), expected)});
  }

 private:
  const Node& node_;
  Diagnostics& problems_;
};

inline void append(Diagnostics& to, const Diagnostics& from) {
  to.insert(to.end(), from.begin(), from.end());
}

// `cluster`: a map of topology, link and routing, or a cluster of the catalog.
void read_wires(const Node& cluster, NetworkStudy& study, Diagnostics& problems);
void read_catalog_wires(const Node& cluster, NetworkStudy& study, Diagnostics& problems);
void read_collective(const Node& node, NetworkStudy& study, Diagnostics& problems);
void read_traffic(const Node& node, NetworkStudy& study, Diagnostics& problems);
// After the question.
void read_placement(const Node& node, NetworkStudy& study, Diagnostics& problems);
void read_background(const Node& node, NetworkStudy& study, Diagnostics& problems);
// A routing that knows nothing of failures is refused where one of its ways meets a failed link.
void check_failed_ways(const Node& cluster, const NetworkStudy& study, Diagnostics& problems);
// Options of the packet fabric that these wires and this routing cannot have.
void check_packets(const Node& root, const NetworkStudy& study, Diagnostics& problems);
void read_neighbours(const Node& node, NetworkStudy& study, Diagnostics& problems);

}  // namespace orrery::network_parts
