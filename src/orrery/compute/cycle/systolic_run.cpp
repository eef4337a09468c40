#include "orrery/compute/cycle/systolic_run.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace orrery {
namespace {

// What a fold loads and stores, in the order row folds outside, column folds inside. An operand's
// strip stays while its index does, and for good when all of the operand fits in its scratchpad.
class Traffic {
 public:
  Traffic(const SystolicArray& array, const Product& product, const SystolicMemory& memory)
      : array_(array), f_(folding(array, product)) {
    const bool weights_walk = array.dataflow == Dataflow::InputStationary;
    const bool outputs_stay = array.dataflow == Dataflow::OutputStationary;
    // WS and IS: `held` is loaded piece by piece, each once; `walking` is the other operand.
    held_element_ = weights_walk ? memory.input_element : memory.weight_element;
    walking_element_ = weights_walk ? memory.weight_element : memory.input_element;
    const std::int64_t held_room = weights_walk ? memory.input_bytes : memory.weight_bytes;
    const std::int64_t walking_room = weights_walk ? memory.weight_bytes : memory.input_bytes;
    const std::int64_t strip = f_.steps * std::min(array.rows, f_.along_rows);
    const std::int64_t results = f_.along_columns * f_.steps;
    row_strip_stays_ = 2 * bytes(strip, walking_element_) <= walking_room;
    held_stays_ = outputs_stay && bytes(results, held_element_) <= held_room;
    sums_stay_ = bytes(results, memory.partial_element) <= memory.output_bytes;
    partial_element_ = memory.partial_element;
    output_element_ = memory.output_element;
  }

  [[nodiscard]] FoldWork of(std::int64_t i, std::int64_t j) const {
    const std::int64_t rows = std::min(array_.rows, f_.along_rows - i * array_.rows);
    const std::int64_t columns = std::min(array_.columns, f_.along_columns - j * array_.columns);
    FoldWork work;
    if (j == 0 || !row_strip_stays_) work.loads = bytes(f_.steps * rows, walking_element_);
    if (array_.dataflow == Dataflow::OutputStationary) {
      if (i == 0 || !held_stays_) work.loads += bytes(f_.steps * columns, held_element_);
      work.stores = bytes(rows * columns, output_element_);
      return work;
    }
    work.loads += bytes(rows * columns, held_element_);
    const std::int64_t results = f_.steps * columns;
    if (!sums_stay_ && i > 0) work.loads += bytes(results, partial_element_);
    if (i == f_.row_folds - 1) {
      work.stores = bytes(results, output_element_);
    } else if (!sums_stay_) {
      work.stores = bytes(results, partial_element_);
    }
    return work;
  }

 private:
  static std::int64_t bytes(std::int64_t elements, double element) {
    return static_cast<std::int64_t>(std::ceil(static_cast<double>(elements) * element));
  }

  SystolicArray array_;
  Folding f_;
  double held_element_ = 0, walking_element_ = 0, partial_element_ = 0, output_element_ = 0;
  bool row_strip_stays_ = false, held_stays_ = false, sums_stay_ = false;
};

// Folds whose streams begin at the same phase of the banks stall alike: counted once.
class StallTable {
 public:
  std::int64_t stalls_of(const std::vector<OperandStream>& streams, std::int64_t fold_steps) {
    std::vector<std::int64_t> key;
    for (const OperandStream& s : streams) {
      const std::int64_t span = s.pad.banks * s.pad.line;
      key.push_back(span > 0 ? s.base % span : 0);
      key.push_back(s.lanes);
      key.push_back(s.steps);
    }
    const auto [found, is_new] = known_.try_emplace(std::move(key), 0);
    if (is_new) found->second = stalls(streams, fold_steps, wait_);
    return found->second;
  }

 private:
  std::map<std::vector<std::int64_t>, std::int64_t> known_;
  std::vector<std::int32_t> wait_;
};

}  // namespace

SystolicRun systolic_run(const SystolicArray& array, const Product& product,
                         const SystolicMemory& memory) {
  const Folding f = folding(array, product);
  const Traffic traffic(array, product, memory);
  const std::int64_t alone = fold_cycles(array, f), interval = fold_interval(array, f);
  SystolicArray separate = array;
  separate.folds = Folds::Separate;
  const std::int64_t fold_steps = fold_cycles(separate, f);
  SystolicRun run;
  run.folds = f.count();
  FoldQueue queue(memory.port);
  StallTable table;
  FoldWork pending;
  std::int64_t alike = 0;
  const auto enter = [&](FoldWork work, std::int64_t count) {
    if (alike > 0 && !(work == pending)) {
      queue.enter(pending, alike);
      alike = 0;
    }
    pending = work;
    alike += count;
    run.loaded += count * work.loads;
    run.stored += count * work.stores;
  };
  const auto played = [&](std::int64_t i, std::int64_t j, std::int64_t count) {
    FoldWork work = traffic.of(i, j);
    const std::int64_t lost =
        memory.pads.ideal()
            ? 0
            : table.stalls_of(operand_streams(array, product, memory.pads, i, j), fold_steps);
    run.bank_stalls += count * lost;
    work.interval = interval + lost;
    work.rest = alone - interval;
    enter(work, count);
  };
  const std::int64_t last = f.column_folds - 1;
  for (std::int64_t i = 0; i < f.row_folds; ++i) {
    if (!memory.pads.ideal()) {
      for (std::int64_t j = 0; j <= last; ++j) played(i, j, 1);
      continue;
    }
    // Without banks, the folds between a row's first and last are alike.
    played(i, 0, 1);
    if (last > 1) played(i, 1, last - 1);
    if (last > 0) played(i, last, 1);
  }
  queue.enter(pending, alike);
  run.cycles = queue.finish();
  run.waited = queue.waited();
  run.simulated_folds = queue.simulated();
  run.stall_free = (f.count() - 1) * interval + alone;
  run.utilisation =
      static_cast<double>(product.m) * static_cast<double>(product.n) *
      static_cast<double>(product.k) /
      (static_cast<double>(run.cycles) * static_cast<double>(array.rows * array.columns));
  return run;
}

}  // namespace orrery
