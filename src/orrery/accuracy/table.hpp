// read_table: the rows of a CSV file, gzipped or not, as maps from column to text. For our own
// measurements: it trusts the file, and returns no rows when there is none.
#pragma once
#include <map>
#include <string>
#include <vector>

namespace orrery {

std::vector<std::map<std::string, std::string>> read_table(const std::string& path);

}  // namespace orrery
