#include <fmt/format.h>

#include <fstream>
#include <map>

#include "orrery/base/text/csv_cells.hpp"
#include "orrery/network/topologies/irregular/named_wires.hpp"

namespace orrery {
namespace {

// A table of a file: its first line names the columns, # starts a line that is skipped.
class CsvTable {
 public:
  CsvTable(std::string path, Diagnostics& problems)
      : path_(std::move(path)), in_(path_), problems_(problems) {}

  // Whether the columns are there; others than `optional` are mistakes.
  bool header(const std::vector<std::string>& needed, const std::vector<std::string>& optional) {
    if (!next()) {
      fail({}, "saw no lines; expected one that names columns");
      return false;
    }
    std::string known;
    for (const auto* names : {&needed, &optional}) {
      for (const std::string& n : *names) known += (known.empty() ? "" : ", ") + n;
    }
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      place_[cells_[i].text] = i;
      if ((", " + known + ", ").find(", " + cells_[i].text + ", ") == std::string::npos)
        fail({number_, cells_[i].column}, fmt::format("saw column {}; expected some of {}",
                                                      one_line(cells_[i].text, 40), known));
    }
    for (const std::string& n : needed) {
      if (!place_.contains(n))
        fail({number_, 1}, fmt::format("saw no column {}; expected some of {}", n, known));
    }
    return problems_.empty();
  }

  bool next() {
    while (std::getline(in_, line_)) {
      ++number_;
      if (line_.find_first_not_of(" \t\r") == std::string::npos || line_[0] == '#') continue;
      cells_ = csv_cells(line_);
      return true;
    }
    return false;
  }

  // "" where the line or the table has no such cell.
  [[nodiscard]] std::string text(const char* column) const {
    const auto found = place_.find(column);
    return found == place_.end() || found->second >= cells_.size() ? ""
                                                                   : cells_[found->second].text;
  }
  [[nodiscard]] TextPlace place(const char* column) const {
    const auto found = place_.find(column);
    return found == place_.end() || found->second >= cells_.size()
               ? TextPlace{number_, 1}
               : TextPlace{number_, cells_[found->second].column};
  }

  void fail(const TextPlace& at, const std::string& what) {
    problems_.push_back({fmt::format("{}:{}:{}: /", path_, at.line, at.column), what});
  }
  void must_have(const char* column) {
    if (text(column).empty())
      fail(place(column), fmt::format("saw nothing in column {}; expected a name", column));
  }
  template <class Q>
  std::optional<Q> quantity(const char* column) {
    const std::string cell = text(column);
    if (cell.empty()) return std::nullopt;
    const auto parsed = parse_quantity(cell);
    if (parsed && parsed->dimension == DimensionOf<Q>::value) return Q{parsed->value};
    fail(place(column),
         fmt::format("saw {}; expected {}", one_line(cell, 40), example_of(DimensionOf<Q>::value)));
    return std::nullopt;
  }
  // Whether the cell is the second of two words.
  bool is_second(const char* column, const char* first, const char* second) {
    const std::string cell = text(column);
    if (!cell.empty() && cell != first && cell != second)
      fail(place(column),
           fmt::format("saw {}; expected {} or {}", one_line(cell, 40), first, second));
    return cell == second;
  }

 private:
  std::string path_;
  std::ifstream in_;
  Diagnostics& problems_;
  std::string line_;
  std::size_t number_ = 0;
  std::vector<CsvCell> cells_;
  std::map<std::string, std::size_t> place_;
};

}  // namespace

NamedNetwork read_edge_csv(const std::string& path, Diagnostics& problems) {
  NamedNetwork out{.file = path};
  CsvTable table(path, problems);
  if (!table.header({"a", "b"}, {"bandwidth", "latency", "kind", "optical"})) return out;
  while (problems.size() < kMostMistakes && table.next()) {
    table.must_have("a");
    table.must_have("b");
    out.cables.push_back({table.text("a"), table.text("b"), table.text("kind"),
                          table.quantity<BytesPerSecond>("bandwidth"),
                          table.quantity<Seconds>("latency"),
                          table.is_second("optical", "false", "true"), table.place("a"),
                          table.place("b"), table.place("bandwidth"), table.place("latency")});
  }
  return out;
}

void read_vertex_csv(const std::string& path, NamedNetwork& network, Diagnostics& problems) {
  network.lists_vertices = true;
  CsvTable table(path, problems);
  if (!table.header({"name", "role"}, {})) return;
  while (problems.size() < kMostMistakes && table.next()) {
    table.must_have("name");
    table.must_have("role");
    network.vertices.push_back(
        {table.text("name"), table.is_second("role", "endpoint", "switch"), table.place("name")});
  }
}

}  // namespace orrery
