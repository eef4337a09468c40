// Bruck's exchanges over distances 1, 2, 4, ..., for any number of ranks (Bruck et al. 1997).
//   all-gather   T = ceil(log2 n) alpha + S (n-1)/(nB)
//   all-to-all   T = ceil(log2 n) alpha + sum over bits of (blocks with that bit) S/(nB)
//   barrier      T = ceil(log2 n) alpha        the dissemination barrier (Hensgen et al. 1988)
#include <algorithm>
#include <bit>

#include "orrery/collective/schedules/builtins.hpp"

namespace orrery {
namespace {

class Bruck final : public CollectiveSchedule {
 public:
  explicit Bruck(const ScheduleRequest& request)
      : ranks_(request.ranks),
        kind_(request.kind),
        block_(request.size / static_cast<double>(request.ranks)) {}

  [[nodiscard]] std::uint32_t ranks() const override { return ranks_; }
  [[nodiscard]] std::uint32_t steps(std::uint32_t /*stream*/) const override {
    return static_cast<std::uint32_t>(std::bit_width(ranks_ - 1));
  }
  void sends(std::uint32_t /*stream*/, std::uint32_t rank, std::uint32_t step,
             std::vector<Move>& moves) const override {
    moves.push_back({(rank + (1u << step)) % ranks_, blocks(step) * block_});
  }
  [[nodiscard]] std::uint32_t receives(std::uint32_t, std::uint32_t, std::uint32_t) const override {
    return 1;
  }
  [[nodiscard]] IdleCost idle_cost() const override {
    IdleCost cost;
    for (std::uint32_t s = 0; s < steps(0); ++s) {
      cost.latencies += 1;
      cost.bytes += blocks(s) * block_;
    }
    return cost;
  }
  [[nodiscard]] bool is_shift_invariant() const override { return true; }

 private:
  [[nodiscard]] double blocks(std::uint32_t step) const {
    const std::uint32_t distance = 1u << step;
    if (kind_ == CollectiveKind::Barrier) return 0.0;
    if (kind_ == CollectiveKind::AllGather) return std::min(distance, ranks_ - distance);
    // Numbers below n that have this bit set.
    const std::uint32_t rest = ranks_ % (2 * distance);
    return ranks_ / (2 * distance) * distance + (rest > distance ? rest - distance : 0);
  }

  std::uint32_t ranks_;
  CollectiveKind kind_;
  Bytes block_;
};

}  // namespace

MadeSchedule make_bruck(const ScheduleRequest& request) { return std::make_unique<Bruck>(request); }

}  // namespace orrery
