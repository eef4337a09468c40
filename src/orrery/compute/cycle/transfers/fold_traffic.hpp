// FoldTraffic: what each fold of a product loads and stores, and how long that is under way. Folds
// go by rows outside, by columns inside.
#pragma once
#include <array>
#include <optional>

#include "orrery/compute/cycle/systolic_array.hpp"
#include "orrery/compute/cycle/systolic_memory.hpp"

namespace orrery {

struct FoldMoves {
  FoldWork work;       // its bytes and cycles; what the array does is not filled in
  TransferTime time;   // loads and stores
  double longest = 0;  // of both, each as long as the slowest it goes through
};

// An operand's strip stays while its index does, and for good when all of the operand fits in its
// scratchpad.
class FoldTraffic {
 public:
  FoldTraffic(const SystolicArray& array, const Product& product, const SystolicMemory& memory);

  [[nodiscard]] const FoldMoves& of(std::int64_t row_fold, std::int64_t column_fold);

 private:
  [[nodiscard]] FoldMoves moves(std::int64_t i, std::int64_t j) const;
  [[nodiscard]] Strip walking(double rows) const;
  [[nodiscard]] Strip held(double rows, double columns) const;
  [[nodiscard]] Strip results(double rows, double columns) const;

  SystolicArray array_;
  Product product_;
  Folding f_;
  SystolicMemory memory_;
  double held_element_ = 0, walking_element_ = 0;
  bool row_strip_stays_ = false, held_stays_ = false, sums_stay_ = false;
  std::array<std::optional<FoldMoves>, 16> known_;  // first and last rows and columns, or not
};

}  // namespace orrery
