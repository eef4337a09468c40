// A tier of one's own: kernels near those of a user's table are moved to what was measured there,
// the rest are priced as by the model beneath. It interpolates and explains nothing of a chip that
// does not exist; it is labelled wherever it answers, and validate never scores it.
#pragma once
#include <memory>
#include <vector>

#include "orrery/compute/compute_model.hpp"

namespace orrery {

struct MeasuredKernel {
  Kernel kernel;
  Seconds duration;
};

// A kernel's time is the model's times the mean measured / predicted ratio of the four nearest
// measured shapes of its kind and formats, by inverse squared distance of the logarithms of
// sizes; the ratio fades to one as the nearest lies kReach doublings away.
std::unique_ptr<ComputeModel> make_measured_model(std::unique_ptr<ComputeModel> beneath,
                                                  const std::vector<MeasuredKernel>& table);

}  // namespace orrery
