// Every schedule that a number of ranks allows, for tests that hold for all of them.
#pragma once
#include <string>
#include <vector>

#include "orrery/collective/schedules/builtins.hpp"

namespace orrery::test {

struct ScheduleCase {
  std::string name;
  ScheduleRequest request;
  std::unique_ptr<CollectiveSchedule> schedule;
};

// Shapes are squares where the ranks are; groups are of four where they divide.
inline std::vector<ScheduleCase> schedules_of(std::uint32_t ranks, Bytes size) {
  std::vector<ScheduleCase> out;
  for (const ScheduleAlgorithm& algorithm : schedule_algorithms()) {
    for (const CollectiveKind kind : algorithm.kinds) {
      ScheduleRequest request{kind, size, ranks, ranks % 4 == 0 ? 4u : 1u, {}, 3};
      for (int side = 2; side * side <= static_cast<int>(ranks); ++side) {
        if (side * side == static_cast<int>(ranks)) request.shape = {side, side};
      }
      MadeSchedule made = make_schedule(algorithm.name, request);
      if (made) out.push_back({algorithm.name, request, std::move(*made)});
    }
  }
  return out;
}

}  // namespace orrery::test
