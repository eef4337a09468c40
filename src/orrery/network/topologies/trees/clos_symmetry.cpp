#include "orrery/network/topologies/trees/clos_symmetry.hpp"

#include "orrery/network/graph/orbits.hpp"

namespace orrery {
namespace {

// `number` with the digit of that unit, in a radix that ends at `span`, one higher or back at zero.
std::uint32_t rotated(std::uint32_t number, std::uint32_t unit, std::uint32_t span) {
  return number % span + unit < span ? number + unit : number + unit - span;
}

class Rotations {
 public:
  Rotations(const ClosShape& shape, Keeps keeps) : shape_(shape), keeps_(keeps) {
    for (int digit = 0; digit < shape.levels(); ++digit) {
      if (shape.down(digit) > 1 && (keeps == Keeps::Wires || keeps_remainders(digit))) {
        digits_.push_back(digit);
      }
      if (keeps == Keeps::Wires && shape.up(digit) > 1) plane_digits_.push_back(digit);
    }
  }

  [[nodiscard]] std::optional<RouteSymmetry> symmetry() const {
    if (digits_.empty()) return std::nullopt;
    RouteSymmetry out;
    for (const int digit : digits_) out.order *= shape_.down(digit);
    for (std::uint32_t e = 0; e < shape_.endpoints(); ++e) {
      bool is_least = true;
      for (const int digit : digits_) {
        is_least = is_least && e / shape_.below(digit) % shape_.down(digit) == 0;
      }
      if (is_least) out.representatives.push_back(e);
    }
    out.orbit.resize(std::size_t{2} * shape_.cables());
    for (int l = 0; l < shape_.levels(); ++l) number_orbits(l, out);
    return out;
  }

 private:
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

  // What the rotation of an endpoint's digit makes of a remainder by `planes`.
  [[nodiscard]] std::uint32_t rotated_plane(std::uint32_t plane, int digit,
                                            std::uint32_t planes) const {
    if (keeps_ == Keeps::Wires) return plane;
    if (shape_.below(digit + 1) % planes == 0) return (plane + shape_.below(digit)) % planes;
    return rotated(plane, shape_.below(digit), shape_.below(digit + 1));
  }

  // The image of a cable from `level` up, as subtree * planes + parent.
  [[nodiscard]] std::uint32_t image(int level, std::size_t generator, std::uint32_t cable) const {
    const std::uint32_t planes = shape_.planes(level + 1);
    std::uint32_t subtree = cable / planes;
    std::uint32_t parent = cable % planes;
    if (generator < digits_.size()) {
      const int digit = digits_[generator];
      if (digit >= level) {
        const std::uint32_t unit = shape_.below(level);
        subtree = rotated(subtree, shape_.below(digit) / unit, shape_.below(digit + 1) / unit);
      }
      parent = rotated_plane(parent, digit, planes);
    } else {
      const int digit = plane_digits_[generator - digits_.size()];
      if (digit <= level) parent = rotated(parent, shape_.planes(digit), shape_.planes(digit + 1));
    }
    return subtree * planes + parent;
  }

  void number_orbits(int level, RouteSymmetry& out) const {
    const std::uint32_t planes = shape_.planes(level + 1);
    std::uint32_t found = 0;
    const std::vector<std::uint32_t> orbit = orbits(
        shape_.cables(level), static_cast<int>(digits_.size() + plane_digits_.size()),
        [&](int g, std::uint32_t cable) {
          return image(level, static_cast<std::size_t>(g), cable);
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
  Keeps keeps_;
  std::vector<int> digits_;
  std::vector<int> plane_digits_;
};

}  // namespace

std::optional<RouteSymmetry> rotations(const ClosShape& shape, Keeps keeps) {
  return Rotations(shape, keeps).symmetry();
}

}  // namespace orrery
