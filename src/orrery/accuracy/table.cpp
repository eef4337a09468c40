#include "orrery/accuracy/table.hpp"

#include <zlib.h>

#include <array>

namespace orrery {
namespace {

// gzopen reads plain files as they are.
std::string whole(const std::string& path) {
  std::string text;
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return text;
  std::array<char, 1 << 16> part{};
  int got = 0;
  while ((got = gzread(file, part.data(), static_cast<unsigned>(part.size()))) > 0) {
    text.append(part.data(), static_cast<std::size_t>(got));
  }
  gzclose(file);
  return text;
}

// One record from `at` on; quotes hold commas and line ends, two quotes are one.
std::vector<std::string> record(const std::string& text, std::size_t& at) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted) {
      if (c != '"') {
        fields.back() += c;
      } else if (at + 1 < text.size() && text[at + 1] == '"') {
        fields.back() += text[++at];
      } else {
        quoted = false;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == ',') {
      fields.emplace_back();
    } else if (c == '\n') {
      ++at;
      break;
    } else if (c != '\r') {
      fields.back() += c;
    }
  }
  return fields;
}

}  // namespace

std::vector<std::map<std::string, std::string>> read_table(const std::string& path) {
  const std::string text = whole(path);
  std::vector<std::map<std::string, std::string>> rows;
  std::size_t at = 0;
  const std::vector<std::string> columns = record(text, at);
  while (at < text.size()) {
    const std::vector<std::string> fields = record(text, at);
    if (fields.size() != columns.size()) continue;
    auto& row = rows.emplace_back();
    for (std::size_t i = 0; i < fields.size(); ++i) row[columns[i]] = fields[i];
  }
  return rows;
}

}  // namespace orrery
