// PriceList and the two questions it answers: what a step draws, and what it costs.
#pragma once
#include <string>

#include "orrery/base/text/reader.hpp"
#include "orrery/cost/power/power_calibration.hpp"
#include "orrery/execute/estimate.hpp"
#include "orrery/hw/cluster.hpp"

namespace orrery {

struct PriceList {
  decltype(Dollars{} / Joules{}) electricity;
  Seconds amortisation;      // purchase price is spread over this
  double utilisation = 0.8;  // share of that time in use
};

template <class V>
void describe(V& v, PriceList& p) {
  v("electricity", p.electricity, "industrial price", kRequired);
  v("amortisation", p.amortisation, "purchase price is spread over this", kRequired);
  v("utilisation", p.utilisation, "share of that time in use", kRequired);
  for (const char* later :
       {"name", "source", "pue", "cost_of_capital", "maintenance", "network_share", "storage_share",
        "rent_reserved_discount", "rent_spot_discount", "carbon_intensity"}) {
    v.also(later);  // facts that wait for the cost room
  }
}

// Mean power of one chip with its share of the node, at the wall of the hall:
//   P = pue (node + (P_kernels t_kernels + standing (t - t_kernels)) / t)
// P_kernels: board_power() of all that the step's kernels compute and move, over their time.
Watts power_per_chip(const StepTime& step, const Cluster& cluster, const PowerCalibration& power);

// Of one chip for this long: rent where it is known, else purchase and electricity.
Dollars chip_cost(Seconds time, Watts power, const Cluster& cluster, const PriceList& prices);

}  // namespace orrery
