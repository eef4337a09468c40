// What --chip-model and --measured choose: how kernels are priced.
#pragma once
#include <string>
#include <vector>

#include "orrery/base/result.hpp"
#include "orrery/compute/compute_model.hpp"
#include "orrery/study/catalog.hpp"

namespace orrery::cli {

// The named model; with tables of measured kernels, interpolation between those over it.
tl::expected<ComputeModelMaker, Diagnostics> chosen_compute(const Catalog& catalog,
                                                            const std::string& model,
                                                            const std::vector<std::string>& measured);

}  // namespace orrery::cli
