// Fits the four coefficients of a software stack on end-to-end rows of that stack.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "orrery/accuracy/evaluator.hpp"

namespace orrery {

struct FitRow {
  const RowEvaluator* evaluator = nullptr;
  double measured = 0;
  double weight = 1;
  bool is_moe = false;
};

// Which four coefficients are free. One stack: efficiency, host overhead, overlap, and MoE overhead or
// attention. A mixture of frameworks has no host of its own: attention stands in for the overhead.
enum class FitFor : std::uint8_t { OneStack, Mixture };

// What a stack is when nothing is known of it.
Stack neutral_stack(const std::string& name);

// Least mean |log(predicted / measured)|, pulled towards `prior` so that few rows move it little. A
// pattern search from the prior: deterministic. Fewer than 4 rows: efficiency alone.
Stack fit_stack(const std::string& name, const std::vector<FitRow>& rows, FitFor purpose,
                const Stack& prior);

// The file that catalog/calibration/stacks holds.
std::string to_yaml(const Stack& stack);

}  // namespace orrery
