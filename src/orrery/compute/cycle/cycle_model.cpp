#include "orrery/compute/cycle/cycle_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "orrery/compute/cycle/systolic_run.hpp"
#include "orrery/compute/cycle/transfers/array_memory.hpp"
#include "orrery/compute/roofline_parts.hpp"
#include "orrery/compute/tile/array_chip.hpp"

namespace orrery {
namespace {

using roofline::Raw;

struct Played {
  SystolicRun run;  // of one array; all do alike
  SystolicArray array;
  Shared shared = Shared::Columns;
  std::int64_t chunk = 0;  // rows in flight, so that their sums stay in the scratchpad
  double seconds = 1e300, bytes = 0;
};

std::int64_t count_of(double v) { return std::max<std::int64_t>(1, std::llround(v)); }

std::int64_t shared_out(std::int64_t whole, std::int64_t parts) {
  return (whole + parts - 1) / parts;
}

void add(SystolicRun& sum, const SystolicRun& run, std::int64_t times) {
  sum.cycles += times * run.cycles;
  sum.stall_free += times * run.stall_free;
  sum.waited += times * run.waited;
  sum.bank_stalls += times * run.bank_stalls;
  sum.moving += run.moving * double(times);
  sum.longest += run.longest * double(times);
  sum.loaded += times * run.loaded;
  sum.stored += times * run.stored;
  sum.folds += times * run.folds;
}

Played played(const ArrayChip& chip, const ArrayProduct& p, Dataflow dataflow, Shared shared,
              const SystolicMemory& memory) {
  Played out;
  const std::int64_t side = count_of(chip.array), arrays = count_of(chip.arrays);
  out.array = {side, side, dataflow, Folds::Overlapped};
  out.shared = shared;
  Product product{count_of(p.m), count_of(p.n), count_of(p.k)};
  (shared == Shared::Columns ? product.n : product.m) =
      shared_out(shared == Shared::Columns ? product.n : product.m, arrays);
  out.chunk = product.m;
  if (dataflow == Dataflow::WeightStationary) {
    const double room = double(memory.output_bytes) / (memory.partial_element * double(product.n));
    out.chunk = std::clamp(static_cast<std::int64_t>(room), std::min(side, product.m), product.m);
  }
  const std::int64_t whole = product.m / out.chunk, rest = product.m % out.chunk;
  Product part = product;
  part.m = out.chunk;
  add(out.run, systolic_run(out.array, part, memory), whole);
  if (rest > 0) {
    part.m = rest;
    add(out.run, systolic_run(out.array, part, memory), 1);
  }
  out.seconds = p.count * double(out.run.cycles) * chip.cycle;
  out.bytes = p.count * double(out.run.loaded + out.run.stored) * chip.arrays;
  return out;
}

class CycleModel final : public ComputeModel {
 public:
  CycleModel(const Chip& chip, const KernelCalibration& calibration, const DramKinds& known)
      : chip_(chip), parts_(chip, calibration) {
    // A GPU's memory stands behind a cache, and its coefficients are fitted to measured products.
    if (parts_.kind == ChipKind::Gpu || chip.package.stacks <= 0) return;
    const int stacks = chip.package.stacks;
    const BytesPerSecond peak = chip.memory.bandwidth;
    for (const DramKind& kind : known) {
      if (kind.name != chip.package.memory || !StripShare::is_playable(kind, stacks, peak))
        continue;
      dram_ = std::make_unique<StripShare>(kind, stacks, peak);
      idle_latency_ = dram_->idle_latency();
    }
  }

  [[nodiscard]] KernelTime time(const Kernel& kernel) const override {
    if (!is_product(kernel)) return kernel_time(priced(parts_, kernel));
    return parts_.kind == ChipKind::Gpu ? blocks(kernel) : arrays(kernel, best(kernel));
  }

  [[nodiscard]] KernelDetail detail(const Kernel& kernel) const override {
    KernelDetail out = plain_detail(parts_, kernel, time(kernel));
    if (!is_product(kernel) || parts_.kind == ChipKind::Gpu) return out;
    const Played p = best(kernel);
    const auto share = [&](std::int64_t cycles) {
      return fmt::format("{:.1f} %", 100.0 * double(cycles) / double(p.run.cycles));
    };
    out.mapping = {{"stationary", name_of(p.array.dataflow)},
                   {"arrays share", p.shared == Shared::Columns ? "columns" : "rows"},
                   {"rows in flight", fmt::format("{}", p.chunk)},
                   {"folds of an array", fmt::format("{}", p.run.folds)},
                   {"cycles", fmt::format("{}", p.run.cycles)},
                   {"waiting for memory", share(p.run.waited)}};
    add_ways(kernel, p, out.mapping);
    return out;
  }

 private:
  static bool is_product(const Kernel& k) {
    return k.kind == OpKind::Matmul || k.kind == OpKind::GroupedMatmul;
  }

