// send_recv as nccl-tests does it: every rank sends the message to the next one.   T = alpha + S/B
#include "orrery/collective/schedules/builtins.hpp"

namespace orrery {
namespace {

class Shift final : public CollectiveSchedule {
 public:
  explicit Shift(const ScheduleRequest& request) : ranks_(request.ranks), size_(request.size) {}

  [[nodiscard]] std::uint32_t ranks() const override { return ranks_; }
  [[nodiscard]] std::uint32_t steps(std::uint32_t /*stream*/) const override { return 1; }
  void sends(std::uint32_t /*stream*/, std::uint32_t rank, std::uint32_t /*step*/,
             std::vector<Move>& moves) const override {
    moves.push_back({(rank + 1) % ranks_, size_});
  }
  [[nodiscard]] std::uint32_t receives(std::uint32_t, std::uint32_t, std::uint32_t) const override {
    return 1;
  }
  [[nodiscard]] IdleCost idle_cost() const override { return {1.0, size_, {}}; }
  [[nodiscard]] bool is_shift_invariant() const override { return true; }

 private:
  std::uint32_t ranks_;
  Bytes size_;
};

}  // namespace

MadeSchedule make_shift(const ScheduleRequest& request) { return std::make_unique<Shift>(request); }

}  // namespace orrery
