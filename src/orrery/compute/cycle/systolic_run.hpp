// SystolicRun: one product played fold by fold on a systolic array behind scratchpads with banks
// and a main memory of finite bandwidth. Without either it equals stall_free_cycles().
#pragma once
#include "orrery/compute/cycle/systolic_array.hpp"
#include "orrery/compute/cycle/systolic_memory.hpp"

namespace orrery {

struct SystolicRun {
  std::int64_t cycles = 0;              // until the last result is in memory
  std::int64_t stall_free = 0;          // the closed form
  std::int64_t bank_stalls = 0;         // cycles lost to conflicts
  std::int64_t waited = 0;              // cycles in which the array waited for memory
  std::int64_t loaded = 0, stored = 0;  // bytes from and to main memory
  TransferTime moving;  // cycles of all loads and stores, where the memory has transfers
  double longest = 0;   // the same, each as long as the slowest of the three
  std::int64_t folds = 0, simulated_folds = 0;
  double utilisation = 0;  // multiply-adds over cycles * rows * columns
};

SystolicRun systolic_run(const SystolicArray& array, const Product& product,
                         const SystolicMemory& memory);

}  // namespace orrery
