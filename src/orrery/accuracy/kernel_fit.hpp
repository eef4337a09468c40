// Fits the coefficients of a KernelCalibration to measured kernels: a seeded tenth of the rows is
// shown to the fit, the others judge it. The formulas stay in compute; this only turns its knobs.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "orrery/accuracy/kernel_rows.hpp"
#include "orrery/compute/calibration.hpp"
#include "orrery/compute/compute_model.hpp"
#include "orrery/hw/chip.hpp"

namespace orrery {

// One coefficient that may be turned, and how far. Fitted in its logarithm.
struct KernelParameter {
  std::function<double()> value;  // of the calibration being fitted; Seconds and Bytes in SI
  std::function<void(double)> set;
  double low, high;
};

// The coefficients that rows of `kind` ("matmul bf16", "prefill fp8") determine.
std::vector<KernelParameter> kernel_parameters(KernelCalibration& calibration,
                                               const std::string& kind);

struct KernelFitOptions {
  double share = 0.1;  // of the rows of each kind that the fit sees
  std::uint64_t seed = 1;
  int rounds = 60;
};

// Rows are told apart by kind; kinds are fitted in a fixed order, later ones keep what earlier ones
// determined. `errors` of the result holds both judgements.
KernelCalibration fit_kernels(const Chip& chip, KernelCalibration start,
                              const std::vector<KernelRow>& rows, const KernelFitOptions& options);

// Median |log(predicted / measured)| by kind, as fit_kernels reports it.
std::vector<CalibrationError> kernel_errors(const Chip& chip, const KernelCalibration& calibration,
                                            const std::vector<KernelRow>& rows,
                                            const KernelFitOptions& options);

// Least of `loss` over the parameters: coordinate steps in log space that grow where they help and
// shrink where they do not. Deterministic.
void minimise(std::vector<KernelParameter>& parameters, const std::function<double()>& loss,
              int rounds);

// The calibration as YAML that read_kernel_calibration() takes.
std::string calibration_text(const KernelCalibration& calibration);

// The sum of the row's kernels, and what launching them from the host adds.
Seconds predicted(const ComputeModel& model, const KernelCalibration& calibration,
                  const KernelRow& row);

}  // namespace orrery
