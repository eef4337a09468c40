#include "orrery/study/network/read/csv_cells.hpp"

#include <algorithm>
#include <cctype>

namespace orrery {

std::vector<CsvCell> csv_cells(const std::string& line) {
  std::vector<CsvCell> out;
  for (std::size_t at = 0; at <= line.size();) {
    const std::size_t comma = std::min(line.find(',', at), line.size());
    std::size_t first = at, last = comma;
    while (first < last && std::isspace(static_cast<unsigned char>(line[first])) != 0) ++first;
    while (last > first && std::isspace(static_cast<unsigned char>(line[last - 1])) != 0) --last;
    out.push_back({line.substr(first, last - first), first + 1});
    at = comma + 1;
  }
  return out;
}

}  // namespace orrery
