// One line of a CSV: its cells without blanks around them, each with its column in the text.
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
