// Metered power of boards that run one matmul again and again: matmul_power.csv.gz.
#pragma once
#include <string>
#include <vector>

#include "orrery/accuracy/csv_table.hpp"
#include "orrery/base/result.hpp"
#include "orrery/compute/compute_model.hpp"
#include "orrery/cost/power/power_calibration.hpp"

namespace orrery {

struct PowerRow {
  std::string dtype;  // the table's word: "fp8_block"
  Kernel kernel;
  Seconds period;  // from one launch to the next
  Watts metered;   // the whole board
};

// All rows of one device; none when the table does not know it. A power or a time that is no number
// above zero is an error with its line.
Result<std::vector<PowerRow>> read_power_rows(CsvTables& tables, const std::string& path,
                                              const std::string& device);

// A row with the time that its kernel takes when launches do not wait for the host.
struct TimedPowerRow {
  const PowerRow* row = nullptr;
  KernelTime own;
};
TimedPowerRow timed(const PowerRow& row, const ComputeModel& model);

// What a meter would read.
Watts predicted_power(const Chip& chip, const PowerCalibration& power, const TimedPowerRow& row);

}  // namespace orrery