  // What the operands went through, where the chip's file says it.
  void add_ways(const Kernel& kernel, const Played& p, std::vector<MappingFact>& facts) const {
    const ArrayChip chip = array_chip(chip_, parts_, kernel);
    const auto percent = [](double share) { return fmt::format("{:.1f} %", 100.0 * share); };
    const auto cycles = double(p.run.cycles);
    if (p.run.bank_stalls > 0)
      facts.push_back({"waiting for banks", percent(double(p.run.bank_stalls) / cycles)});
    if (dram_ != nullptr) {
      const double linear = p.bytes / array_product(kernel).count / (chip.bandwidth * chip.cycle);
      facts.push_back({"main memory",
                       fmt::format("{} stacks of {}", chip_.package.stacks, chip_.package.memory)});
      facts.push_back({"share of linear", percent(linear / p.run.moving.memory)});
    }
    if (chip_.dma.engines > 0)
      facts.push_back({"DMA engines busy", percent(p.run.moving.engines / cycles)});
    if (chip_.on_chip_network.link > BytesPerSecond{})
      facts.push_back({"busiest link busy", percent(p.run.moving.wires / cycles)});
  }

  [[nodiscard]] Played best(const Kernel& kernel) const {
    const ArrayChip chip = array_chip(chip_, parts_, kernel);
    const ArrayProduct product = array_product(kernel);
    const Transfers transfers = transfers_of(chip_, chip, dram_.get());
    // A calibrated round trip has all of the others in it.
    const Seconds latency = std::max(parts_.c.memory.ramp, idle_latency_ + transfers.latency());
    const auto round_trip = static_cast<std::int64_t>(std::ceil(latency.value() / chip.cycle));
    Played out;
    for (const Dataflow d :
         {Dataflow::WeightStationary, Dataflow::OutputStationary, Dataflow::InputStationary}) {
      for (const Shared s : {Shared::Columns, Shared::Rows}) {
        const SystolicMemory memory = memory_of(chip_, chip, product, s, transfers, round_trip);
        const Played p = played(chip, product, d, s, memory);
        if (p.seconds < out.seconds) out = p;
      }
    }
    return out;
  }

  [[nodiscard]] KernelTime arrays(const Kernel& kernel, const Played& p) const {
    const ArrayProduct product = array_product(kernel);
    const double cycle = array_chip(chip_, parts_, kernel).cycle;
    Raw raw;
    raw.flops = 2.0 * product.m * product.n * product.k * product.count;
    raw.bytes = p.bytes;
    raw.math = product.count * double(p.run.stall_free) * cycle;
    raw.memory = p.run.longest > 0 ? product.count * p.run.longest * cycle
                                   : p.bytes / (parts_.c.memory.share * parts_.bandwidth);
    raw.duration = p.seconds + around(parts_, kernel);
    return kernel_time(raw);
  }

  // Every SM plays the same block: steps of k go through its load and compute queues, strips come
  // from L2, and from memory at the pace of all of them. What the closed form adds around the
  // longest bound (launch, casts, adding the pieces) stays as it is. Time in picoseconds.
  [[nodiscard]] KernelTime blocks(const Kernel& kernel) const {
    Raw raw = priced(parts_, kernel);
    constexpr double kLongest = 1e6;  // seconds whose picoseconds can be counted
    if (raw.duration > kLongest) return kernel_time(raw);
    const roofline::TileChoice& t = raw.tile;
    constexpr double kStep = 64.0;  // elements of k in one stage, as CUTLASS tiles k for 16 bit
    constexpr double kPicoseconds = 1e12;
    const double l2 = t.l2_bytes / (parts_.c.matmul.l2_bandwidth * parts_.bandwidth);
    const double longest = std::max({raw.math, raw.memory, l2});
    const double around_it =
        raw.duration - longest - (1.0 - parts_.c.matmul.hidden) * std::min(raw.math, raw.memory);
    const auto waves = count_of(t.waves);
    const auto steps = count_of(std::ceil(kernel.k / t.pieces / kStep));
    const double stages = double(waves) * double(steps);
    const auto picoseconds = [](double seconds) {
      return static_cast<std::int64_t>(std::ceil(seconds * kPicoseconds));
    };
    FoldQueue queue({1.0, 0});
    FoldWork stage;
    stage.interval = picoseconds((raw.math - double(waves) * t.fill) / stages);
    stage.loads = picoseconds(std::max(raw.memory, l2) / stages);
    FoldWork first = stage;
    first.interval += picoseconds(t.fill);
    for (std::int64_t wave = 1; wave <= waves; ++wave) {
      const FoldQueue::Mark before = queue.mark();
      queue.enter(first, 1);
      queue.enter(stage, steps - 1);
      if (queue.mark().ahead != before.ahead) continue;
      queue.repeat(before, waves - wave);
      break;
    }
    raw.duration = double(queue.finish()) / kPicoseconds + std::max(0.0, around_it);
    return kernel_time(raw);
  }

  Chip chip_;
  roofline::Parts parts_;
  std::unique_ptr<StripShare> dram_;  // null: main memory is its bandwidth
  Seconds idle_latency_;
};

}  // namespace

std::unique_ptr<ComputeModel> make_cycle_model(const Chip& chip,
                                               const KernelCalibration& calibration,
                                               const DramKinds& known) {
  return std::make_unique<CycleModel>(chip, calibration, known);
}

}  // namespace orrery
