#include "orrery/model/hf/config.hpp"

#include <fmt/format.h>

#include "orrery/base/text/reader.hpp"

namespace orrery::hf {
namespace {

constexpr std::int64_t kLargest = std::int64_t{1} << 31;  // products of two stay inside 64 bits

}  // namespace

const Node* Config::find(const char* key) const {
  const Node* found = node_->find(key);
  return found == nullptr || found->is_null() ||
                 (found->is_scalar() && !found->quoted && found->scalar == "null")
             ? nullptr
             : found;
}

bool Config::has(const char* key) const { return find(key) != nullptr; }

std::int64_t Config::integer(const char* key) {
  if (!has(key)) {
    detail::report_missing(*node_, key, *problems_);
    return 0;
  }
  return integer(key, 0);
}

std::int64_t Config::integer(const char* key, std::int64_t fallback) {
  const Node* found = find(key);
  if (found == nullptr) return fallback;
  const auto value = detail::read_integer(*found, *problems_);
  if (!value) return fallback;
  if (*value < 0 || *value > kLargest) {
    detail::report_mismatch(*found, fmt::format("an integer from 0 to {}", kLargest), *problems_);
    return fallback;
  }
  return *value;
}

std::int64_t Config::integer_of(std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    if (has(key)) return integer(key);
  }
  return integer(*keys.begin());
}

bool Config::flag(const char* key, bool fallback) {
  const Node* found = find(key);
  if (found == nullptr) return fallback;
  return detail::read_bool(*found, *problems_).value_or(fallback);
}

std::string Config::text(const char* key, const std::string& fallback) {
  const Node* found = find(key);
  if (found == nullptr) return fallback;
  return detail::read_text(*found, *problems_).value_or(fallback);
}

Config Config::section(const char* key) {
  const Node* found = find(key);
  if (found == nullptr) return *this;
  if (!found->is_map()) detail::report_mismatch(*found, "a map of keys", *problems_);
  return {*found, *problems_};
}

Config Config::required_section(const char* key) {
  if (!has(key)) detail::report_missing(*node_, key, *problems_);
  return section(key);
}

std::string Config::letters(const char* key,
                            std::initializer_list<std::pair<const char*, char>> names) {
  std::string out;
  const Node* found = find(key);
  if (found == nullptr) return out;
  if (!found->is_sequence()) {
    detail::report_mismatch(*found, "a list", *problems_);
    return out;
  }
  for (const Node& item : found->items) {
    char letter = 0;
    std::string expected;
    for (const auto& [name, value] : names) {
      if (item.is_scalar() && item.scalar == name) letter = value;
      expected += (expected.empty() ? "one of " : ", ") + std::string(name);
    }
    if (letter == 0) {
      detail::report_mismatch(item, expected, *problems_);
      return {};
    }
    out += letter;
  }
  return out;
}

std::vector<std::int64_t> Config::integers(const char* key) {
  std::vector<std::int64_t> out;
  const Node* found = find(key);
  if (found == nullptr) return out;
  if (!found->is_sequence()) {
    detail::report_mismatch(*found, "a list of integers", *problems_);
    return out;
  }
  for (const Node& item : found->items) {
    const auto value = detail::read_integer(item, *problems_);
    if (!value) return {};
    out.push_back(*value);
  }
  return out;
}

void Config::fail(const char* key, const std::string& what) {
  const Node* found = node_->find(key);
  problems_->push_back({(found == nullptr ? *node_ : *found).where(), what});
}

}  // namespace orrery::hf
