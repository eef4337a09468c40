// Which timed chips lend what to a chip that nobody timed, and what they say together: relatives
// are those whose kernels the libraries would run there, and several of them beat one.
#pragma once
#include <string>
#include <vector>

#include "orrery/compute/calibration.hpp"
#include "orrery/hw/chip.hpp"

namespace orrery {

struct Lender {
  Chip chip;
  KernelCalibration calibration;  // fitted on `chip`
};

// Each coefficient is the geometric mean of what lent() makes of its lenders':
//   - only chips whose rows determined it lend, of the chip's own generation where there are any;
//   - products, MLA and experts: of the same matrix instructions where there are any;
//   - decode: of the same attention library (its dispatch and launches decide), before all else;
//   - memory's share: of the same kind of memory where there is any;
//   - prefill: everybody, the chip's own instructions with the weight of two;
//   - a format that only others timed: their ratio to bf16, on what bf16 gets here.
// Instructions weigh alike, however many chips have them. `to` itself never lends.
// `attention_library` as in KernelCalibration. Without a lender: the first one's, lent.
KernelCalibration lent_by_kin(const std::vector<Lender>& lenders, const Chip& to,
                              const std::string& attention_library);

}  // namespace orrery
