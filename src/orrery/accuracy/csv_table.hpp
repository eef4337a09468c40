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
  [[nodiscard]] bool is_above_zero(std::size_t row, std::string_view column) const;
  // The complaint about a cell that is no number above zero, with its line in the file.
  [[nodiscard]] Error no_number(const std::string& path, std::size_t row,
                                std::string_view column) const;
  // Line of the text, from 1.
  [[nodiscard]] int line(std::size_t row) const { return lines_[row]; }

 private:
  std::string bytes_;
  std::map<std::string, std::size_t, std::less<>> columns_;
  std::vector<std::vector<std::string_view>> rows_;  // into bytes_, whose buffer moves with it
  std::vector<int> lines_;
};

// Tables by path, each read once.
class CsvTables {
 public:
  // The table lives as long as this.
  Result<const CsvTable*> read(const std::string& path);

 private:
  std::map<std::string, CsvTable> tables_;
};

}  // namespace orrery
