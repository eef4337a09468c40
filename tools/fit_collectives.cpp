// Fits catalog/calibration/collectives on the measurements of a folder and prints the errors.
//
//   fit_collectives SHARED CATALOG DATE [--write]
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "orrery/accuracy/collective_fit.hpp"

namespace orrery {
namespace {

using Lines = std::vector<ProtocolLine>;

ProtocolLine line(double launch_us, double step_us, double efficiency) {
  return {Seconds{launch_us * 1e-6}, Seconds{step_us * 1e-6}, efficiency};
}

// Where the search starts. Three lines stand for NCCL's LL, LL128 and Simple.
FabricCalibration inside_node() {
  return {.all_reduce = {line(5, 0.6, 0.2), line(12, 1, 0.5), line(40, 2, 0.8)},
          .gather = {line(5, 0.6, 0.2), line(12, 1, 0.5), line(40, 2, 0.8)},
          .in_network = {line(20, 1, 0.5), line(60, 1, 0.7)},
          .all_to_all = {line(6, 0.3, 0.2), line(12, 0.3, 0.5), line(40, 1, 0.8)},
          .send_recv = {line(5, 1, 0.3), line(15, 1, 0.8)},
          .one_shot = {line(3, 0.05, 0.1), line(4, 0.2, 0.6)},
          .two_shot = {line(5, 0.2, 0.3), line(12, 0.3, 0.6)},
          .copy = BytesPerSecond{1.2e12}};
}
FabricCalibration on_pcie() {
  FabricCalibration f = inside_node();
  f.crowding = 0.1;
  f.copy = {};
  f.in_network = f.one_shot = f.two_shot = {};
  return f;
}
// Steps between nodes start at NCCL's own figures: src/graph/tuning.cc, hwLat, NET: 2.7, 4 and 14
// us.
FabricCalibration between_nodes() {
  const Lines lines{line(15, 2.7, 0.1), line(20, 4.0, 0.5), line(30, 14.0, 0.9)};
  return {.all_reduce = lines,
          .gather = lines,
          .all_to_all = lines,
          .send_recv = {line(8, 4, 0.4), line(20, 4, 0.8)}};
}
FabricCalibration on_tpu() {
  const Lines lines{line(3, 0.5, 0.9)};
  return {.all_reduce = lines, .gather = lines, .all_to_all = lines, .send_recv = lines};
}

struct Plan {
  const char* fabric;
  FabricCalibration prior;
  const char* data;
};

struct Loan {
  const char* fabric;
  const char* lender;
  const char* why;
};
const Loan kLoans[] = {
    {"pcie4", "pcie5", "same generation of software over the same kind of wire"},
    {"infiniband-edr", "infiniband-hdr", "the next generation of the same wire"},
    {"infiniband-xdr", "infiniband-ndr", "the generation before of the same wire"},
    {"roce-400", "infiniband-ndr",
     "same rate, same verbs; one published run of 16 H100 agrees within the table"},
    {"gaudi-mesh", "infinity-fabric", "another full mesh of 8"},
    {"neuronlink2", "ici-v7", "another torus; unmeasured"},
    {"neuronlink3", "ici-v7", "another torus; unmeasured"},
    {"ici-v2", "ici-v7", "same kind of wire; unmeasured"},
    {"ici-v3", "ici-v7", "same kind of wire; unmeasured"},
    {"ici-v4", "ici-v7",
     "same kind of wire; jax-ml/scaling-book, tpus.md, also takes 90% of the wire"},
    {"ici-v5e", "ici-v7",
     "same kind of wire; jax-ml/scaling-book, tpus.md, also takes 90% of the wire"},
    {"ici-v5p", "ici-v7",
     "same kind of wire; jax-ml/scaling-book, tpus.md, also takes 90% of the wire"},
    {"ici-v6e", "ici-v7",
     "same kind of wire; jax-ml/scaling-book, tpus.md, also takes 90% of the wire"},
    {"dcn", "efa-2", "a data-centre network over Ethernet; unmeasured"}};

std::string lines_text(const char* key, const Lines& lines) {
  if (lines.empty()) return {};
  std::string out = fmt::format("{}:\n", key);
  for (const ProtocolLine& l : lines) {
    out += fmt::format("  - {{launch: {:.2f} us, step: {:.3f} us, efficiency: {:.4f}}}\n",
                       l.launch.value() * 1e6, l.step.value() * 1e6, l.efficiency);
  }
  return out;
}

std::string text_of(const FabricCalibration& f, const std::string& fit) {
  std::string out = fmt::format("fabric: {}\n", f.fabric);
  out += lines_text("all_reduce", f.all_reduce) + lines_text("gather", f.gather) +
         lines_text("in_network", f.in_network);
  out += lines_text("all_to_all", f.all_to_all) + lines_text("send_recv", f.send_recv);
  out += lines_text("one_shot", f.one_shot) + lines_text("two_shot", f.two_shot);
  if (f.copy.value() > 0.0) out += fmt::format("copy: {:.0f} GB/s\n", f.copy.value() * 1e-9);
  if (f.crowding > 0.001) out += fmt::format("crowding: {:.3f}\n", f.crowding);
  return out + fmt::format("source: \"{}\"\n", f.source) + fit;
}

Lines without_steps(Lines lines, Seconds left) {
  for (ProtocolLine& l : lines) {
    l.launch += l.step;
    l.step = left;
  }
  return lines;
}

// Classes without rows speak like the nearest one that has some.
void fill(FabricCalibration& f, const CollectiveFit& fit) {
  std::array<bool, 6> has{};
  bool engine = false, adds = false;
  for (const CollectiveRow& row : fit.rows()) {
    const Cluster& c = fit.cluster_of(row);
    std::size_t top = 0;
    for (std::size_t t = 0; t < c.tiers.size(); ++t) top = row.call.group.members[t] > 1 ? t : top;
    if (!counts(row) || row.held_out || c.tiers[top].fabric != f.fabric) continue;
    has[static_cast<std::size_t>(row.call.kind)] = true;
    engine |= row.call.engine_kernels;
    adds |= c.tiers[top].in_network_reduction;
  }
  using K = CollectiveKind;
  const auto any = [&](K k) { return has[static_cast<std::size_t>(k)]; };
  const bool gathers = any(K::AllGather) || any(K::ReduceScatter);
  if (!any(K::AllReduce) && gathers) f.all_reduce = f.gather;
  if (!gathers && any(K::AllReduce)) f.gather = f.all_reduce;
  // Messages to all peers overlap, so that a further peer costs little.
  if (!any(K::AllToAll)) f.all_to_all = without_steps(f.gather, Seconds{0.3e-6});
  if (!any(K::SendRecv)) f.send_recv = without_steps(f.gather, Seconds{});
  if (!engine) f.one_shot = f.two_shot = {};
  if (!adds) f.in_network = {};
  if (!gathers) f.copy = {};
}

void print_errors(const CollectiveFit& fit, const CollectiveCalibration& calibration) {
  std::map<std::string, std::array<std::vector<double>, 4>> cells;
  for (const CollectiveRow& row : fit.rows()) {
    if (!counts(row)) continue;
    const double error = relative_error(row, fit.cluster_of(row), calibration);
    const std::string kind =
        row.call.engine_kernels ? "all_reduce (engine)" : name_of(row.call.kind);
    const std::size_t cell = (row.call.size.value() > 1048576.0 ? 2 : 0) + (row.held_out ? 1 : 0);
    cells[fmt::format("{:32} {:20}", row.set, kind)][cell].push_back(error);
  }
  fmt::print("{:53} {:>18} {:>18}\n{:53} {:>18} {:>18}\n", "median error (rows)", "up to 1 MiB",
             "above 1 MiB", "", "seen   held out", "seen   held out");
  for (const auto& [name, cell] : cells) {
    fmt::print("{}", name);
    for (const auto& list : cell) {
      fmt::print(" {}", list.empty()
                            ? std::string(10, ' ')
                            : fmt::format("{:5.1f}% {:>3}", 100 * median(list), list.size()));
    }
    fmt::print("\n");
  }
}

int run(const std::string& shared, const std::string& catalog, const std::string& date,
        bool write) {
  CollectiveFit fit(read_collective_rows(shared), catalog);
  if (fit.rows().empty()) {
    fmt::print(stderr, "no measurements under {}\n", shared);
    return 2;
  }
  const Plan plans[] = {
      {"nvlink2", inside_node(), "vidur profiles, V100 of 8, all_reduce"},
      {"nvlink3", inside_node(),
       "kernel database (NCCL 2.27.3, TensorRT-LLM 1.0.0); vidur profiles; stas00/ml-engineering "
       "network"},
      {"nvlink4", inside_node(),
       "kernel database (NCCL 2.29.2, TensorRT-LLM 1.3.0rc20), H100 and H200; vidur profiles; "
       "stas00/ml-engineering network"},
      {"nvlink5", inside_node(),
       "kernel database (NCCL 2.29.2, TensorRT-LLM 1.3.0rc20), B200 and B300; "
       "stas00/ml-engineering network"},
      {"nvlink5-nvl72", inside_node(),
       "kernel database (NCCL 2.23, TensorRT-LLM 1.3.0rc20), 2 and 4 GB200; CoreWeave nccl-tests, "
       "one rack"},
      {"pcie5", on_pcie(), "kernel database (NCCL 2.29.2), RTX PRO 6000 Server"},
      {"infinity-fabric", inside_node(),
       "stas00/ml-engineering network, 8 MI300X; latencies from the starting values"},
      {"ici-v7", on_tpu(),
       "AI-Hypercomputer/tpu-recipes, all-gather on 2x2x1; latencies from the starting values"},
      {"infiniband-hdr", between_nodes(),
       "vidur profiles, A100 send_recv between nodes; steps from NCCL src/graph/tuning.cc"},
      {"infiniband-ndr", between_nodes(),
       "vidur profiles, H100 send_recv between nodes; CoreWeave nccl-tests, 64 H100 and two and "
       "twenty NVL72 racks"},
      {"efa-1", between_nodes(), "aws-samples/awsome-distributed-training, 16 A100"},
      {"efa-2", between_nodes(), "aws-samples/awsome-distributed-training, 16 H100"},
      {"efa-3", between_nodes(), "stas00/ml-engineering network, 32 H200, one row"},
      {"efa-4", between_nodes(), "stas00/ml-engineering network, 32 B200"}};
  CollectiveCalibration final;
  const auto keep = [&](FabricCalibration f, const std::string& record) {
    if (write) {
      const std::string folder = catalog + "/calibration/collectives";
      std::filesystem::create_directories(folder);
      std::ofstream(folder + "/" + f.fabric + ".yaml") << text_of(f, record);
    }
    final.fabrics.push_back(std::move(f));
  };
  for (const Plan& plan : plans) {
    FittedFabric f = fit.fit(plan.fabric, plan.prior);
    f.calibration.source = plan.data;
    fill(f.calibration, fit);
    fmt::print("{:16} {:4} rows {:5.1f}%   {:4} held out {:5.1f}%\n", plan.fabric, f.rows,
               100 * f.error, f.rows_held_out, 100 * f.error_held_out);
    keep(f.calibration,
         fmt::format(
             "fit:\n  date: \"{}\"\n  rows: {}\n  rows_held_out: {}\n  median_error: {:.4f}\n"
             "  median_error_held_out: {:.4f}\n",
             date, f.rows, f.rows_held_out, f.error, f.error_held_out));
  }
  for (const Loan& loan : kLoans) {
    FabricCalibration f = final.of(loan.lender);
    f.fabric = loan.fabric;
    f.source = fmt::format("borrowed from {}: {}", loan.lender, loan.why);
    keep(f, "");
  }
  print_errors(fit, final);
  return 0;
}

}  // namespace
}  // namespace orrery

int main(int argc, char** argv) {
  if (argc < 4) {
    fmt::print(stderr, "fit_collectives SHARED CATALOG DATE [--write]\n");
    return 2;
  }
  return orrery::run(argv[1], argv[2], argv[3], argc > 4 && std::strcmp(argv[4], "--write") == 0);
}
