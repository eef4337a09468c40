#include "orrery/base/text/csv_cells.hpp"

#include <algorithm>
#include <cctype>

namespace orrery {

std::vector<CsvCell> csv_cells(const std::string& line) {
  const auto is_blank = [&](std::size_t i) {
    return std::isspace(static_cast<unsigned char>(line[i])) != 0;
  };
  std::vector<CsvCell> out;
  for (std::size_t at = 0; at <= line.size();) {
    const std::size_t comma = std::min(line.find(',', at), line.size());
    std::size_t first = at;
    std::size_t last = comma;
    while (first < last && is_blank(first)) ++first;
    while (last > first && is_blank(last - 1)) --last;
    out.push_back({line.substr(first, last - first), first + 1});
    at = comma + 1;
  }
  return out;
}

}  // namespace orrery
