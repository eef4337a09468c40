// Measured kernels, read from CSV.gz tables into the Kernels that a model prices. One row is what
// was timed as one: a matmul with its quantisation, or all launches of a MoE layer.
#pragma once
#include <string>
#include <vector>

#include "orrery/accuracy/csv_table.hpp"
#include "orrery/base/result.hpp"
#include "orrery/base/units.hpp"
#include "orrery/ops/kernel.hpp"

namespace orrery {

struct KernelRow {
  std::string kind;   // "matmul bf16", "attention decode fp8", "moe fp8_block"
  std::string shape;  // for people: the row's own columns
  std::vector<Kernel> kernels;
  Seconds measured;
  bool eager = false;  // launched by the host one by one, not from a graph
};

// All rows of one device ("h100_sxm") in matmul, attention_prefill, attention_decode, mla_attention
// and moe.csv.gz of `folder`, or ("NVIDIA A100 80GB PCIe") in NeuSight's nvidia__*.csv.gz tables of
// single fp32 operators, or ("h20") in InferSim's tables. Kinds whose table is absent have no rows; a
// time that is no number above zero is an error with its line. `tables` keeps what was read for the
// next device.
Result<std::vector<KernelRow>> read_kernel_rows(CsvTables& tables, const std::string& folder,
                                                const std::string& device);

// The matmul that a table's word for its number format means ("fp8_block").
Kernel matmul_kernel(std::string_view dtype, double m, double n, double k);

// One table of a user's own, plain or gzipped, told apart by its columns: m n k (matmul), q_len
// kv_len q_heads (attention; with phase: MLA), tokens topk experts (MoE). Times in latency_us. Every
// cell that is no number above zero where one is due is located.
tl::expected<std::vector<KernelRow>, Diagnostics> read_kernel_file(const std::string& path);

}  // namespace orrery
