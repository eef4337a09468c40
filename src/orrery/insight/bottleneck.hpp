// insight: what bounds a step, in one sentence, and which purchase would help.
#pragma once
#include <string>
#include <vector>

#include "orrery/hw/cluster.hpp"
#include "orrery/report/report.hpp"

namespace orrery {

// "exposed communication / data: 31% of the step" for the largest leaf of the tree.
std::string bottleneck_sentence(const TimeNode& tree);

struct Change {
  std::string name;
  Cluster cluster;
};

// The same cluster with one figure doubled (or latency halved), one at a time.
std::vector<Change> changes_to_try(const Cluster& cluster);

}  // namespace orrery
