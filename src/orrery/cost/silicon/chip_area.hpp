// Area of a chip's silicon, part by part, from what its data sheet says. docs/models/silicon.md has
// the model and its errors against published dies.
#pragma once
#include <string>
#include <vector>

#include "orrery/base/result.hpp"
#include "orrery/cost/silicon/technology.hpp"
#include "orrery/hw/chip.hpp"

namespace orrery {

struct AreaPart {
  std::string name;
  Area area;
  bool repairable = false;  // made of cores or memory rows, of which some may be switched off
};

struct DieArea {
  Die die;
  std::vector<AreaPart> parts;  // of one die
  Area modelled;                // their sum
  Area area;                    // published, where it is, else modelled
  double repairable = 0;        // share of it
};

struct ChipArea {
  std::vector<DieArea> dies;
  [[nodiscard]] Area logic() const;  // all dies together
};

// Names that the technology does not know are reported at `where`.
tl::expected<ChipArea, Diagnostics> chip_area(const Chip& chip, const Technology& technology,
                                              const std::string& where);

}  // namespace orrery
