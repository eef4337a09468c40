// Hypercube exchanges between ranks that differ in one bit.
//   recursive doubling, all-reduce   T = log2 n (alpha + S/B)
//   recursive doubling, all-gather   T = log2 n alpha + S (n-1)/(nB)
//   recursive halving, reduce-scatter: the same backwards
//   Rabenseifner, all-reduce: halving, then doubling   T = 2 log2 n alpha + 2 S (n-1)/(nB)
// Thakur et al. 2005, sections 4.1 to 4.4. An all-reduce over other than a power of two first folds
// the ranks beyond it onto neighbours and hands them the result at the end: 2 (alpha + S/B) more.
#include <bit>

#include "orrery/collective/schedules/builtins.hpp"

namespace orrery {
namespace {

enum class Exchange { Whole, Halving, Doubling, HalvingThenDoubling };

class Recursive final : public CollectiveSchedule {
 public:
  Recursive(const ScheduleRequest& request, Exchange exchange)
      : ranks_(request.ranks),
        core_(std::bit_floor(request.ranks)),
        folded_(request.ranks - core_),
        bits_(static_cast<std::uint32_t>(std::countr_zero(core_))),
        exchange_(exchange),
        size_(request.size) {}

  [[nodiscard]] std::uint32_t ranks() const override { return ranks_; }
  [[nodiscard]] std::uint32_t steps(std::uint32_t /*stream*/) const override {
    return core_steps() + (folded_ > 0 ? 2 : 0);
  }
  void sends(std::uint32_t /*stream*/, std::uint32_t rank, std::uint32_t step,
             std::vector<Move>& moves) const override {
    const bool pairs = rank < 2 * folded_;
    if (folded_ > 0 && step == 0) {
      if (pairs && rank % 2 == 0) moves.push_back({rank + 1, size_});
      return;
    }
    if (folded_ > 0 && step + 1 == steps(0)) {
      if (pairs && rank % 2 == 1) moves.push_back({rank - 1, size_});
      return;
    }
    if (pairs && rank % 2 == 0) return;
    const std::uint32_t id = pairs ? rank / 2 : rank - folded_;
    const auto [bit, size] = exchange_at(folded_ > 0 ? step - 1 : step);
    const std::uint32_t other = id ^ (1u << bit);
    moves.push_back({other < folded_ ? 2 * other + 1 : other + folded_, size});
  }
  [[nodiscard]] std::uint32_t receives(std::uint32_t /*stream*/, std::uint32_t rank,
                                       std::uint32_t step) const override {
    const bool pairs = rank < 2 * folded_, is_even = rank % 2 == 0;
    if (folded_ > 0 && step == 0) return pairs && !is_even ? 1 : 0;
    if (folded_ > 0 && step + 1 == steps(0)) return pairs && is_even ? 1 : 0;
    return pairs && is_even ? 0 : 1;
  }
  [[nodiscard]] Bytes added(std::uint32_t stream, std::uint32_t rank,
                            std::uint32_t step) const override {
    if (receives(stream, rank, step) == 0 || exchange_ == Exchange::Doubling) return {};
    if (folded_ > 0 && step == 0) return size_;
    const std::uint32_t core_step = folded_ > 0 ? step - 1 : step;
    return core_step < bits_ ? exchange_at(core_step).size : Bytes{};
  }
  [[nodiscard]] IdleCost idle_cost() const override {
    IdleCost cost;
    for (std::uint32_t s = 0; s < core_steps(); ++s) {
      cost.latencies += 1;
      cost.bytes += exchange_at(s).size;
    }
    if (folded_ > 0) {
      cost.latencies += 2;
      cost.bytes += 2.0 * size_;
    }
    if (exchange_ == Exchange::Whole) cost.reduced = bits_ * size_;
    if (exchange_ == Exchange::Halving || exchange_ == Exchange::HalvingThenDoubling)
      cost.reduced = size_ * (1.0 - 1.0 / core_);
    if (folded_ > 0) cost.reduced += size_;
    return cost;
  }

 private:
  struct At {
    std::uint32_t bit;
    Bytes size;
  };

  [[nodiscard]] std::uint32_t core_steps() const {
    return exchange_ == Exchange::HalvingThenDoubling ? 2 * bits_ : bits_;
  }
  // Halving starts with the highest bit and half of the vector, doubling with the lowest and a
  // piece.
  [[nodiscard]] At exchange_at(std::uint32_t step) const {
    if (exchange_ == Exchange::Whole) return {step, size_};
    if (exchange_ == Exchange::Doubling) return doubling(step);
    if (step < bits_) return {bits_ - 1 - step, size_ / static_cast<double>(2u << step)};
    return doubling(step - bits_);
  }
  [[nodiscard]] At doubling(std::uint32_t step) const {
    return {step, size_ * (static_cast<double>(1u << step) / core_)};
  }

  std::uint32_t ranks_, core_, folded_, bits_;
  Exchange exchange_;
  Bytes size_;
};

MadeSchedule of_power_of_two(const ScheduleRequest& request, Exchange exchange) {
  if (!std::has_single_bit(request.ranks)) return tl::unexpected(power_of_two_of(request.ranks));
  return std::make_unique<Recursive>(request, exchange);
}

}  // namespace

MadeSchedule make_recursive_doubling(const ScheduleRequest& request) {
  if (request.kind == CollectiveKind::AllReduce)
    return std::make_unique<Recursive>(request, Exchange::Whole);
  return of_power_of_two(request, Exchange::Doubling);
}

MadeSchedule make_recursive_halving(const ScheduleRequest& request) {
  return of_power_of_two(request, Exchange::Halving);
}

MadeSchedule make_rabenseifner(const ScheduleRequest& request) {
  return std::make_unique<Recursive>(request, Exchange::HalvingThenDoubling);
}

}  // namespace orrery
