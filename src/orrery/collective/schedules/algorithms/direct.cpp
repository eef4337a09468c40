// Everybody to everybody at once.
//   direct: all-gather, reduce-scatter, all-to-all   T = alpha + S (n-1)/(nB)
//           all-reduce (two-shot)                    T = 2 alpha + 2 S (n-1)/(nB)
//           broadcast                                T = alpha + S (n-1)/B
//   one_shot: all-reduce                             T = alpha + S (n-1)/B
//   pairwise: all-to-all, one peer a step            T = (n-1) (alpha + S/(nB))
// B is what one rank sends in all; only pairwise keeps the flows of a step on links of their own.
#include "orrery/collective/schedules/builtins.hpp"

namespace orrery {
namespace {

class Direct final : public CollectiveSchedule {
 public:
  Direct(const ScheduleRequest& request, std::uint32_t steps, Bytes message)
      : ranks_(request.ranks),
        steps_(steps),
        from_one_(request.kind == CollectiveKind::Broadcast),
        reduces_(request.kind == CollectiveKind::AllReduce ||
                 request.kind == CollectiveKind::ReduceScatter),
        message_(message) {}

  [[nodiscard]] std::uint32_t ranks() const override { return ranks_; }
  [[nodiscard]] std::uint32_t steps(std::uint32_t /*stream*/) const override { return steps_; }
  void sends(std::uint32_t /*stream*/, std::uint32_t rank, std::uint32_t /*step*/,
             std::vector<Move>& moves) const override {
    if (from_one_ && rank != 0) return;
    for (std::uint32_t d = 1; d < ranks_; ++d) moves.push_back({(rank + d) % ranks_, message_});
  }
  [[nodiscard]] std::uint32_t receives(std::uint32_t /*stream*/, std::uint32_t rank,
                                       std::uint32_t /*step*/) const override {
    if (from_one_) return rank == 0 ? 0 : 1;
    return ranks_ - 1;
  }
  [[nodiscard]] Bytes added(std::uint32_t, std::uint32_t, std::uint32_t step) const override {
    return reduces_ && step == 0 ? (ranks_ - 1.0) * message_ : Bytes{};
  }
  [[nodiscard]] IdleCost idle_cost() const override {
    const Bytes once = (ranks_ - 1.0) * message_;
    return {static_cast<double>(steps_), static_cast<double>(steps_) * once,
            reduces_ ? once : Bytes{}};
  }
  [[nodiscard]] bool is_shift_invariant() const override { return !from_one_; }

 private:
  std::uint32_t ranks_, steps_;
  bool from_one_, reduces_;
  Bytes message_;
};

class Pairwise final : public CollectiveSchedule {
 public:
  explicit Pairwise(const ScheduleRequest& request)
      : ranks_(request.ranks), block_(request.size / static_cast<double>(request.ranks)) {}

  [[nodiscard]] std::uint32_t ranks() const override { return ranks_; }
  [[nodiscard]] std::uint32_t steps(std::uint32_t /*stream*/) const override { return ranks_ - 1; }
  void sends(std::uint32_t /*stream*/, std::uint32_t rank, std::uint32_t step,
             std::vector<Move>& moves) const override {
    moves.push_back({(rank + step + 1) % ranks_, block_});
  }
  [[nodiscard]] std::uint32_t receives(std::uint32_t, std::uint32_t, std::uint32_t) const override {
    return 1;
  }
  [[nodiscard]] IdleCost idle_cost() const override {
    const double n = steps(0);
    return {n, n * block_, {}};
  }
  [[nodiscard]] bool is_shift_invariant() const override { return true; }

 private:
  std::uint32_t ranks_;
  Bytes block_;
};

}  // namespace

MadeSchedule make_direct(const ScheduleRequest& request) {
  if (request.kind == CollectiveKind::Broadcast)
    return std::make_unique<Direct>(request, 1, request.size);
  const std::uint32_t steps = request.kind == CollectiveKind::AllReduce ? 2 : 1;
  return std::make_unique<Direct>(request, steps,
                                  request.size / static_cast<double>(request.ranks));
}

MadeSchedule make_one_shot(const ScheduleRequest& request) {
  return std::make_unique<Direct>(request, 1, request.size);
}

MadeSchedule make_pairwise(const ScheduleRequest& request) {
  return std::make_unique<Pairwise>(request);
}

}  // namespace orrery
