// SimGrid's time for a pattern, measured in a process of its own: one process has one engine.
// Without SimGrid (ORRERY_HAS_SIMGRID not defined) no time is given.
#pragma once
#include <ctime>
#ifdef ORRERY_HAS_SIMGRID
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "cross_fidelity/simgrid.hpp"
#endif
#include <vector>

#include "orrery/network/fabric/fluid/fluid_network.hpp"
#include "support/flows.hpp"

namespace orrery::test {

inline double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

struct SimGridRun {
  double completion = 0.0;
  double cpu_seconds = 0.0;  // of the run, without building the platform; zero: there was none
};

// `rounds` > 0: the flows again and again, each time together.
#ifdef ORRERY_HAS_SIMGRID
inline SimGridRun simgrid_in_a_child(std::uint32_t endpoints, FluidNetwork& network,
                                     const std::vector<TimedFlow>& flows, int rounds) {
  int ends[2];
  if (pipe(ends) != 0) return {};
  if (fork() == 0) {
    if (freopen("/dev/null", "w", stderr) == nullptr) _exit(1);
    SimGrid simgrid;
    simgrid.add(endpoints, network, flows);
    const double before = cpu_seconds();
    SimGridRun run;
    if (rounds > 0) {
      run.completion = simgrid.run_in_rounds(rounds);
    } else {
      run.completion = std::ranges::max(simgrid.run());
    }
    run.cpu_seconds = cpu_seconds() - before;
    _exit(write(ends[1], &run, sizeof run) == sizeof run ? 0 : 1);
  }
  close(ends[1]);
  SimGridRun run;
  if (read(ends[0], &run, sizeof run) != sizeof run) run = {};
  close(ends[0]);
  wait(nullptr);
  return run;
}
#else
inline SimGridRun simgrid_in_a_child(std::uint32_t /*endpoints*/, FluidNetwork& /*network*/,
                                     const std::vector<TimedFlow>& /*flows*/, int /*rounds*/) {
  return {};
}
#endif

}  // namespace orrery::test
