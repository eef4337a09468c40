#include "orrery/network/routings/dimension_order.hpp"

namespace orrery {
namespace {

class DimensionOrder : public Routing {
 public:
  DimensionOrder(const TorusGrid& grid, TieBreak ties, std::uint32_t period)
      : grid_(grid), ties_(ties), period_(period) {}

  void route(std::uint32_t from, std::uint32_t to, std::uint64_t choice,
             std::vector<Hop>& way) const override {
    std::uint32_t at = from;
    for (std::size_t d = 0; d < grid_.dimensions(); ++d) {
      const std::uint32_t steps = grid_.steps(at, to, d);
      if (steps == 0) continue;
      Sense sense = shorter(at, to, d);
      if (is_tie(steps, d)) sense = tie_sense(at, d, choice);
      std::uint8_t channel = 0;
      for (std::uint32_t i = 0; i < steps; ++i) {
        const std::uint32_t x = grid_.coordinate(at, d);
        if (sense == Sense::Up ? x + 1 == grid_.length(d) : x == 0) channel = 1;
        way.push_back({grid_.link(at, d, sense), channel});
        at = grid_.neighbour(at, d, sense);
      }
    }
  }

  void spread(std::uint32_t from, std::uint32_t to, std::uint64_t /*choice*/,
              std::vector<LinkShare>& shares) const override {
    std::uint32_t at = from;
    for (std::size_t d = 0; d < grid_.dimensions(); ++d) {
      const std::uint32_t steps = grid_.steps(at, to, d);
      if (steps == 0) continue;
      const bool both = is_tie(steps, d) && ties_ == TieBreak::Balanced;
      Sense sense = shorter(at, to, d);
      if (is_tie(steps, d)) sense = tie_sense(at, d, 0);
      const Sense other = sense == Sense::Up ? Sense::Down : Sense::Up;
      if (both) walk(at, d, other, steps, 0.5, shares);
      at = walk(at, d, sense, steps, both ? 0.5 : 1.0, shares);
    }
  }

  [[nodiscard]] bool per_packet() const override {
    if (ties_ != TieBreak::Balanced) return false;
    for (std::size_t d = 0; d < grid_.dimensions(); ++d) {
      if (grid_.closed(d) && grid_.length(d) % 2 == 0) return true;
    }
    return false;
  }

  [[nodiscard]] int channels() const override {
    for (std::size_t d = 0; d < grid_.dimensions(); ++d) {
      if (grid_.closed(d)) return 2;
    }
    return 1;
  }

  [[nodiscard]] std::optional<RouteSymmetry> symmetry() const override {
    return translations(grid_, period_);
  }

 private:
  [[nodiscard]] bool is_tie(std::uint32_t steps, std::size_t d) const {
    return grid_.closed(d) && 2 * steps == grid_.length(d);
  }

  [[nodiscard]] Sense shorter(std::uint32_t at, std::uint32_t to, std::size_t d) const {
    const std::uint32_t x = grid_.coordinate(at, d);
    const std::uint32_t y = grid_.coordinate(to, d);
    const bool is_above = y > x;
    if (!grid_.closed(d)) return is_above ? Sense::Up : Sense::Down;
    const std::uint32_t up = is_above ? y - x : y + grid_.length(d) - x;
    return 2 * up <= grid_.length(d) ? Sense::Up : Sense::Down;
  }

  // Balanced: each dimension reads its own bit, so that 2^n packets take all ways once; neighbours
  // start on different sides, so that flows of one packet balance too.
  [[nodiscard]] Sense tie_sense(std::uint32_t at, std::size_t d, std::uint64_t choice) const {
    if (ties_ == TieBreak::Positive) return Sense::Up;
    if (ties_ == TieBreak::Negative) return Sense::Down;
    return ((choice >> d) + grid_.coordinate(at, d)) % 2 == 0 ? Sense::Up : Sense::Down;
  }

  std::uint32_t walk(std::uint32_t at, std::size_t d, Sense sense, std::uint32_t steps,
                     double share, std::vector<LinkShare>& shares) const {
    for (std::uint32_t i = 0; i < steps; ++i) {
      shares.push_back({grid_.link(at, d, sense), share});
      at = grid_.neighbour(at, d, sense);
    }
    return at;
  }

  const TorusGrid& grid_;
  TieBreak ties_;
  std::uint32_t period_;
};

}  // namespace

std::unique_ptr<Routing> dimension_order(const TorusGrid& grid, TieBreak ties,
                                         std::uint32_t period) {
  return std::make_unique<DimensionOrder>(grid, ties, period);
}

}  // namespace orrery
