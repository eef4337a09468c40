// SystolicMemory: what stands behind the edges of one systolic array: banks, capacities, and the
// way to main memory.
#pragma once
#include "orrery/compute/cycle/bank_conflicts.hpp"
#include "orrery/compute/cycle/fold_queue.hpp"
#include "orrery/compute/cycle/transfers/transfers.hpp"

namespace orrery {

// How the matrices lie in main memory, and who wants them.
struct StripLayout {
  double input_element = 2, weight_element = 2;  // bytes, of all arrays together
  Wanted input = Wanted::ByEach, weight = Wanted::ByEach;
  std::int64_t weight_width = 0, output_width = 0;  // columns; 0: the product's own
};

// Capacities count both halves of a double buffer; 0 keeps nothing between folds.
struct SystolicMemory {
  Scratchpads pads;
  std::int64_t input_bytes = 0, weight_bytes = 0, output_bytes = 0;
  double input_element = 2, weight_element = 2, output_element = 2;  // bytes; shares when shared
  double partial_element = 4;  // of a sum that is not complete
  MemoryPort port;
  const Transfers* transfers = nullptr;  // what strips wait for beyond the port's rate
  StripLayout layout;                    // of these strips
};

}  // namespace orrery
