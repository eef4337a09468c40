#include "orrery/network/routings/destination_modulo.hpp"

#include "orrery/network/topologies/trees/clos_symmetry.hpp"

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

  [[nodiscard]] std::optional<RouteSymmetry> symmetry() const override {
    return rotations(shape_, Keeps::Remainders);
  }

 private:
  // The cable from `under`'s switch of level l to its parent on the way to `to`.
  [[nodiscard]] LinkId link(int l, std::uint32_t under, std::uint32_t to,
                            std::uint32_t down) const {
    const std::uint32_t parent = to % shape_.planes(l + 1);
    return static_cast<LinkId>(2 * shape_.cable(l, under / shape_.below(l), parent) + down);
  }

  const ClosShape& shape_;
};

}  // namespace

std::unique_ptr<Routing> destination_modulo(const ClosShape& shape) {
  return std::make_unique<DestinationModulo>(shape);
}

}  // namespace orrery
