// Binomial trees rooted at rank 0.
//   broadcast, reduce   T = ceil(log2 n) (alpha + S/B)
// scatter_all_gather: pieces go down the tree, then round a ring (van de Geijn's broadcast).
//   broadcast           T = (log2 n + n - 1) alpha + 2 S (n-1)/(nB)       Thakur et al. 2005, 4.2
#include <algorithm>
#include <bit>

#include "orrery/collective/schedules/builtins.hpp"

namespace orrery {
namespace {

// In step s of a broadcast ranks below 2^s hand the vector to the rank 2^s further.
class Binomial final : public CollectiveSchedule {
 public:
  explicit Binomial(const ScheduleRequest& request)
      : ranks_(request.ranks),
        reduces_(request.kind == CollectiveKind::Reduce),
        size_(request.size) {}

  [[nodiscard]] std::uint32_t ranks() const override { return ranks_; }
  [[nodiscard]] std::uint32_t steps(std::uint32_t /*stream*/) const override {
    return static_cast<std::uint32_t>(std::bit_width(ranks_ - 1));
  }
  void sends(std::uint32_t /*stream*/, std::uint32_t rank, std::uint32_t step,
             std::vector<Move>& moves) const override {
    const std::uint32_t distance = distance_at(step);
    if (reduces_) {
      if (is_lower(rank, distance)) moves.push_back({rank - distance, size_});
    } else if (rank < distance && rank + distance < ranks_) {
      moves.push_back({rank + distance, size_});
    }
  }
  [[nodiscard]] std::uint32_t receives(std::uint32_t /*stream*/, std::uint32_t rank,
                                       std::uint32_t step) const override {
    const std::uint32_t distance = distance_at(step);
    if (reduces_) return rank < distance && rank + distance < ranks_ ? 1 : 0;
    return is_lower(rank, distance) ? 1 : 0;
  }
  [[nodiscard]] Bytes added(std::uint32_t stream, std::uint32_t rank,
                            std::uint32_t step) const override {
    return reduces_ && receives(stream, rank, step) > 0 ? size_ : Bytes{};
  }
  [[nodiscard]] IdleCost idle_cost() const override {
    const double n = steps(0);
    return {n, n * size_, reduces_ ? n * size_ : Bytes{}};
  }

 private:
  [[nodiscard]] std::uint32_t distance_at(std::uint32_t step) const {
    return 1u << (reduces_ ? steps(0) - 1 - step : step);
  }
  static bool is_lower(std::uint32_t rank, std::uint32_t distance) {
    return rank >= distance && rank < 2 * distance;
  }

  std::uint32_t ranks_;
  bool reduces_;
  Bytes size_;
};

// Power of two of ranks: in step s of the scatter, each that has blocks hands on the upper half.
class ScatterAllGather final : public CollectiveSchedule {
 public:
  explicit ScatterAllGather(const ScheduleRequest& request)
      : ranks_(request.ranks), piece_(request.size / static_cast<double>(request.ranks)) {}

  [[nodiscard]] std::uint32_t ranks() const override { return ranks_; }
  [[nodiscard]] std::uint32_t steps(std::uint32_t /*stream*/) const override {
    return scatter_steps() + ranks_ - 1;
  }
  void sends(std::uint32_t /*stream*/, std::uint32_t rank, std::uint32_t step,
             std::vector<Move>& moves) const override {
    if (step >= scatter_steps()) {
      moves.push_back({(rank + 1) % ranks_, piece_});
    } else if (const std::uint32_t half = ranks_ >> (step + 1); rank % (2 * half) == 0) {
      moves.push_back({rank + half, half * piece_});
    }
  }
  [[nodiscard]] std::uint32_t receives(std::uint32_t /*stream*/, std::uint32_t rank,
                                       std::uint32_t step) const override {
    if (step >= scatter_steps()) return 1;
    const std::uint32_t half = ranks_ >> (step + 1);
    return rank % (2 * half) == half ? 1 : 0;
  }
  [[nodiscard]] IdleCost idle_cost() const override {
    return {static_cast<double>(steps(0)), 2.0 * (ranks_ - 1.0) * piece_, {}};
  }

 private:
  [[nodiscard]] std::uint32_t scatter_steps() const {
    return static_cast<std::uint32_t>(std::countr_zero(ranks_));
  }

  std::uint32_t ranks_;
  Bytes piece_;
};

}  // namespace

MadeSchedule make_binomial(const ScheduleRequest& request) {
  return std::make_unique<Binomial>(request);
}

MadeSchedule make_scatter_all_gather(const ScheduleRequest& request) {
  if (!std::has_single_bit(request.ranks)) return tl::unexpected(power_of_two_of(request.ranks));
  return std::make_unique<ScatterAllGather>(request);
}

}  // namespace orrery
