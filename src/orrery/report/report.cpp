#include "orrery/report/report.hpp"

namespace orrery {

Bytes Report::memory_peak() const {
  Bytes total;
  for (const MemoryPart& part : memory) total += part.size;
  return total;
}

double Report::tokens_per_second() const {
  return step_time > Seconds{} ? tokens_per_step / step_time.value() : 0.0;
}

TimeNode sum_of(std::string name, std::vector<TimeNode> children) {
  TimeNode node{std::move(name), {}, "", std::move(children)};
  for (const TimeNode& child : node.children) node.time += child.time;
  return node;
}

}  // namespace orrery
