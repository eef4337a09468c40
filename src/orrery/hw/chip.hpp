// Chip: what one accelerator was bought with. Plain facts; how fast an op runs is compute's
// business.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "orrery/base/text/reader.hpp"
#include "orrery/base/units.hpp"
#include "orrery/hw/dma_engines.hpp"
#include "orrery/hw/gather_engine.hpp"
#include "orrery/hw/memory_level.hpp"
#include "orrery/hw/on_chip_network.hpp"
#include "orrery/hw/package.hpp"

namespace orrery {

enum class ChipKind : std::uint8_t { Gpu, Tpu, Npu, Sram };

template <>
struct EnumNames<ChipKind> {
  static constexpr std::pair<const char*, ChipKind> values[] = {{"gpu", ChipKind::Gpu},
                                                                {"tpu", ChipKind::Tpu},
                                                                {"npu", ChipKind::Npu},
                                                                {"sram", ChipKind::Sram}};
};

// How matrix instructions of a GPU get their operands: kernels are written for this, so chips that
// share it share kernels.
enum class MatrixInstructions : std::uint8_t {
  Unknown,
  Synchronous,   // a warp multiplies from its registers: mma.sync, Volta to Ada and GeForce dies
  WarpGroup,     // four warps multiply from shared memory: wgmma, Hopper
  TensorMemory,  // one thread multiplies into a memory of its own: tcgen05, data-centre Blackwell
};

template <>
struct EnumNames<MatrixInstructions> {
  static constexpr std::pair<const char*, MatrixInstructions> values[] = {
      {"unknown", MatrixInstructions::Unknown},
      {"synchronous", MatrixInstructions::Synchronous},
      {"warp_group", MatrixInstructions::WarpGroup},
      {"tensor_memory", MatrixInstructions::TensorMemory}};
};

// Dense peaks (no structured sparsity), as the vendor prints them. Zero: the chip has no such unit.
struct PeakRates {
  FlopsPerSecond fp32, tf32, fp16, bf16, fp8, int8, fp4;
  FlopsPerSecond vector;  // fp32 on the vector units
  // Exponentials, roots, divisions of units beside the matrix and vector units. Zero: not known.
  FlopsPerSecond transcendental;
};

// What main memory is made of: how much of its peak it gives goes with it.
enum class MainMemory : std::uint8_t { Hbm, Gddr };

template <>
struct EnumNames<MainMemory> {
  static constexpr std::pair<const char*, MainMemory> values[] = {{"hbm", MainMemory::Hbm},
                                                                  {"gddr", MainMemory::Gddr}};
};

struct Memory {
  Bytes capacity;
  BytesPerSecond bandwidth;
  MainMemory kind = MainMemory::Hbm;
  bool inline_ecc = false;  // check bits travel with the data: GDDR6, not HBM or GDDR7
};

struct Chip {
  std::string name;
  std::string vendor;
  std::string generation;   // "hopper", "tpu-v5": chips of one generation share calibrations
  std::string calibration;  // name under catalog/calibration, "" = the generation's own
  ChipKind kind = ChipKind::Gpu;
  int year = 0;
  int cores = 0;  // SMs, tensor cores or compute units
  MatrixInstructions matrix_instructions = MatrixInstructions::Unknown;
  int matrix_unit = 0;  // rows and columns of a systolic array; 0 on GPUs
  Hertz clock;          // boost, as the peaks assume
  PeakRates peak;
  Memory memory;
  int l2_copies = 1;         // parts of the cache that each keep what their cores read
  Bytes l2;                  // last-level cache or shared scratchpad
  Bytes sram;                // all on-chip memory nearest to the units
  BytesPerSecond host_link;  // to the host's memory, one direction
  // Innermost first, where there is more to say than the four above; chip_levels.hpp joins both.
  std::vector<MemoryLevel> levels;
  GatherEngine gather;  // no engines: gathers run on the vector units
  DmaEngines dma;
  OnChipNetwork on_chip_network;
  Watts tdp, idle;
  Dollars price;  // street price of one accelerator with its share of the board
  decltype(Dollars{} / Seconds{}) rent;  // one chip, on demand
  Package package;                       // no dies: not known
};

template <class V>
void describe(V& v, PeakRates& p) {
  v("fp32", p.fp32, "dense matrix peak in fp32");
  v("tf32", p.tf32, "dense matrix peak in tf32");
  v("fp16", p.fp16, "dense matrix peak in fp16");
  v("bf16", p.bf16, "dense matrix peak in bf16");
  v("fp8", p.fp8, "dense matrix peak in fp8");
  v("int8", p.int8, "dense matrix peak in int8");
  v("fp4", p.fp4, "dense matrix peak in fp4");
  v("vector", p.vector, "fp32 peak of the vector units");
  v("transcendental", p.transcendental,
    "exponentials, roots and divisions; left out: a quarter of `vector`, as on TPU v4");
}

template <class V>
void describe(V& v, Memory& m) {
  v("capacity", m.capacity, "as sold", kRequired);
  v("bandwidth", m.bandwidth, "peak, reads and writes together", kRequired);
  v("kind", m.kind, "what it is made of");
  v("inline_ecc", m.inline_ecc, "check bits travel with the data");
}

template <class V>
void describe(V& v, Chip& c) {
  v("name", c.name, "catalog name");
  v("vendor", c.vendor, "who makes it");
  v("generation", c.generation, "chips of one generation share calibrations");
  v("calibration", c.calibration, "file under catalog/calibration; by default the generation's");
  v("kind", c.kind, "what its matrix units are like");
  v("year", c.year, "first shipped");
  v("cores", c.cores, "SMs, tensor cores or compute units");
  v("matrix_instructions", c.matrix_instructions, "where a GPU's multiply from");
  v("matrix_unit", c.matrix_unit, "rows and columns of a systolic array; 0 on GPUs");
  v("clock", c.clock, "boost clock that the peaks assume");
  v("peak", c.peak, "dense peaks by number format", kRequired);
  v("memory", c.memory, "main memory; required, here or in `levels`");
  v("l2", c.l2, "last-level cache or shared scratchpad");
  v("sram", c.sram, "all on-chip memory nearest to the units");
  v("host_link", c.host_link, "to the host's memory, one direction");
  v("levels", c.levels,
    "memories innermost first, where the four above are too little: they follow from it");
  v("gather", c.gather, "embedding engines, such as SparseCores");
  v("dma", c.dma, "engines between memory and scratchpads; left out: never waited for");
  v("on_chip_network", c.on_chip_network,
    "wires between memory and matrix units; left out: never waited for");
  v("l2_copies", c.l2_copies, "parts of l2 that each keep what their cores read");
  v("tdp", c.tdp, "power limit of the whole board");
  v("idle", c.idle, "power at rest");
  v("price", c.price, "street price of one accelerator");
  v("rent", c.rent, "one chip, on demand");
  v("package", c.package, "dies, memory stacks and links: for area, yield, cost, carbon and DRAM");
  v.also("source");   // by field: where its numbers come from; tools/check_catalog.py reads it
  v.also("differs");  // by field: why it departs from our table of hardware facts
}

// After reading: the short form and `levels` agree, and both are there where one was written.
void complete(const Node& node, Chip& chip, Diagnostics& problems);

}  // namespace orrery
