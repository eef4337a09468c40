// Rings: every rank passes a piece to the next and gets one from the one before.
//   reduce-scatter, all-gather   T = (n-1) (alpha + S/(nB))
//   all-reduce                   T = 2 (n-1) (alpha + S/(nB))        Thakur et al. 2005, section 4
// On two streams that go round in opposite directions each carries half.
#include "orrery/collective/schedules/builtins.hpp"

namespace orrery {
namespace {

class Ring final : public CollectiveSchedule {
 public:
  Ring(const ScheduleRequest& request, std::uint32_t directions)
      : ranks_(request.ranks),
        directions_(directions),
        passes_(request.kind == CollectiveKind::AllReduce ? 2 : 1),
        reduces_(request.kind != CollectiveKind::AllGather),
        piece_(request.size / (static_cast<double>(request.ranks) * directions)) {}

  [[nodiscard]] std::uint32_t ranks() const override { return ranks_; }
  [[nodiscard]] std::uint32_t streams() const override { return directions_; }
  [[nodiscard]] std::uint32_t steps(std::uint32_t /*stream*/) const override {
    return passes_ * (ranks_ - 1);
  }
  void sends(std::uint32_t stream, std::uint32_t rank, std::uint32_t /*step*/,
             std::vector<Move>& moves) const override {
    const std::uint32_t next = stream == 0 ? rank + 1 : rank + ranks_ - 1;
    moves.push_back({next % ranks_, piece_});
  }
  [[nodiscard]] std::uint32_t receives(std::uint32_t, std::uint32_t, std::uint32_t) const override {
    return 1;
  }
  [[nodiscard]] Bytes added(std::uint32_t, std::uint32_t, std::uint32_t step) const override {
    return reduces_ && step < ranks_ - 1 ? piece_ : Bytes{};
  }
  [[nodiscard]] IdleCost idle_cost() const override {
    const double n = steps(0);
    return {n, n * piece_, reduces_ ? (ranks_ - 1.0) * directions_ * piece_ : Bytes{}};
  }
  [[nodiscard]] bool is_shift_invariant() const override { return true; }

 private:
  std::uint32_t ranks_, directions_, passes_;
  bool reduces_;
  Bytes piece_;
};

}  // namespace

MadeSchedule make_ring(const ScheduleRequest& request) {
  return std::make_unique<Ring>(request, 1);
}

MadeSchedule make_bidirectional_ring(const ScheduleRequest& request) {
  return std::make_unique<Ring>(request, 2);
}

}  // namespace orrery
