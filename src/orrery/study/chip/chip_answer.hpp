// ChipAnswer: what `orrery chip` says about one chip: peaks, ridge points, power, area, yield, cost
// and carbon.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "orrery/compute/dram/dram_kind.hpp"
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

struct Heat {
  std::string cooling;
  Temperature at_full_tilt;
  Watts most;  // that this way of cooling takes off the dies
};

struct Manufacture {
  ChipArea area;
  PackageCost cost;
  std::vector<std::pair<const char*, double>> yields;  // of the first die, by model
  EmbodiedCarbon embodied;
  Mass year_at_full_tilt;  // operational
  std::vector<Heat> heat;
};

// What address streams get out of the chip's memory.
struct ChipDram {
  std::string kind;
  int stacks = 0, channels = 0;  // pseudo-channels of all stacks
  Bytes request;
  Hertz clock;  // so that the pins' peak is the chip's bandwidth
  DramShares shares;
};

struct ChipAnswer {
  Chip chip;
  std::vector<FormatPeak> peaks;
  Watts at_rest, standing;
  FullTilt full_tilt;
  std::string power_from;           // whose coefficients
  std::optional<Manufacture> made;  // where the package is known
  std::string fab_grid, use_grid;
  std::optional<ChipDram> dram;  // where asked for
};

// Full tilt: a product of 8,192 cubed in bf16, or in the widest format that the chip has.
Read<ChipAnswer> chip_answer(const Chip& chip, const Catalog& catalog);

// Three streams of reads played on one channel: milliseconds. Mistakes stand in the chip's package
// or in the file of catalog/memories.
Read<ChipDram> chip_dram(const Chip& chip, const Catalog& catalog);

std::string to_text(const ChipAnswer& answer);
std::string to_json(const ChipAnswer& answer);

}  // namespace orrery
