#include <fmt/format.h>

#include "../commands.hpp"
#include "orrery/study/chip/chip_answer.hpp"
#include "orrery/study/chip/chosen_chip.hpp"

namespace orrery::cli {

int chip_command(const ChipOptions& options) {
  const Catalog catalog = Catalog::standard();
  const auto chip = chosen_chip(catalog, options.chip, options.changes);
  if (!chip) return report_problems(chip.error());
  auto answer = chip_answer(*chip, catalog);
  if (!answer) return report_problems(answer.error());
  if (options.dram) {
    auto dram = chip_dram(*chip, catalog);
    if (!dram) return report_problems(dram.error());
    answer->dram = std::move(*dram);
  }
  fmt::print("{}", options.format == Format::Json ? to_json(*answer) : to_text(*answer));
  return kOk;
}

}  // namespace orrery::cli
