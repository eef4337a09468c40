// BankWheel: sets of banks by the cycle in which to look at them, for the next 64 cycles. What is
// due later is looked at early and comes again. No cycle with banks may be skipped.
#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace orrery {

class BankWheel {
 public:
  static constexpr std::int64_t kNever = INT64_MAX / 4;

  explicit BankWheel(std::size_t words) : words_(words), slots_(kCycles * words, 0) {}

  // Answers the cycle in which it will be looked at.
  std::int64_t add(int bank, std::int64_t cycle, std::int64_t now) {
    const std::int64_t at = std::min(cycle, now + kCycles - 1);
    const auto slot = static_cast<std::size_t>(at) % kCycles;
    slots_[slot * words_ + static_cast<std::size_t>(bank) / 64] |= 1ULL << (bank % 64);
    occupied_ |= 1ULL << slot;
    return at;
  }

  // Calls visit(bank) for those of cycle `now`.
  template <class Visit>
  void take(std::int64_t now, Visit visit) {
    const auto slot = static_cast<std::size_t>(now) % kCycles;
    if ((occupied_ >> slot & 1) == 0) return;
    occupied_ &= ~(1ULL << slot);
    for (std::size_t word = 0; word < words_; ++word) {
      std::uint64_t banks = slots_[slot * words_ + word];
      slots_[slot * words_ + word] = 0;
      for (; banks != 0; banks &= banks - 1) {
        visit(static_cast<int>(word * 64) + std::countr_zero(banks));
      }
    }
  }

  // The first cycle from `now` on that has banks.
  [[nodiscard]] std::int64_t first(std::int64_t now) const {
    if (occupied_ == 0) return kNever;
    return now + std::countr_zero(std::rotr(occupied_, static_cast<int>(now % kCycles)));
  }

  void clear() {
    if (occupied_ == 0) return;
    std::fill(slots_.begin(), slots_.end(), 0);
    occupied_ = 0;
  }

 private:
  static constexpr std::int64_t kCycles = 64;
  std::size_t words_;
  std::vector<std::uint64_t> slots_;  // a bit a bank
  std::uint64_t occupied_ = 0;
};

}  // namespace orrery
