// Area and Mass: what silicon is bought by and what making it emits. Strong like the Quantities,
// apart from them because no rate or price of ours mixes them with time or data.
#pragma once
#include <optional>
#include <string_view>

namespace orrery {

template <class Unit>
class Measure {
 public:
  constexpr Measure() = default;
  constexpr explicit Measure(double base) : v_(base) {}
  [[nodiscard]] constexpr double value() const { return v_; }  // mm2, kg

  // A number followed by one of the Unit's names; nullopt: it is not.
  static std::optional<Measure> parsed(std::string_view text);
  static constexpr const char* example() { return Unit::kExample; }

  friend constexpr bool operator==(Measure a, Measure b) { return a.v_ == b.v_; }
  friend constexpr bool operator<(Measure a, Measure b) { return a.v_ < b.v_; }
  friend constexpr bool operator>(Measure a, Measure b) { return a.v_ > b.v_; }
  constexpr Measure& operator+=(Measure o) {
    v_ += o.v_;
    return *this;
  }
  friend constexpr Measure operator+(Measure a, Measure b) { return Measure{a.v_ + b.v_}; }
  friend constexpr Measure operator-(Measure a, Measure b) { return Measure{a.v_ - b.v_}; }
  friend constexpr Measure operator*(double k, Measure a) { return Measure{k * a.v_}; }
  friend constexpr Measure operator*(Measure a, double k) { return Measure{k * a.v_}; }
  friend constexpr Measure operator/(Measure a, double k) { return Measure{a.v_ / k}; }
  friend constexpr double operator/(Measure a, Measure b) { return a.v_ / b.v_; }

 private:
  double v_ = 0.0;
};

struct SquareMillimetres {
  static constexpr const char* kExample = "an area such as 814 mm2";
};
struct Kilograms {
  static constexpr const char* kExample = "a mass such as 2.5 kg";
};
using Area = Measure<SquareMillimetres>;
using Mass = Measure<Kilograms>;

template <>
std::optional<Area> Area::parsed(std::string_view text);
template <>
std::optional<Mass> Mass::parsed(std::string_view text);

}  // namespace orrery
