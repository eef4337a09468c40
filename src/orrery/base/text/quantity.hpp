// Quantities as text: parse_quantity("3.35 TB/s") and its inverse for people, show(Bytes).
//
// A unit is required: a bare number is never a quantity. SI prefixes are powers of 1000, KiB..PiB
// powers of 1024; b is a bit and B a byte. Rates, prices and energies follow from the base units.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "orrery/base/units.hpp"

namespace orrery {

// The exponents of a Quantity, at run time.
struct Dimension {
  int time = 0, data = 0, work = 0, energy = 0, money = 0;
  friend bool operator==(const Dimension&, const Dimension&) = default;
};

struct ParsedQuantity {
  double value = 0.0;  // in SI base units: s, B, FLOP, J, USD
  Dimension dimension;
};

// nullopt: not a number followed by a known unit.
std::optional<ParsedQuantity> parse_quantity(std::string_view text);

// A count with an optional decimal suffix: `16384`, `15.6 T`, `1e12`, `128k`.
std::optional<double> parse_count(std::string_view text);

template <class Q>
struct DimensionOf;
template <int T, int B, int F, int E, int D>
struct DimensionOf<Quantity<T, B, F, E, D>> {
  static constexpr Dimension value{T, B, F, E, D};
};

// "a rate such as 3.35 TB/s": what an error message offers for this dimension.
std::string example_of(const Dimension& dimension);

// For people, three or four digits: `3.35 TB/s`, `80.0 GiB`, `12.3 ms`, `$4.20`.
std::string show(Seconds);
std::string show(Bytes);  // binary prefixes: memory is bought in GiB
std::string show(BytesPerSecond);
std::string show(Flops);
std::string show(FlopsPerSecond);
std::string show(Watts);
std::string show(Joules);
std::string show(Dollars);
std::string show(Hertz);
std::string show_count(double);  // `405 B`, `15.6 T`, `8192`

}  // namespace orrery
