#include "orrery/accuracy/power/power_rows.hpp"

#include <algorithm>

#include "orrery/accuracy/kernel_rows.hpp"
#include "orrery/cost/power/board_power.hpp"

namespace orrery {
namespace {

// The database launches products with block scales from the host one by one, all others from a
// graph: their times are 50 us and longer however small they are.
bool is_host_launched(const Kernel& kernel) {
  return kernel.compute == DType::Fp8 && kernel.scaling == Scaling::Block;
}

}  // namespace

Result<std::vector<PowerRow>> read_power_rows(CsvTables& tables, const std::string& path,
                                              const std::string& device) {
  const auto read = tables.read(path);
  if (!read) return tl::unexpected(read.error());
  const CsvTable& table = **read;
  std::vector<PowerRow> rows;
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table.text(i, "device") != device) continue;
    for (const char* column : {"m", "n", "k", "latency_us", "power_w"}) {
      if (!table.is_above_zero(i, column)) return tl::unexpected(table.no_number(path, i, column));
    }
    PowerRow row;
    row.dtype = table.text(i, "dtype");
    row.kernel =
        matmul_kernel(row.dtype, table.number(i, "m"), table.number(i, "n"), table.number(i, "k"));
    row.period = Seconds{table.number(i, "latency_us") * 1e-6};
    row.metered = Watts{table.number(i, "power_w")};
    rows.push_back(row);
  }
  return rows;
}

TimedPowerRow timed(const PowerRow& row, const ComputeModel& model) {
  return {&row, model.time(row.kernel)};
}

Watts predicted_power(const Chip& chip, const PowerCalibration& power, const TimedPowerRow& timed) {
  const PowerRow& row = *timed.row;
  KernelTime time = timed.own;
  Seconds period = row.period;
  if (is_host_launched(row.kernel)) {
    time.duration = std::min(time.duration, row.period);
    period = std::max(time.duration, power.interval);
  } else {
    time.duration = row.period;
  }
  const LaunchEnergy energy = launch_energy(chip, power, row.kernel, time, Operands::LeftInCache);
  return board_power(chip, power, energy.total(), period).mean;
}

}  // namespace orrery
