// Chips in detail: mappings, systolic arrays fold by fold, DRAM command by command.
#include <benchmark/benchmark.h>

#include "../tests/support/dram_peers.hpp"
#include "orrery/base/rng.hpp"
#include "orrery/base/text/document.hpp"
#include "orrery/compute/cycle/systolic_run.hpp"
#include "orrery/compute/dram/dram_kind.hpp"
#include "orrery/compute/dram/dram_run.hpp"
#include "orrery/compute/tile/array_mapping.hpp"
#include "orrery/compute/tile/attention/attention_mapping.hpp"
#include "orrery/compute/tile/scan/scan_mapping.hpp"
#include "orrery/compute/tile/vector/row_mapping.hpp"

namespace orrery::bench {
namespace {

// TPU v5p: eight arrays of 128 x 128, 128 MiB, 2.8 TB/s.
ArrayChip eight_arrays() {
  ArrayChip chip;
  chip.array = 128;
  chip.arrays = 8;
  chip.cycle = 1.0 / 1.75e9;
  chip.scratchpad = 128 * 0x1p20;
  chip.bandwidth = 2.8e12;
  return chip;
}

void FreshMapping(benchmark::State& state) {
  const auto side = static_cast<double>(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(best_mapping(eight_arrays(), {side, side, side}));
  }
}
BENCHMARK(FreshMapping)->Arg(1024)->Arg(8192)->Arg(65536)->Unit(benchmark::kMicrosecond);

// TPU v4 has eight arrays behind 32 MiB of vector memory behind 128 MiB shared by its cores;
// bandwidths are made up so that both may bind.
void FreshNestedMapping(benchmark::State& state) {
  ArrayChip chip = eight_arrays();
  chip.hidden = 0.85;
  chip.nest = {{128 * 0x1p20, 8e12, 0}, {32 * 0x1p20, 6e13, 0}};
  if (state.range(1) == 0) chip.nest = {{128 * 0x1p20, 0, 0}, {32 * 0x1p20, 0, 0, 2}};
  if (state.range(1) == 3) chip.nest.push_back({2 * 0x1p20, 2e14, 0});
  const auto side = static_cast<double>(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(best_mapping(chip, {side, side, side}));
  }
}
BENCHMARK(FreshNestedMapping)
    ->Args({1024, 2})
    ->Args({8192, 2})
    ->Args({8192, 0})
    ->Args({8191, 2})
    ->Args({65536, 2})
    ->Args({8192, 3})
    ->Unit(benchmark::kMicrosecond);

ArrayChip with_vectors() {
  ArrayChip chip = eight_arrays();
  chip.hidden = 0.85;
  chip.round_trip = 1e-6;
  chip.block = 790 * chip.cycle;
  chip.vector = 14.3e12;
  chip.transcendental = 0.25 * chip.vector;
  chip.nest = {{128 * 0x1p20, 0, 0, 2}};
  return chip;
}

// Flash attention over a grouped cache, decode, and MLA's, on the arrays with the vector units of
// TPU v5p. Second: keys; third: a window.
void FreshAttentionMapping(benchmark::State& state) {
  const ArrayChip chip = with_vectors();
  Kernel kernel{.kind = OpKind::Attention};
  kernel.batch = 8;
  kernel.q_len = static_cast<double>(state.range(0));
  kernel.kv_len = static_cast<double>(state.range(1));
  kernel.window = static_cast<double>(state.range(2));
  kernel.heads = static_cast<double>(state.range(3));
  kernel.kv_heads = 8;
  kernel.head_dim = kernel.v_head_dim = 128;
  if (state.range(3) == 128) kernel.kv_latent = 576;
  const ArrayAttention attention = array_attention(kernel);
  for (auto _ : state) benchmark::DoNotOptimize(best_attention_mapping(chip, attention));
}
BENCHMARK(FreshAttentionMapping)
    ->Args({8192, 8192, 0, 64})
    ->Args({131072, 131072, 0, 64})
    ->Args({131071, 131071, 4096, 64})
    ->Args({1, 8192, 0, 64})
    ->Args({1, 8192, 0, 128})
    ->Unit(benchmark::kMicrosecond);

void FreshBackwardMapping(benchmark::State& state) {
  ArrayAttention attention = array_attention({.kind = OpKind::Attention,
                                              .pass = Pass::Backward,
                                              .batch = 8,
                                              .q_len = 131071,
                                              .kv_len = 131071,
                                              .heads = 64,
                                              .kv_heads = 8,
                                              .head_dim = 128,
                                              .v_head_dim = 128,
                                              .window = 4096});
  for (auto _ : state) benchmark::DoNotOptimize(best_attention_mapping(with_vectors(), attention));
}
BENCHMARK(FreshBackwardMapping)->Unit(benchmark::kMicrosecond);

void FreshScanMapping(benchmark::State& state) {
  const ArrayChip chip = with_vectors();
  const ArrayScan scan{static_cast<Recurrence>(state.range(0)), 8, 131072, 80, 8, 64, 128};
  for (auto _ : state) benchmark::DoNotOptimize(best_scan_mapping(chip, scan));
}
BENCHMARK(FreshScanMapping)->DenseRange(0, 1)->Unit(benchmark::kMicrosecond);

void FreshRowMapping(benchmark::State& state) {
  const ArrayChip chip = with_vectors();
  const ArrayRows rows{65536, 131072, 2, 2, 6, 1, 1, RowNeeds::Sum};
  for (auto _ : state) benchmark::DoNotOptimize(best_row_mapping(chip, rows));
}
BENCHMARK(FreshRowMapping)->Unit(benchmark::kMicrosecond);

SystolicMemory banked() {
  SystolicMemory memory;
  memory.pads = {{32, 16}, {32, 16}, {32, 16}};
  memory.input_bytes = memory.weight_bytes = memory.output_bytes = 1 << 22;
  memory.port = {64.0, 100};
  return memory;
}

// Odd dimensions, so that no fold repeats another's conflicts. Counted are array cycles without
// the stalls.
void SystolicWithConflictsAndMemory(benchmark::State& state) {
  const SystolicArray array{128, 128, static_cast<Dataflow>(state.range(0)), Folds::Separate};
  std::int64_t cycles = 0;
  for (auto _ : state) cycles += systolic_run(array, {1000, 3001, 2777}, banked()).stall_free;
  state.counters["cycles"] =
      benchmark::Counter(static_cast<double>(cycles), benchmark::Counter::kIsRate);
}
BENCHMARK(SystolicWithConflictsAndMemory)->DenseRange(0, 2)->Unit(benchmark::kMillisecond);

// The same with its strips played in HBM2E, whose classes are played anew for every product, and
// behind 16 DMA engines and a mesh of nine arrays.
void SystolicThroughDram(benchmark::State& state) {
  const SystolicArray array{128, 128, static_cast<Dataflow>(state.range(0)), Folds::Separate};
  const auto document = read_document(ORRERY_SOURCE_DIR "/catalog/memories/hbm2e.yaml");
  Diagnostics problems;
  const DramKind kind = read<DramKind>(document.value(), problems);
  std::int64_t cycles = 0;
  for (auto _ : state) {
    const StripShare dram(kind, 1, BytesPerSecond{460.8e9});
    Transfers transfers(9, Seconds{1e-9}, 9 * 64.0);
    transfers.through(dram);
    transfers.through(DmaEngines{16, BytesPerSecond{27.2e9}, Seconds{20e-9}, {}});
    transfers.through(OnChipNetwork{OnChipTopology::Mesh, BytesPerSecond{256e9}, Seconds{1e-9}, 1,
                                    Copies::Multicast});
    SystolicMemory memory = banked();
    memory.transfers = &transfers;
    cycles += systolic_run(array, {1000, 3001, 2777}, memory).stall_free;
  }
  state.counters["cycles"] =
      benchmark::Counter(static_cast<double>(cycles), benchmark::Counter::kIsRate);
}
BENCHMARK(SystolicThroughDram)->DenseRange(0, 2)->Unit(benchmark::kMillisecond);

// AlexNet's five convolutions on 128 x 128, output stationary: SCALE-Sim took 37 s.
void AlexNetStallFree(benchmark::State& state) {
  const SystolicArray array{128, 128, Dataflow::OutputStationary, Folds::Separate};
  constexpr Product kLayers[] = {
      {3025, 96, 363}, {529, 256, 2400}, {121, 384, 2304}, {121, 384, 3456}, {121, 256, 3456}};
  for (auto _ : state) {
    for (const Product& layer : kLayers) {
      benchmark::DoNotOptimize(systolic_run(array, layer, {}).cycles);
    }
  }
}
BENCHMARK(AlexNetStallFree)->Unit(benchmark::kMicrosecond);

void play(benchmark::State& state, const DramSpec& spec, const DramSource& source) {
  constexpr std::int64_t kRequests = 200'000;
  for (auto _ : state) benchmark::DoNotOptimize(dram_run(spec, source, kRequests, 16).cycles);
  state.counters["requests"] = benchmark::Counter(
      static_cast<double>(state.iterations() * kRequests), benchmark::Counter::kIsRate);
}

DramSource linear(const DramSpec& spec) {
  return [mapping = DramMapping(spec.shape)](std::int64_t i) {
    return DramRequest{mapping(static_cast<std::uint64_t>(i)), false};
  };
}

DramSource anywhere(const DramSpec& spec, std::uint64_t percent_writes) {
  return [mapping = DramMapping(spec.shape), percent_writes,
          rng = Rng(1, "addresses")](std::int64_t) mutable {
    const DramAddress address = mapping(rng.next() >> 8);
    return DramRequest{address, rng.below(100) < percent_writes};
  };
}

void DramStream(benchmark::State& state) {
  const DramSpec spec = testing::dramsim3_hbm2();
  play(state, spec, linear(spec));
}
BENCHMARK(DramStream)->Unit(benchmark::kMillisecond);

// Requests anywhere; the argument: of a hundred, writes.
void DramRandom(benchmark::State& state, const DramSpec& spec) {
  play(state, spec, anywhere(spec, static_cast<std::uint64_t>(state.range(0))));
}
BENCHMARK_CAPTURE(DramRandom, dramsim3_hbm2, testing::dramsim3_hbm2())
    ->Arg(0)
    ->Arg(33)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(DramRandom, dramsim3_ddr4, testing::dramsim3_ddr4())
    ->Arg(0)
    ->Arg(33)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(DramRandom, dramsim3_gddr6, testing::dramsim3_gddr6())
    ->Arg(0)
    ->Arg(33)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(DramRandom, ramulator_hbm2, testing::ramulator_hbm2(8))
    ->Arg(0)
    ->Arg(33)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(DramRandom, ramulator_hbm3, testing::ramulator_hbm3(16))
    ->Arg(0)
    ->Arg(33)
    ->Unit(benchmark::kMillisecond);

// Counted are all that the steady state stands for, played or not.
void DramSteadyRandom(benchmark::State& state) {
  constexpr std::int64_t kRequests = 100'000'000;
  const DramSpec spec = testing::dramsim3_hbm2();
  const DramSource source = anywhere(spec, 0);
  for (auto _ : state) {
    benchmark::DoNotOptimize(dram_steady_run(spec, source, kRequests, 16).cycles);
  }
  state.counters["requests"] = benchmark::Counter(
      static_cast<double>(state.iterations() * kRequests), benchmark::Counter::kIsRate);
}
BENCHMARK(DramSteadyRandom)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace orrery::bench
