// Carbon: what making a package emits (ACT: Gupta et al., ISCA 2022) and what running it does.
#pragma once
#include "orrery/cost/silicon/package_cost.hpp"

namespace orrery {

struct EmbodiedCarbon {
  Mass fab_energy;  // electricity of the fab, on its grid
  Mass gases;       // of its processes
  Mass memory;
  [[nodiscard]] Mass total() const { return fab_energy + gases + memory; }
};

// Area of wafers spent per good die, not the die's own: what is cut off and thrown away emits too.
EmbodiedCarbon embodied_carbon(const Chip& chip, const ChipArea& area, const PackageCost& cost,
                               const Technology& technology, const Grid& fab);

Mass operational_carbon(Joules energy, const Grid& grid);

}  // namespace orrery
