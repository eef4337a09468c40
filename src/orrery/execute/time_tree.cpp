#include "orrery/execute/time_tree.hpp"

namespace orrery {

TimeNode time_tree(const StepTime& step) {
  std::vector<TimeNode> top;
  for (int p = 0; p < kPhases; ++p) {
    std::vector<TimeNode> parts;
    for (int w = 0; w < kWorks; ++w) {
      const Seconds t = step.work[static_cast<std::size_t>(p)][static_cast<std::size_t>(w)];
      if (t > Seconds{})
        parts.push_back({name_of(static_cast<Work>(w)), t, "kernel calibration", {}});
    }
    if (!parts.empty()) top.push_back(sum_of(name_of(static_cast<Phase>(p)), std::move(parts)));
  }
  std::vector<TimeNode> traffic;
  for (int i = 0; i < kCommPurposes; ++i) {
    const Seconds t = step.exposed[static_cast<std::size_t>(i)];
    if (t > Seconds{})
      traffic.push_back({name_of(static_cast<CommPurpose>(i)), t, "collective closed form", {}});
  }
  if (!traffic.empty()) top.push_back(sum_of("exposed communication", std::move(traffic)));
  const auto leaf = [&](const char* name, Seconds t, const char* source) {
    if (t > Seconds{}) top.push_back({name, t, source, {}});
  };
  leaf("pipeline bubble", step.bubble, "schedule closed form");
  leaf("optimizer", step.optimizer, "kernel calibration");
  leaf("host", step.host, "stack");
  leaf("stragglers", step.stragglers, "spread of kernel times");
  return sum_of("step", std::move(top));
}

std::vector<MemoryPart> memory_parts(const MemoryUse& u) {
  return {{"weights", u.weights},
          {"gradients", u.gradients},
          {"optimizer", u.optimizer},
          {"activations", u.activations},
          {"logits", u.logits},
          {"kv_cache", u.kv_cache},
          {"communication", u.communication},
          {"workspace", u.workspace}};
}

}  // namespace orrery
