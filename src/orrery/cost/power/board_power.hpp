// Power of a board while it runs one kernel again and again, and what its power limit does to the
// clock. Model, sources and errors: docs/models/power.md.
#pragma once
#include "orrery/compute/compute_model.hpp"
#include "orrery/cost/power/power_calibration.hpp"
#include "orrery/hw/chip.hpp"
#include "orrery/ops/kernel.hpp"

namespace orrery {

// Where operands lie when the kernel starts: in main memory, or in the last-level cache as far as
// they fit, because the launch before left them there.
enum class Operands : std::uint8_t { InMainMemory, LeftInCache };

struct BoardPower {
  Watts mean;        // of the whole board while the kernel runs
  Watts unlimited;   // what it would draw at boost clock
  double clock = 1;  // share of boost at which the limit holds
};

// What one launch costs above standing power, at boost clock.
struct LaunchEnergy {
  Joules math, memory, on_chip, cores;
  [[nodiscard]] Joules total() const { return math + memory + on_chip + cores; }
};

LaunchEnergy launch_energy(const Chip& chip, const PowerCalibration& power, const Kernel& kernel,
                           const KernelTime& time, Operands operands);

// Governor: the board's mean power over `period` per launch, held at the limit by a lower clock.
//   P = standing + E / period;  above the limit: E(s) = E s (v + (1 - v) s)^2, s <= 1 the clock
BoardPower board_power(const Chip& chip, const PowerCalibration& power, Joules energy,
                       Seconds period);

// Energy of a FLOP of a product, and of this kernel on the units that it runs on.
JoulesPerFlop flop_energy(const PowerCalibration& power, DType format);
JoulesPerFlop flop_energy(const PowerCalibration& power, const Kernel& kernel);

// Drawn while clocks run and nothing else does.
Watts standing_power(const Chip& chip, const PowerCalibration& power);

}  // namespace orrery
