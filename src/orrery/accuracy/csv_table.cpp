#include "orrery/accuracy/csv_table.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <charconv>
#include <cmath>

#include "orrery/base/text/document.hpp"

namespace orrery {
namespace {

// A cell in double quotes may hold commas; a doubled quote inside one stays doubled.
std::vector<std::string_view> cells_of(std::string_view line) {
  std::vector<std::string_view> cells;
  for (;;) {
    const bool quoted = line.starts_with('"');
    const std::size_t from = quoted ? line.find("\",", 1) : 0;
    const std::size_t comma =
        quoted ? (from == std::string_view::npos ? from : from + 1) : line.find(',');
    std::string_view cell = line.substr(0, comma);
    if (quoted) {
      cell.remove_prefix(1);
      if (cell.ends_with('"')) cell.remove_suffix(1);
    }
    cells.push_back(cell);
    if (comma == std::string_view::npos) return cells;
    line.remove_prefix(comma + 1);
  }
}

}  // namespace

Result<CsvTable> CsvTable::read(const std::string& path) {
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return tl::unexpected(Error{path + ":1:1: /", "saw no such file; expected a CSV table"});
  CsvTable table;
  std::vector<char> buffer(1 << 20);
  int got = 0;
  while ((got = gzread(file, buffer.data(), static_cast<unsigned>(buffer.size()))) > 0) {
    table.bytes_.append(buffer.data(), static_cast<std::size_t>(got));
  }
  gzclose(file);
  if (got < 0) return tl::unexpected(Error{path + ":1:1: /", "saw neither gzip nor text; expected a CSV table"});
  std::string_view rest = table.bytes_;
  for (int number = 1; !rest.empty(); ++number) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (!line.empty()) {
      auto cells = cells_of(line);
      if (table.columns_.empty()) {
        for (std::size_t i = 0; i < cells.size(); ++i) table.columns_.emplace(cells[i], i);
      } else {
        table.rows_.push_back(std::move(cells));
        table.lines_.push_back(number);
      }
    }
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return table;
}

Result<const CsvTable*> CsvTables::read(const std::string& path) {
  auto found = tables_.find(path);
  if (found == tables_.end()) {
    auto table = CsvTable::read(path);
    if (!table) return tl::unexpected(table.error());
    found = tables_.emplace(path, std::move(*table)).first;
  }
  return &found->second;
}

std::string_view CsvTable::text(std::size_t row, std::string_view column) const {
  const auto found = columns_.find(column);
  if (found == columns_.end() || found->second >= rows_[row].size()) return {};
  return rows_[row][found->second];
}

double CsvTable::number(std::size_t row, std::string_view column) const {
  const std::string_view cell = text(row, column);
  double value = 0.0;
  std::from_chars(cell.data(), cell.data() + cell.size(), value);
  return value;
}

bool CsvTable::is_above_zero(std::size_t row, std::string_view column) const {
  const double value = number(row, column);
  return std::isfinite(value) && value > 0.0;
}

Error CsvTable::no_number(const std::string& path, std::size_t row,
                          std::string_view column) const {
  return {fmt::format("{}:{}:1: /{}", path, lines_[row], column),
          fmt::format("saw '{}'; expected a number above 0", one_line(text(row, column), 40))};
}

}  // namespace orrery
