#include "orrery/study/network/read/size_table.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "orrery/base/text/csv_cells.hpp"
#include "orrery/base/text/quantity.hpp"

namespace orrery {
namespace {

constexpr std::size_t kMostProblems = 20;

}  // namespace

tl::expected<SizeMatrix, Diagnostics> read_size_table(const Node& file, std::uint32_t ranks) {
  namespace fs = std::filesystem;
  const fs::path beside = fs::path(file.file).parent_path() / file.scalar;
  std::ifstream in(beside);
  std::error_code ec;
  if (!in || fs::is_directory(beside, ec))
    return tl::unexpected(
        Diagnostics{{file.where(), fmt::format("saw {}; expected a CSV of sizes beside the study",
                                               file.seen())}});
  Diagnostics problems;
  const auto fail = [&](std::size_t line, std::size_t column, const std::string& what) {
    problems.push_back({fmt::format("{}:{}:{}: /", beside.string(), line, column), what});
  };
  SizeMatrix out{ranks, {}};
  std::string line;
  std::size_t number = 0;
  std::uint32_t rows = 0;
  while (std::getline(in, line) && problems.size() < kMostProblems) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    ++rows;
    const std::vector<CsvCell> cells = csv_cells(line);
    if (cells.size() != ranks)
      fail(number, 1,
           fmt::format("saw {} sizes; expected one for each of {} ranks", cells.size(), ranks));
    for (const CsvCell& cell : cells) {
      const auto size = parse_quantity(cell.text);
      const bool fits = size && size->dimension == DimensionOf<Bytes>::value && size->value >= 0.0;
      if (!fits)
        fail(number, cell.column,
             fmt::format("saw {}; expected {}", one_line(cell.text, 40),
                         example_of(DimensionOf<Bytes>::value)));
      out.bytes.push_back(fits ? Bytes{size->value} : Bytes{});
    }
  }
  if (problems.empty() && rows != ranks)
    fail(number, 1, fmt::format("saw {} rows; expected one for each of {} ranks", rows, ranks));
  if (!problems.empty()) return tl::unexpected(problems);
  return out;
}

}  // namespace orrery
