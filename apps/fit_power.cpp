// orrery-fit-power: fits catalog/calibration/power/CHIP.yaml to metered board power.
//   orrery-fit-power MATMUL_POWER.csv.gz CATALOG DEVICE CHIP
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "orrery/accuracy/power/power_fit.hpp"
#include "orrery/compute/roofline_model.hpp"
#include "orrery/cost/power/board_power.hpp"
#include "orrery/study/catalog.hpp"

namespace orrery {
namespace {

int complain(const Diagnostics& problems) {
  for (const Error& e : problems) fmt::print(stderr, "{}\n", to_string(e));
  return 2;
}

// Where no rows of the format were metered: in proportion to its width; int8 as fp8.
// Estimates, and said so in the file.
void estimate_the_rest(FlopEnergies& f, bool fp8_known, bool fp4_known) {
  f.tf32 = 2.0 * f.bf16;
  f.vector = f.fp32 = 4.0 * f.bf16;
  if (!fp8_known) f.fp8 = 0.5 * f.bf16;
  f.int8 = f.fp8;
  if (!fp4_known) f.fp4 = f.fp8;
}

// Voltage at zero clock such that a long bf16 product, held at the limit, runs at the clock that
// its measured slowdown shows: share where it starts, `sustained` where it settles.
double voltage_of(const Chip& chip, const PowerCalibration& power, const KernelCalibration& kernels) {
  const MatrixPath& path = kernels.matmul.bf16;
  if (!(path.sustained < path.share)) return power.voltage;
  const double clock = path.sustained / path.share;
  KernelTime full;
  full.duration = Seconds{1.0};
  full.flops = path.share * chip.peak.bf16 * full.duration;
  Kernel product{.kind = OpKind::Matmul};
  const LaunchEnergy e = launch_energy(chip, power, product, full, Operands::LeftInCache);
  const Watts active = e.total() / full.duration;
  const double room = (power.limit * chip.tdp - standing_power(chip, power)) / active;
  if (!(room > 0) || room >= 1) return power.voltage;
  const double volts = std::sqrt(room / clock);  // over that at boost
  return std::clamp((volts - clock) / (1.0 - clock), 0.3, 1.0);
}

int fit(int count, char** words) {
  if (count != 5) {
    fmt::print(stderr, "usage: orrery-fit-power MATMUL_POWER.csv.gz CATALOG DEVICE CHIP\n");
    return 2;
  }
  const Catalog catalog(words[2]);
  const auto chip = catalog.chip(words[4], Node{});
  if (!chip) return complain(chip.error());
  const auto kernels = catalog.kernels(*chip);
  if (!kernels) return complain(kernels.error());
  CsvTables tables;
  const auto rows = read_power_rows(tables, words[1], words[3]);
  if (!rows) return complain({rows.error()});
  const auto model = make_roofline(*chip, *kernels);

  PowerCalibration start;
  start.name = chip->name;
  start.core = Watts{0.3 * chip->tdp.value() / std::max(1, chip->cores)};
  start.main_memory = JoulesPerByte{40e-12};
  start.on_chip = JoulesPerByte{10e-12};
  start.flop.bf16 = start.flop.fp8 = start.flop.fp8_block = start.flop.fp4 = JoulesPerFlop{0.4e-12};
  PowerCalibration c = fit_power(*chip, *model, start, *rows, {});
  bool fp8 = false, fp4 = false;
  for (const PowerError& e : c.errors) {
    fp8 |= e.kind == "matmul fp8";
    fp4 |= e.kind == "matmul nvfp4";
  }
  estimate_the_rest(c.flop, fp8, fp4);
  c.voltage = voltage_of(*chip, c, *kernels);
  c.source = "board power of matmuls, " + std::string(words[3]) +
             ", vLLM 0.22.0, of an Apache-2.0 kernel database; a seeded tenth of the rows was fitted, the rest judged; "
             "formats without rows are estimates: tf32 twice, fp32 four times and fp8 half of bf16, int8 as fp8; voltage from the "
             "measured slowdown of long bf16 products";
  c.date = "2026-06-01";
  std::ofstream(fmt::format("{}/calibration/power/{}.yaml", words[2], chip->name)) << power_text(c);
  fmt::print("{}", power_text(c));
  return 0;
}

}  // namespace
}  // namespace orrery

int main(int count, char** words) { return orrery::fit(count, words); }
