#include "orrery/compute/cycle/systolic_run.hpp"

#include <map>

#include "orrery/compute/cycle/transfers/fold_traffic.hpp"

namespace orrery {
namespace {

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
  FoldTraffic traffic(array, product, memory);
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
    const FoldMoves& moves = traffic.of(i, j);
    FoldWork work = moves.work;
    run.moving += moves.time * double(count);
    run.longest += moves.longest * double(count);
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
