// orrery-fit-kernels: fits catalog/calibration/kernels/CHIP.yaml to a folder of measured kernels.
//   orrery-fit-kernels MEASURED CHIP.yaml DEVICE START.yaml OUT.yaml [--judge] [--rows FILE]
// --judge only reports the errors of START; --rows writes each row's measured and predicted time.
#include <fmt/format.h>

#include <fstream>
#include <string_view>

#include "orrery/accuracy/kernel_fit.hpp"
#include "orrery/compute/roofline_model.hpp"

namespace orrery {
namespace {

int complain(const Diagnostics& problems) {
  for (const Error& e : problems) fmt::print(stderr, "{}\n", to_string(e));
  return 2;
}

void print(const CalibrationError& e) {
  fmt::print("{:24} rows {:4} + {:4}   all {:5.1f}% {:5.1f}%   above 20 us {:5.1f}% {:5.1f}%\n",
             e.kind, e.fitted_rows, e.held_out_rows, 100 * e.fitted, 100 * e.held_out,
             100 * e.fitted_long, 100 * e.held_out_long);
}

int fit(int count, char** words) {
  if (count < 6) {
    fmt::print(stderr, "usage: orrery-fit-kernels MEASURED CHIP.yaml DEVICE START.yaml OUT.yaml\n");
    return 2;
  }
  bool judge = false;
  std::string dump;
  for (int i = 6; i < count; ++i) {
    if (std::string_view(words[i]) == "--judge") judge = true;
    if (std::string_view(words[i]) == "--rows" && i + 1 < count) dump = words[i + 1];
  }
  const auto chip_text = read_document(words[2]);
  if (!chip_text) return complain(chip_text.error());
  Diagnostics problems;
  Chip chip;
  FieldReader reader(*chip_text, problems);
  reader.also("source");
  describe(reader, chip);
  reader.finish();
  if (!problems.empty()) return complain(problems);
  auto start = read_kernel_calibration(words[4]);
  if (!start) return complain(start.error());
  CsvTables tables;
  const auto rows = read_kernel_rows(tables, words[1], words[3]);
  if (!rows) return complain({rows.error()});

  KernelCalibration c = *start;
  if (judge) {
    c.errors = kernel_errors(chip, c, *rows, {});
  } else {
    c = fit_kernels(chip, std::move(c), *rows, {});
    if (c.fitted_on.empty()) c.fitted_on = chip.name;
    std::ofstream(words[5]) << calibration_text(c);
  }
  fmt::print("{} ({})\n", chip.name, words[3]);
  for (const CalibrationError& e : c.errors) print(e);
  if (!dump.empty()) {
    const auto model = make_roofline(chip, c);
    std::ofstream out(dump);
    for (const KernelRow& row : *rows) {
      double math = 0, memory = 0;
      for (const Kernel& kernel : row.kernels) {
        const KernelTime t = model->time(kernel);
        math += t.math.value();
        memory += t.memory.value();
      }
      out << fmt::format("{},{},{},{:.5g},{:.5g},{:.5g},{:.5g}\n", row.kind, row.kernels.size(),
                         row.shape, row.measured.value() * 1e6,
                         predicted(*model, c, row).value() * 1e6, math * 1e6, memory * 1e6);
    }
  }
  return 0;
}

}  // namespace
}  // namespace orrery

int main(int count, char** words) { return orrery::fit(count, words); }
