// Fits catalog/calibration/collectives on the measurements of a folder and prints the errors.
//
//   fit_collectives SHARED CATALOG DATE [--write]
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "orrery/accuracy/collective_fit.hpp"
#include "orrery/accuracy/collectives/fit_plan.hpp"

namespace orrery {
namespace {

using Lines = std::vector<ProtocolLine>;

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
  CollectiveCalibration final;
  const auto keep = [&](FabricCalibration f, const std::string& record) {
    if (write) {
      const std::string folder = catalog + "/calibration/collectives";
      std::filesystem::create_directories(folder);
      std::ofstream(folder + "/" + f.fabric + ".yaml") << text_of(f, record);
    }
    final.fabrics.push_back(std::move(f));
  };
  for (const FabricPlan& plan : fabric_plans()) {
    FittedFabric f = fit.fit(plan.fabric, plan.prior);
    f.calibration.source = plan.data;
    fill_classes(f.calibration, fit);
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
