#include "orrery/accuracy/table.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace orrery {
namespace {

struct Record {
  int line = 0;
  std::vector<std::string> cells;
};

std::vector<Record> records_of(const std::string& text) {
  std::vector<Record> out;
  Record record{1, {}};
  std::string cell;
  bool quoted = false, any = false;
  int line = 1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') ++line;
    if (quoted) {
      if (c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
        cell += '"';
        ++i;
      } else if (c == '"') {
        quoted = false;
      } else {
        cell += c;
      }
      continue;
    }
    if (c == '"') {
      quoted = any = true;
    } else if (c == ',') {
      record.cells.push_back(std::exchange(cell, {}));
      any = true;
    } else if (c == '\n') {
      if (any || !cell.empty()) {
        record.cells.push_back(std::exchange(cell, {}));
        out.push_back(std::exchange(record, {line, {}}));
      }
      record.line = line;
      any = false;
    } else if (c != '\r') {
      cell += c;
      any = true;
    }
  }
  if (any || !cell.empty()) {
    record.cells.push_back(cell);
    out.push_back(record);
  }
  return out;
}

}  // namespace

const std::string& TableRow::text(const std::string& column) const {
  static const std::string kEmpty;
  const auto it = cells.find(column);
  return it == cells.end() ? kEmpty : it->second;
}

std::optional<double> TableRow::number(const std::string& column) const {
  const std::string& s = text(column);
  double value = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (s.empty() || error != std::errc{} || end != s.data() + s.size()) return std::nullopt;
  return value;
}

bool Table::has(const std::string& column) const {
  return std::ranges::find(columns, column) != columns.end();
}

tl::expected<Table, Diagnostics> read_table(const std::string& path) {
  std::error_code ec;
  const gzFile file =
      std::filesystem::is_directory(path, ec) ? nullptr : gzopen(path.c_str(), "rb");
  if (file == nullptr) {
    return tl::unexpected(
        Diagnostics{{path + ":1:1: /", "saw no readable file; expected a CSV file"}});
  }
  std::string text;  // gzread passes plain text through
  std::vector<char> part(1 << 16);
  for (int got = 0; (got = gzread(file, part.data(), static_cast<unsigned>(part.size()))) > 0;) {
    text.append(part.data(), static_cast<std::size_t>(got));
  }
  gzclose(file);
  Table table;
  Diagnostics problems;
  std::vector<Record> records = records_of(text);
  if (!records.empty() && !records.front().cells.empty() &&
      records.front().cells.front().starts_with('#')) {
    records.erase(records.begin());
  }
  if (records.empty()) {
    return tl::unexpected(
        Diagnostics{{path + ":1:1: /", "saw an empty file; expected a header and rows"}});
  }
  table.columns = records.front().cells;
  for (std::size_t i = 1; i < records.size(); ++i) {
    if (records[i].cells.size() != table.columns.size()) {
      problems.push_back({fmt::format("{}:{}:1: /", path, records[i].line),
                          fmt::format("saw {} cells; expected {} as in the header",
                                      records[i].cells.size(), table.columns.size())});
      continue;
    }
    TableRow row;
    row.line = records[i].line;
    for (std::size_t c = 0; c < table.columns.size(); ++c)
      row.cells[table.columns[c]] = records[i].cells[c];
    table.rows.push_back(std::move(row));
  }
  if (!problems.empty()) return tl::unexpected(problems);
  return table;
}

std::vector<std::map<std::string, std::string>> read_cells(const std::string& path) {
  std::vector<std::map<std::string, std::string>> out;
  if (auto table = read_table(path)) {
    for (TableRow& row : table->rows) out.push_back(std::move(row.cells));
  }
  return out;
}

}  // namespace orrery
