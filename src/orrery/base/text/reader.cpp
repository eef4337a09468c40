#include "orrery/base/text/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace orrery {
namespace {

// Levenshtein distance, for "did you mean".
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string nearest_name(std::string_view word, const std::vector<std::string>& known) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string& name : known) {
    const std::size_t d = edit_distance(word, name);
    if (d < best_distance) {
      best_distance = d;
      best = name;
    }
  }
  return best;
}

namespace detail {

std::string nearest(std::string_view word, const std::vector<std::string_view>& known) {
  return nearest_name(word, {known.begin(), known.end()});
}

void report_mismatch(const Node& node, std::string_view expected, Diagnostics& problems) {
  problems.push_back({node.where(), fmt::format("saw {}; expected {}", node.seen(), expected)});
}

void report_missing(const Node& node, std::string_view key, Diagnostics& problems) {
  problems.push_back({node.where(), fmt::format("saw no '{}'; expected this key here", key)});
}

void report_unknown(const Node& node, const std::vector<std::string_view>& known,
                    Diagnostics& problems) {
  for (const Node::Member& member : node.members) {
    if (std::ranges::find(known, member.key) != known.end()) continue;
    const std::string near = nearest(member.key, known);
    std::string list;
    for (const std::string_view name : known)
      list += (list.empty() ? "" : ", ") + std::string(name);
    const std::string hint = near.empty() ? "one of " + list : fmt::format("'{}'", near);
    problems.push_back(
        {fmt::format("{}:{}:{}: {}", node.file, member.line, member.column, member.value.pointer),
         fmt::format("saw the unknown key '{}'; expected {}", member.key, hint)});
  }
}

std::optional<double> read_quantity(const Node& node, const Dimension& dimension,
                                    Diagnostics& problems) {
  if (node.is_scalar()) {
    const auto parsed = parse_quantity(node.scalar);
    if (parsed && parsed->dimension == dimension && parsed->value >= 0.0 &&
        std::isfinite(parsed->value)) {
      return parsed->value;
    }
  }
  report_mismatch(node, example_of(dimension), problems);
  return std::nullopt;
}

std::optional<double> read_real(const Node& node, Diagnostics& problems) {
  if (node.is_scalar() && !node.quoted) {
    if (const auto value = parse_count(node.scalar)) return value;
  }
  report_mismatch(node, "a number without a unit", problems);
  return std::nullopt;
}

std::optional<std::int64_t> read_integer(const Node& node, Diagnostics& problems,
                                         std::int64_t least, std::int64_t most) {
  constexpr std::int64_t kExact = (std::int64_t{1} << 53) - 1;  // a double counts up to here
  least = std::max(least, -kExact);
  most = std::min(most, kExact);
  std::string expected = "a whole number";
  if (node.is_scalar() && !node.quoted) {
    const auto value = parse_count(node.scalar);
    if (value && *value == std::floor(*value)) {
      if (*value >= static_cast<double>(least) && *value <= static_cast<double>(most)) {
        return static_cast<std::int64_t>(*value);
      }
      expected += *value < 0 ? fmt::format(" from {}", least) : fmt::format(" up to {}", most);
    }
  }
  report_mismatch(node, expected, problems);
  return std::nullopt;
}

std::optional<bool> read_bool(const Node& node, Diagnostics& problems) {
  if (node.is_scalar() && !node.quoted) {
    if (node.scalar == "true") return true;
    if (node.scalar == "false") return false;
  }
  report_mismatch(node, "true or false", problems);
  return std::nullopt;
}

std::optional<std::string> read_text(const Node& node, Diagnostics& problems) {
  if (node.is_scalar()) return node.scalar;
  report_mismatch(node, "text", problems);
  return std::nullopt;
}

}  // namespace detail
}  // namespace orrery
