// One line of a CSV: cells between commas, without the blanks around them, each with its column.
// No quotes: names with commas are not for tables of numbers.
#pragma once
#include <string>
#include <vector>

namespace orrery {

struct CsvCell {
  std::string text;
  std::size_t column = 1;
};

std::vector<CsvCell> csv_cells(const std::string& line);

}  // namespace orrery
