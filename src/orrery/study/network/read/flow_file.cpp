#include "orrery/study/network/read/flow_file.hpp"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>

#include "orrery/base/text/csv_cells.hpp"
#include "orrery/base/text/quantity.hpp"

namespace orrery {
namespace {

class FlowReader {
 public:
  FlowReader(std::string path, std::uint32_t endpoints)
      : path_(std::move(path)), endpoints_(endpoints) {}

  bool header(const std::vector<CsvCell>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) place_[cells[i].text] = i;
    for (const char* needed : {"from", "to", "size"}) {
      if (!place_.contains(needed))
        fail(1, 1, "saw no column " + std::string(needed) + "; expected from, to, size, start");
    }
    return problems.empty();
  }

  void line(std::size_t number, const std::vector<CsvCell>& cells) {
    const auto from = endpoint(number, cells, "from"), to = endpoint(number, cells, "to");
    const auto size = quantity<Bytes>(number, cells, "size");
    std::optional<Seconds> start = Seconds{};
    if (place_.contains("start")) start = quantity<Seconds>(number, cells, "start");
    if (from && to && size && start) flows.push_back({*from, *to, *size, *start});
  }

  std::vector<Flow> flows;
  Diagnostics problems;

 private:
  void fail(std::size_t line, std::size_t column, const std::string& what) {
    problems.push_back({fmt::format("{}:{}:{}: /", path_, line, column), what});
  }

  const CsvCell* cell(std::size_t number, const std::vector<CsvCell>& cells, const char* key) {
    const std::size_t at = place_.at(key);
    if (at < cells.size()) return &cells[at];
    fail(number, 1, fmt::format("saw {} cells; expected one for {}", cells.size(), key));
    return nullptr;
  }

  std::optional<std::uint32_t> endpoint(std::size_t number, const std::vector<CsvCell>& cells,
                                        const char* key) {
    const CsvCell* c = cell(number, cells, key);
    if (c == nullptr) return std::nullopt;
    std::uint32_t value = 0;
    const char* end = c->text.data() + c->text.size();
    const auto [stopped, error] = std::from_chars(c->text.data(), end, value);
    if (error == std::errc() && stopped == end && value < endpoints_) return value;
    fail(number, c->column,
         fmt::format("saw {}; expected an endpoint, 0 to {}", one_line(c->text, 40),
                     endpoints_ - 1));
    return std::nullopt;
  }

  template <class Q>
  std::optional<Q> quantity(std::size_t number, const std::vector<CsvCell>& cells,
                            const char* key) {
    const CsvCell* c = cell(number, cells, key);
    if (c == nullptr) return std::nullopt;
    const auto parsed = parse_quantity(c->text);
    if (parsed && parsed->dimension == DimensionOf<Q>::value && parsed->value >= 0.0)
      return Q{parsed->value};
    fail(number, c->column,
         fmt::format("saw {}; expected {}", one_line(c->text, 40),
                     example_of(DimensionOf<Q>::value)));
    return std::nullopt;
  }

  std::string path_;
  std::uint32_t endpoints_;
  std::map<std::string, std::size_t> place_;
};

}  // namespace

tl::expected<std::vector<Flow>, Diagnostics> read_flow_file(const Node& file,
                                                            std::uint32_t endpoints) {
  namespace fs = std::filesystem;
  const fs::path beside = fs::path(file.file).parent_path() / file.scalar;
  std::ifstream in(beside);
  std::error_code ec;
  if (!in || fs::is_directory(beside, ec))
    return tl::unexpected(
        Diagnostics{{file.where(), fmt::format("saw {}; expected a CSV of flows beside the study",
                                               file.seen())}});
  FlowReader reader(beside.string(), endpoints);
  std::string line;
  std::size_t number = 0;
  bool has_header = false;
  while (std::getline(in, line)) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    if (!has_header) {
      has_header = true;
      if (!reader.header(csv_cells(line))) break;
      continue;
    }
    reader.line(number, csv_cells(line));
    if (reader.problems.size() >= 20) break;
  }
  if (reader.problems.empty() && reader.flows.empty())
    reader.problems.push_back({beside.string() + ":1:1: /", "saw no flows; expected at least one"});
  if (!reader.problems.empty()) return tl::unexpected(reader.problems);
  return std::move(reader.flows);
}

}  // namespace orrery
