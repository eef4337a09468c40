#include "orrery/base/text/quantity.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

namespace orrery {
namespace {

struct UnitName {
  std::string_view name;
  double scale;
  Dimension dimension;
  bool prefixes;  // may carry k M G T P E (and m u n p)
  bool binary;    // may carry Ki Mi Gi Ti Pi
};

constexpr std::array<UnitName, 24> kUnits{{
    {"s", 1.0, {1, 0, 0, 0, 0}, true, false},
    {"min", 60.0, {1, 0, 0, 0, 0}, false, false},
    {"h", 3600.0, {1, 0, 0, 0, 0}, false, false},
    {"hour", 3600.0, {1, 0, 0, 0, 0}, false, false},
    {"day", 86400.0, {1, 0, 0, 0, 0}, false, false},
    {"days", 86400.0, {1, 0, 0, 0, 0}, false, false},
    {"year", 365.25 * 86400.0, {1, 0, 0, 0, 0}, false, false},
    {"years", 365.25 * 86400.0, {1, 0, 0, 0, 0}, false, false},
    {"B", 1.0, {0, 1, 0, 0, 0}, true, true},
    {"b", 0.125, {0, 1, 0, 0, 0}, true, true},
    {"bit", 0.125, {0, 1, 0, 0, 0}, true, true},
    {"bps", 0.125, {-1, 1, 0, 0, 0}, true, false},
    {"FLOP", 1.0, {0, 0, 1, 0, 0}, true, false},
    {"FLOPs", 1.0, {0, 0, 1, 0, 0}, true, false},
    {"OP", 1.0, {0, 0, 1, 0, 0}, true, false},
    {"FLOPS", 1.0, {-1, 0, 1, 0, 0}, true, false},
    {"OPS", 1.0, {-1, 0, 1, 0, 0}, true, false},
    {"J", 1.0, {0, 0, 0, 1, 0}, true, false},
    {"Wh", 3600.0, {0, 0, 0, 1, 0}, true, false},
    {"W", 1.0, {-1, 0, 0, 1, 0}, true, false},
    {"Hz", 1.0, {-1, 0, 0, 0, 0}, true, false},
    {"USD", 1.0, {0, 0, 0, 0, 1}, true, false},
    {"$", 1.0, {0, 0, 0, 0, 1}, false, false},
    {"dollars", 1.0, {0, 0, 0, 0, 1}, false, false},
}};

std::optional<double> decimal_prefix(std::string_view p) {
  if (p == "k") return 1e3;
  if (p == "M") return 1e6;
  if (p == "G") return 1e9;
  if (p == "T") return 1e12;
  if (p == "P") return 1e15;
  if (p == "E") return 1e18;
  if (p == "Z") return 1e21;
  if (p == "m") return 1e-3;
  if (p == "u" || p == "µ") return 1e-6;
  if (p == "n") return 1e-9;
  if (p == "p") return 1e-12;
  return std::nullopt;
}

std::optional<double> binary_prefix(std::string_view p) {
  if (p == "Ki") return 0x1p10;
  if (p == "Mi") return 0x1p20;
  if (p == "Gi") return 0x1p30;
  if (p == "Ti") return 0x1p40;
  if (p == "Pi") return 0x1p50;
  return std::nullopt;
}

struct Scaled {
  double scale;
  Dimension dimension;
};

std::optional<Scaled> unit(std::string_view text) {
  for (const UnitName& u : kUnits) {
    if (text == u.name) return Scaled{u.scale, u.dimension};
  }
  for (const UnitName& u : kUnits) {
    if (text.size() <= u.name.size() || !text.ends_with(u.name)) continue;
    const std::string_view prefix = text.substr(0, text.size() - u.name.size());
    if (u.prefixes) {
      if (const auto scale = decimal_prefix(prefix)) return Scaled{*scale * u.scale, u.dimension};
    }
    if (u.binary) {
      if (const auto scale = binary_prefix(prefix)) return Scaled{*scale * u.scale, u.dimension};
    }
  }
  return std::nullopt;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// The number at the front; `rest` is what follows it, trimmed.
std::optional<double> leading_number(std::string_view text, std::string_view& rest) {
  text = trim(text);
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || !std::isfinite(value)) return std::nullopt;
  rest = trim(text.substr(static_cast<std::size_t>(end - text.data())));
  return value;
}

std::string scaled(double value, const char* unit_name, double step, const char* const* prefixes,
                   int count) {
  int i = 0;
  double shown = std::abs(value);
  while (shown >= 0.9995 * step && i + 1 < count) {
    shown /= step;
    ++i;
  }
  const int digits = shown >= 99.95 ? 0 : shown >= 9.995 ? 1 : 2;
  return fmt::format("{}{:.{}f} {}{}", value < 0 ? "-" : "", shown, digits, prefixes[i], unit_name);
}

constexpr const char* kDecimal[] = {"", "k", "M", "G", "T", "P", "E", "Z"};
constexpr const char* kBinary[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi"};

}  // namespace

std::optional<ParsedQuantity> parse_quantity(std::string_view text) {
  std::string_view rest;
  text = trim(text);
  if (text.starts_with('$')) {  // `$2.10/h` is how prices are written
    const auto amount = leading_number(text.substr(1), rest);
    if (!amount) return std::nullopt;
    ParsedQuantity out{*amount, {0, 0, 0, 0, 1}};
    if (rest.empty()) return out;
    if (!rest.starts_with('/')) return std::nullopt;
    const auto per = unit(trim(rest.substr(1)));
    if (!per) return std::nullopt;
    const Dimension& d = per->dimension;
    return ParsedQuantity{*amount / per->scale,
                          {-d.time, -d.data, -d.work, -d.energy, 1 - d.money}};
  }
  const auto number = leading_number(text, rest);
  if (!number || rest.empty()) return std::nullopt;
  const std::size_t slash = rest.find('/');
  const auto top = unit(trim(rest.substr(0, slash)));
  if (!top) return std::nullopt;
  ParsedQuantity out{*number * top->scale, top->dimension};
  if (slash == std::string_view::npos) return out;
  const auto bottom = unit(trim(rest.substr(slash + 1)));
  if (!bottom) return std::nullopt;
  const Dimension& d = bottom->dimension;
  out.value /= bottom->scale;
  out.dimension.time -= d.time;
  out.dimension.data -= d.data;
  out.dimension.work -= d.work;
  out.dimension.energy -= d.energy;
  out.dimension.money -= d.money;
  return out;
}

std::optional<double> parse_count(std::string_view text) {
  std::string_view rest;
  const auto number = leading_number(text, rest);
  if (!number) return std::nullopt;
  if (rest.empty()) return number;
  if (rest == "B") return *number * 1e9;  // counts of parameters and tokens are said in billions
  if (rest == "K") return *number * 1e3;
  const auto scale = decimal_prefix(rest);
  if (!scale || *scale < 1.0) return std::nullopt;
  return *number * *scale;
}

std::string example_of(const Dimension& d) {
  if (d == Dimension{1, 0, 0, 0, 0}) return "a time such as 2.5 us";
  if (d == Dimension{0, 1, 0, 0, 0}) return "a size such as 80 GiB";
  if (d == Dimension{-1, 1, 0, 0, 0}) return "a rate such as 3.35 TB/s";
  if (d == Dimension{0, 0, 1, 0, 0}) return "an amount of work such as 2 TFLOP";
  if (d == Dimension{-1, 0, 1, 0, 0}) return "a compute rate such as 989 TFLOP/s";
  if (d == Dimension{0, 0, 0, 1, 0}) return "an energy such as 3.6 MJ";
  if (d == Dimension{-1, 0, 0, 1, 0}) return "a power such as 700 W";
  if (d == Dimension{-1, 0, 0, 0, 0}) return "a frequency such as 1.75 GHz";
  if (d == Dimension{0, 0, 0, 0, 1}) return "a price such as 30000 USD";
  if (d == Dimension{-1, 0, 0, 0, 1}) return "a price per time such as $2.50/h";
  if (d == Dimension{0, 0, 0, -1, 1}) return "a price of energy such as 0.08 USD/kWh";
  return "a quantity with its unit";
}

std::string show(Seconds t) {
  const double v = std::abs(t.value());
  if (v == 0.0) return "0 s";
  if (v >= 2 * 86400.0) return fmt::format("{:.1f} days", t.value() / 86400.0);
  if (v >= 7200.0) return fmt::format("{:.1f} h", t.value() / 3600.0);
  const auto with = [&](double scale, const char* name) {
    const double shown = t.value() * scale;
    const double magnitude = std::abs(shown);
    return fmt::format("{:.{}f} {}", shown,
                       magnitude >= 99.95   ? 0
                       : magnitude >= 9.995 ? 1
                                            : 2,
                       name);
  };
  if (v >= 0.9995) return with(1, "s");
  if (v >= 0.9995e-3) return with(1e3, "ms");
  if (v >= 0.9995e-6) return with(1e6, "us");
  return with(1e9, "ns");
}

std::string show(Bytes b) { return scaled(b.value(), "B", 1024, kBinary, 6); }
std::string show(BytesPerSecond r) { return scaled(r.value(), "B/s", 1000, kDecimal, 8); }
std::string show(Flops f) { return scaled(f.value(), "FLOP", 1000, kDecimal, 8); }
std::string show(FlopsPerSecond f) { return scaled(f.value(), "FLOP/s", 1000, kDecimal, 8); }
std::string show(Watts w) { return scaled(w.value(), "W", 1000, kDecimal, 8); }
std::string show(Joules j) { return scaled(j.value(), "J", 1000, kDecimal, 8); }
std::string show(Hertz f) { return scaled(f.value(), "Hz", 1000, kDecimal, 8); }

std::string show(Dollars d) {
  const double v = d.value();
  if (std::abs(v) >= 1e6) return fmt::format("${:.2f} M", v / 1e6);
  if (std::abs(v) >= 1e4) return fmt::format("${:.1f} k", v / 1e3);
  if (std::abs(v) >= 0.01) return fmt::format("${:.2f}", v);
  return fmt::format("${:.3g}", v);
}

std::string show_count(double n) {
  if (std::abs(n) < 100000.0) return fmt::format("{:.6g}", n);
  static constexpr const char* kNames[] = {"", "k", "M", "B", "T", "Q"};
  std::string out = scaled(n, "", 1000, kNames, 6);
  return out;
}

}  // namespace orrery
