// Fits a PowerCalibration to metered power: a seeded tenth of the rows of each number format is
// shown to the fit, the others judge it.
#pragma once
#include <string>
#include <vector>

#include "orrery/accuracy/kernel_fit.hpp"
#include "orrery/accuracy/power/power_rows.hpp"

namespace orrery {

PowerCalibration fit_power(const Chip& chip, const ComputeModel& model, PowerCalibration start,
                           const std::vector<PowerRow>& rows, const KernelFitOptions& options);

// Median |predicted / metered - 1| by number format.
std::vector<PowerError> power_errors(const Chip& chip, const ComputeModel& model,
                                     const PowerCalibration& power,
                                     const std::vector<PowerRow>& rows,
                                     const KernelFitOptions& options);

// As YAML that Catalog::power() takes.
std::string power_text(const PowerCalibration& power);

}  // namespace orrery
