// ChipAnswer: what `orrery chip` says about one chip: peaks, ridge points, power, area, yield, cost
// and carbon.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "orrery/cost/power/board_power.hpp"
#include "orrery/cost/silicon/carbon.hpp"
#include "orrery/study/catalog.hpp"

namespace orrery {

struct FormatPeak {
  DType format = DType::Bf16;
  FlopsPerSecond peak;
  double ridge = 0;  // FLOP a byte of main memory from which the peak can be reached
};

struct FullTilt {
  DType format = DType::Bf16;
  BoardPower power;
  double utilisation = 0;  // of the format's peak
  JoulesPerFlop energy;    // whole board
};

struct Manufacture {
  ChipArea area;
  PackageCost cost;
  std::vector<std::pair<const char*, double>> yields;  // of the first die, by model
  EmbodiedCarbon embodied;
  Mass year_at_full_tilt;  // operational
};

struct ChipAnswer {
  Chip chip;
  std::vector<FormatPeak> peaks;
  Watts at_rest, standing;
  FullTilt full_tilt;
  std::string power_from;           // whose coefficients
  std::optional<Manufacture> made;  // where the package is known
  std::string fab_grid, use_grid;
};

// Full tilt: a product of 8,192 cubed in bf16, or in the widest format that the chip has.
Read<ChipAnswer> chip_answer(const Chip& chip, const Catalog& catalog);

std::string to_text(const ChipAnswer& answer);
std::string to_json(const ChipAnswer& answer);

}  // namespace orrery
