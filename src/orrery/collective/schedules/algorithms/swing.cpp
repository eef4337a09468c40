// Swing: exchanges over distances 1, -1, 3, -5, 11, ..., which on a ring stay shorter than those of
// recursive doubling (De Sensi et al. 2024, arXiv:2401.09356, section 3).
//   peer of r in step s = r +- (1 - (-2)^(s+1)) / 3, plus for even ranks
//   all-reduce   T = 2 log2 n alpha + 2 S (n-1)/(nB) where flows share no link
#include <bit>

#include "orrery/collective/schedules/builtins.hpp"

namespace orrery {
namespace {

class Swing final : public CollectiveSchedule {
 public:
  explicit Swing(const ScheduleRequest& request)
      : ranks_(request.ranks),
        bits_(static_cast<std::uint32_t>(std::countr_zero(request.ranks))),
        kind_(request.kind),
        size_(request.size) {}

  [[nodiscard]] std::uint32_t ranks() const override { return ranks_; }
  [[nodiscard]] std::uint32_t steps(std::uint32_t /*stream*/) const override {
    return kind_ == CollectiveKind::AllReduce ? 2 * bits_ : bits_;
  }
  void sends(std::uint32_t /*stream*/, std::uint32_t rank, std::uint32_t step,
             std::vector<Move>& moves) const override {
    const std::uint32_t exchange = exchange_at(step);
    std::int64_t distance = 0, power = 1;
    for (std::uint32_t i = 0; i <= exchange; ++i, power *= -2) distance += power;
    const std::int64_t n = ranks_;
    const std::int64_t peer = rank % 2 == 0 ? rank + distance : rank - distance;
    moves.push_back({static_cast<std::uint32_t>((peer % n + n) % n), piece(exchange)});
  }
  [[nodiscard]] std::uint32_t receives(std::uint32_t, std::uint32_t, std::uint32_t) const override {
    return 1;
  }
  [[nodiscard]] Bytes added(std::uint32_t, std::uint32_t, std::uint32_t step) const override {
    return kind_ != CollectiveKind::AllGather && step < bits_ ? piece(step) : Bytes{};
  }
  [[nodiscard]] IdleCost idle_cost() const override {
    IdleCost cost;
    cost.latencies = steps(0);
    for (std::uint32_t s = 0; s < steps(0); ++s) cost.bytes += piece(exchange_at(s));
    if (kind_ != CollectiveKind::AllGather) cost.reduced = size_ * (1.0 - 1.0 / ranks_);
    return cost;
  }

 private:
  // Scattering goes forward through the exchanges, gathering back.
  [[nodiscard]] std::uint32_t exchange_at(std::uint32_t step) const {
    if (kind_ == CollectiveKind::AllGather) return bits_ - 1 - step;
    return step < bits_ ? step : 2 * bits_ - 1 - step;
  }
  [[nodiscard]] Bytes piece(std::uint32_t exchange) const {
    return size_ / static_cast<double>(2u << exchange);
  }

  std::uint32_t ranks_, bits_;
  CollectiveKind kind_;
  Bytes size_;
};

}  // namespace

MadeSchedule make_swing(const ScheduleRequest& request) {
  if (!std::has_single_bit(request.ranks)) return tl::unexpected(power_of_two_of(request.ranks));
  return std::make_unique<Swing>(request);
}

}  // namespace orrery
