#include "orrery/compute/cycle/bank_conflicts.hpp"

#include <algorithm>
#include <numeric>

namespace orrery {
namespace {

// Lines of one bank that one step wants, counted without clearing between steps.
class BankCount {
 public:
  explicit BankCount(const Scratchpad& pad)
      : pad_(pad), wanted_(static_cast<std::size_t>(pad.banks)), step_(wanted_.size(), -1) {}

  // Cycles of lanes [first, last) at addresses from `address` on, `stride` apart.
  std::int32_t cycles(std::int64_t first, std::int64_t last, std::int64_t address,
                      std::int64_t stride) {
    ++now_;
    std::int32_t most = 1;
    std::int64_t before = -1;
    for (std::int64_t lane = first; lane < last; ++lane, address += stride) {
      const std::int64_t line = address / pad_.line;
      if (line == before) continue;  // addresses are sorted: equal lines are neighbours
      before = line;
      const auto bank = static_cast<std::size_t>(line % pad_.banks);
      if (step_[bank] != now_) {
        step_[bank] = now_;
        wanted_[bank] = 0;
      }
      most = std::max(most, ++wanted_[bank]);
    }
    return most;
  }

 private:
  Scratchpad pad_;
  std::vector<std::int32_t> wanted_;
  std::vector<std::int64_t> step_;
  std::int64_t now_ = 0;
};

std::int32_t cycles_at(const OperandStream& s, BankCount& count, std::int64_t step) {
  const std::int64_t t = step - s.start;
  std::int64_t first = 0, last = s.lanes, stride = s.lane_stride;
  if (s.skewed) {
    first = std::max<std::int64_t>(0, t - s.steps + 1);
    last = std::min(s.lanes, t + 1);
    stride -= s.step_stride;
  }
  std::int64_t address = s.base + t * s.step_stride + first * stride;
  if (stride < 0) {  // from the other end, so that addresses rise
    address += (last - 1 - first) * stride;
    stride = -stride;
  }
  return count.cycles(first, last, address, stride);
}

// While all lanes are busy, a step differs from the one before by step_stride: its cycles repeat
// when that comes to a multiple of all banks' lines. Only one period is counted.
void add_waits(const OperandStream& s, std::int64_t fold_steps, std::vector<std::int32_t>& wait) {
  BankCount count(s.pad);
  const std::int64_t skew = s.skewed ? s.lanes - 1 : 0;
  const std::int64_t end = std::min(fold_steps, s.start + s.steps + skew);
  const std::int64_t full = std::min(end, s.start + skew);
  const std::int64_t emptying = std::max(full, std::min(end, s.start + s.steps));
  const std::int64_t span = s.pad.banks * s.pad.line;
  const std::int64_t period = span / std::gcd(span, s.step_stride);
  const auto at = [&](std::int64_t step) -> std::int32_t& {
    return wait[static_cast<std::size_t>(step)];
  };
  std::vector<std::int32_t> repeated;
  for (std::int64_t step = s.start; step < end; ++step) {
    const bool busy = step >= full && step < emptying;
    const auto phase = static_cast<std::size_t>(busy ? (step - full) % period : 0);
    std::int32_t cycles = 0;
    if (busy && phase < repeated.size()) {
      cycles = repeated[phase];
    } else {
      cycles = cycles_at(s, count, step);
      if (busy) repeated.push_back(cycles);
    }
    at(step) = std::max(at(step), cycles - 1);
  }
}

OperandStream stream(const Scratchpad& pad, std::int64_t base, std::int64_t lane_stride,
                     std::int64_t step_stride, std::int64_t lanes, std::int64_t steps) {
  return {pad, base, lane_stride, step_stride, lanes, steps};
}

OperandStream skewed(OperandStream s, std::int64_t start) {
  s.start = start;
  s.skewed = true;
  return s;
}

}  // namespace

std::vector<OperandStream> operand_streams(const SystolicArray& array, const Product& p,
                                           const Scratchpads& pads, std::int64_t row_fold,
                                           std::int64_t column_fold) {
  const Folding f = folding(array, p);
  const std::int64_t row = row_fold * array.rows, column = column_fold * array.columns;
  const std::int64_t rows = std::min(array.rows, f.along_rows - row);
  const std::int64_t columns = std::min(array.columns, f.along_columns - column);
  // Results leave the bottom of column 0 after loading and one walk down.
  const std::int64_t leaves = 2 * array.rows - 1;
  switch (array.dataflow) {
    case Dataflow::OutputStationary:
      return {skewed(stream(pads.input, row * p.k, p.k, 1, rows, p.k), 0),
              skewed(stream(pads.weight, column, 1, p.n, columns, p.k), 0)};
    case Dataflow::WeightStationary:
      return {stream(pads.weight, row * p.n + column, 1, p.n, columns, rows),
              skewed(stream(pads.input, row, 1, p.k, rows, p.m), array.rows),
              skewed(stream(pads.output, column, 1, p.n, columns, p.m), leaves)};
    case Dataflow::InputStationary:
      return {stream(pads.input, row + column * p.k, p.k, 1, columns, rows),
              skewed(stream(pads.weight, row * p.n, p.n, 1, rows, p.n), array.rows),
              skewed(stream(pads.output, column * p.n, p.n, 1, columns, p.n), leaves)};
  }
  return {};
}

std::int64_t stalls(const std::vector<OperandStream>& streams, std::int64_t fold_steps,
                    std::vector<std::int32_t>& wait) {
  wait.assign(static_cast<std::size_t>(fold_steps), 0);
  for (const OperandStream& s : streams) {
    if (s.pad.banks > 0) add_waits(s, fold_steps, wait);
  }
  return std::accumulate(wait.begin(), wait.end(), std::int64_t{0});
}

}  // namespace orrery
