#include "orrery/network/routings/destination_modulo.hpp"

#include "orrery/network/orbits.hpp"

namespace orrery {
namespace {

class DestinationModulo : public Routing {
 public:
  explicit DestinationModulo(const ClosShape& shape) : shape_(shape) {}

  void route(std::uint32_t from, std::uint32_t to, std::uint64_t /*choice*/,
             std::vector<Hop>& way) const override {
    const int top = shape_.meeting_level(0, from, to);
    for (int l = 0; l < top; ++l) way.push_back({link(l, from, to, 0), 0});
    for (int l = top; l-- > 0;) way.push_back({link(l, to, to, 1), 0});
  }

  // The rotations of single digits of an endpoint's number (its place among its siblings, its
  // leaf's place among theirs, ...) that map remainders by the number of switches onto remainders.
  [[nodiscard]] std::optional<RouteSymmetry> symmetry() const override {
    std::vector<int> digits;
    RouteSymmetry out;
    for (int digit = 0; digit < shape_.levels(); ++digit) {
      if (shape_.down(digit) == 1 || !keeps_remainders(digit)) continue;
      digits.push_back(digit);
      out.order *= shape_.down(digit);
    }
    if (digits.empty()) return std::nullopt;
    for (std::uint32_t e = 0; e < shape_.endpoints(); ++e) {
      bool is_least = true;
      for (const int digit : digits) {
        is_least = is_least && e / shape_.below(digit) % shape_.down(digit) == 0;
      }
      if (is_least) out.representatives.push_back(e);
    }
    out.orbit.resize(std::size_t{2} * shape_.cables());
    for (int l = 0; l < shape_.levels(); ++l) number_orbits(l, digits, out);
    return out;
  }

 private:
  // The cable from `under`'s switch of level l to its parent on the way to `to`.
  [[nodiscard]] LinkId link(int l, std::uint32_t under, std::uint32_t to,
                            std::uint32_t down) const {
    const std::uint32_t parent = to % shape_.planes(l + 1);
    return static_cast<LinkId>(2 * shape_.cable(l, under / shape_.below(l), parent) + down);
  }

  // A rotation adds below(digit), less below(digit + 1) where it wraps: the same remainder when
  // the planes divide below(digit + 1), a rotated digit of the remainder when it divides them.
  [[nodiscard]] bool keeps_remainders(int digit) const {
    const std::uint32_t span = shape_.below(digit + 1);
    for (int l = 1; l <= shape_.levels(); ++l) {
      const std::uint32_t planes = shape_.planes(l);
      if (span % planes != 0 && planes % span != 0) return false;
    }
    return true;
  }

  [[nodiscard]] std::uint32_t rotated(std::uint32_t number, int digit) const {
    const std::uint32_t unit = shape_.below(digit);
    const std::uint32_t span = shape_.below(digit + 1);
    return number % span / unit + 1 < shape_.down(digit) ? number + unit : number + unit - span;
  }

  // What the rotation makes of a remainder by `planes`.
  [[nodiscard]] std::uint32_t rotated_plane(std::uint32_t plane, int digit,
                                            std::uint32_t planes) const {
    if (shape_.below(digit + 1) % planes == 0) return (plane + shape_.below(digit)) % planes;
    return rotated(plane, digit);
  }

  void number_orbits(int level, const std::vector<int>& digits, RouteSymmetry& out) const {
    const std::uint32_t planes = shape_.planes(level + 1);
    std::uint32_t found = 0;
    // A cable of this level as subtree * planes + parent.
    const std::vector<std::uint32_t> orbit = orbits(
        shape_.cables(level), static_cast<int>(digits.size()),
        [&](int g, std::uint32_t cable) {
          const int digit = digits[static_cast<std::size_t>(g)];
          std::uint32_t subtree = cable / planes;
          if (digit >= level) {
            subtree = rotated(subtree * shape_.below(level), digit) / shape_.below(level);
          }
          return subtree * planes + rotated_plane(cable % planes, digit, planes);
        },
        found);
    const auto first = static_cast<std::uint32_t>(out.members.size());
    out.members.resize(first + std::size_t{2} * found, 0);
    for (std::uint32_t i = 0; i < orbit.size(); ++i) {
      const std::size_t up = std::size_t{2} * shape_.cable(level, i / planes, i % planes);
      for (std::uint32_t way = 0; way < 2; ++way) {
        out.orbit[up + way] = first + 2 * orbit[i] + way;
        ++out.members[out.orbit[up + way]];
      }
    }
  }

  const ClosShape& shape_;
};

}  // namespace

std::unique_ptr<Routing> destination_modulo(const ClosShape& shape) {
  return std::make_unique<DestinationModulo>(shape);
}

}  // namespace orrery
