// Table: a CSV file with a header, as published measurements come.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "orrery/base/result.hpp"

namespace orrery {

class TableRow {
 public:
  int line = 0;
  std::map<std::string, std::string> cells;

  // "" when the column is absent or empty.
  [[nodiscard]] const std::string& text(const std::string& column) const;
  // The number that the cell is; nullopt when empty or not a number.
  [[nodiscard]] std::optional<double> number(const std::string& column) const;
};

struct Table {
  std::vector<std::string> columns;
  std::vector<TableRow> rows;
  [[nodiscard]] bool has(const std::string& column) const;
};

// gzipped or not. RFC 4180: quotes, doubled quotes, line breaks in quotes. A row of the wrong width
// is an error.
tl::expected<Table, Diagnostics> read_table(const std::string& path);

// For our own measurements: the rows' cells, or none when there is no such file.
std::vector<std::map<std::string, std::string>> read_cells(const std::string& path);

}  // namespace orrery
