// A gzipped CSV table in memory: header names and rows of cells.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "orrery/base/result.hpp"

namespace orrery {

class CsvTable {
 public:
  // An absent or unreadable file is an error.
  static Result<CsvTable> read(const std::string& path);

  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  // "" and 0 where the table has no such column or the row is short.
  [[nodiscard]] std::string_view text(std::size_t row, std::string_view column) const;
  [[nodiscard]] double number(std::size_t row, std::string_view column) const;
  [[nodiscard]] bool has(std::string_view column) const { return columns_.contains(column); }
  // Line of the text, from 1.
  [[nodiscard]] int line(std::size_t row) const { return lines_[row]; }

 private:
  std::string bytes_;
  std::map<std::string, std::size_t, std::less<>> columns_;
  std::vector<std::vector<std::string_view>> rows_;  // into bytes_, whose buffer moves with it
  std::vector<int> lines_;
};

}  // namespace orrery
