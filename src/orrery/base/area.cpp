#include "orrery/base/area.hpp"

#include <charconv>
#include <cmath>
#include <utility>

namespace orrery {
namespace {

using Names = std::pair<std::string_view, double>;

template <std::size_t N>
std::optional<double> scaled(std::string_view text, const Names (&units)[N]) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || !std::isfinite(value)) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  while (text.starts_with(' ')) text.remove_prefix(1);
  for (const auto& [name, scale] : units) {
    if (text == name) return value * scale;
  }
  return std::nullopt;
}

}  // namespace

template <>
std::optional<Area> Area::parsed(std::string_view text) {
  constexpr Names kUnits[] = {{"mm2", 1.0}, {"cm2", 100.0}, {"um2", 1e-6}};
  const auto v = scaled(text, kUnits);
  return v ? std::optional(Area{*v}) : std::nullopt;
}

template <>
std::optional<Mass> Mass::parsed(std::string_view text) {
  constexpr Names kUnits[] = {{"kg", 1.0}, {"g", 1e-3}, {"t", 1e3}};
  const auto v = scaled(text, kUnits);
  return v ? std::optional(Mass{*v}) : std::nullopt;
}

}  // namespace orrery
