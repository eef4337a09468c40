#include "orrery/accuracy/kernel_scores.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "orrery/accuracy/collective_fit.hpp"
#include "orrery/accuracy/kernel_fit.hpp"
#include "orrery/accuracy/power/power_rows.hpp"
#include "orrery/compute/lending/kinship.hpp"
#include "orrery/compute/roofline_model.hpp"

namespace orrery {
namespace {

// What the tables call a device, and the chip it is.
struct Device {
  const char* name;
  const char* chip;
};
constexpr Device kDevices[] = {{"v100_sxm", "v100-sxm2-32gb"},
                               {"a100_pcie", "a100-pcie-80gb"},
                               {"a100_sxm", "a100-sxm-80gb"},
                               {"a10", "a10"},
                               {"l4", "l4"},
                               {"l40s", "l40s"},
                               {"h100_pcie", "h100-pcie"},
                               {"h100_sxm", "h100-sxm"},
                               {"h200_nvl", "h200-nvl"},
                               {"h200_sxm", "h200"},
                               {"gh200", "gh200"},
                               {"h20", "h20"},
                               {"h20_sxm", "h20"},
                               {"h800", "h800"},
                               {"b200_sxm", "b200"},
                               {"b300_sxm", "b300"},
                               {"gb200", "gb200"},
                               {"gb200_sxm", "gb200"},
                               {"gb300", "gb300"},
                               {"gb300_sxm", "gb300"},
                               {"rtx_pro_6000_server", "rtx-pro-6000-server"},
                               {"mi300x", "mi300x"},
                               {"mi325x", "mi325x"},
                               {"mi355x", "mi355x"}};

// "prefill fp8" -> {"attention_prefill", "fp8"}; "mla decode bfloat16" -> {"mla_attention", ...}.
std::pair<std::string, std::string> op_of(const std::string& kind) {
  const std::string dtype = kind.substr(kind.rfind(' ') + 1);
  if (kind.starts_with("mla ")) return {"mla_attention", dtype};
  if (kind.starts_with("prefill")) return {"attention_prefill", dtype};
  if (kind.starts_with("decode")) return {"attention_decode", dtype};
  return {kind.substr(0, kind.find(' ')), dtype};
}

// Numbers of a shape on a logarithmic scale; words stand for themselves.
struct Point {
  std::vector<double> at;
  std::string words;
};

Point point_of(const std::string& shape) {
  Point p;
  for (std::size_t from = 0; from <= shape.size();) {
    const std::size_t to = std::min(shape.find(',', from), shape.size());
    const std::string word = shape.substr(from, to - from);
    char* end = nullptr;
    const double number = std::strtod(word.c_str(), &end);
    if (!word.empty() && end == word.c_str() + word.size()) {
      p.at.push_back(std::log2(1.0 + std::max(number, 0.0)));
    } else {
      p.words += word + ",";
    }
    from = to + 1;
  }
  return p;
}

// Mean log time of the four nearest others, weighted by inverse squared distance.
void add_nearest(const std::vector<Point>& points, std::vector<KernelOutcome*>& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::vector<std::pair<double, std::size_t>> near;
    for (std::size_t j = 0; j < rows.size(); ++j) {
      if (j == i || points[j].words != points[i].words) continue;
      double distance = 0;
      for (std::size_t d = 0; d < points[i].at.size(); ++d) {
        const double x = points[i].at[d] - points[j].at[d];
        distance += x * x;
      }
      near.emplace_back(distance, j);
    }
    const std::size_t count = std::min<std::size_t>(4, near.size());
    std::ranges::partial_sort(near, near.begin() + static_cast<std::ptrdiff_t>(count));
    double sum = 0, weight = 0;
    for (std::size_t k = 0; k < count; ++k) {
      const double w = 1.0 / (near[k].first + 1e-6);
      sum += w * std::log(rows[near[k].second]->measured);
      weight += w;
    }
    if (weight > 0) rows[i]->nearest = std::exp(sum / weight);
  }
}

// The roofline of bare peaks over the median share of it that rows of the same bound reach.
void add_typical(const std::vector<double>& floor, const std::vector<bool>& math_bound,
                 std::vector<KernelOutcome*>& rows) {
  for (const bool bound : {false, true}) {
    std::vector<double> shares;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (math_bound[i] == bound) shares.push_back(floor[i] / rows[i]->measured);
    }
    const double typical = quantile(shares, 0.5);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (math_bound[i] == bound && typical > 0) rows[i]->typical = floor[i] / typical;
    }
  }
}

struct Floor {
  double time = 0;
  bool is_math = false;
};

// Uncalibrated peaks: FLOPs over the format's, bytes over memory's.
Floor floor_of(const KernelRow& row, const ComputeModel& bare) {
  double math = 0, memory = 0;
  for (const Kernel& k : row.kernels) {
    const KernelTime t = bare.time(k);
    math += t.math.value();
    memory += t.memory.value();
  }
  return {std::max(math, memory), math > memory};
}

KernelCalibration bare_calibration(KernelCalibration c) {
  for (MatrixPath* p : matrix_paths(c.matmul)) {
    p->share = p->sustained = p->grouped = p->grouped_memory = 1.0;
    p->fill = p->pace = Seconds{};
  }
  c.memory.share = c.memory.stream = c.memory.norm = 1.0;
  return c;
}

void score_device(const std::vector<KernelRow>& rows, const Device& device, const Chip& chip,
                  const KernelCalibration& calibration, const ComputeModelMaker& make,
                  const KernelScoreOptions& options, KernelScores& out) {
  const bool yardsticks = options.yardsticks;
  const auto model = make(chip, calibration);
  const auto bare = make_roofline(chip, bare_calibration(calibration));
  struct Group {
    std::vector<std::size_t> rows;
    std::vector<Point> points;
    std::vector<double> floor;
    std::vector<bool> math_bound;
  };
  std::map<std::string, Group> groups;
  for (const KernelRow& row : rows) {
    const auto [op, dtype] = op_of(row.kind);
    Group& g = groups[row.kind];
    g.rows.push_back(out.rows.size());
    out.rows.push_back({op, device.name, dtype, predicted(*model, calibration, row).value(),
                        row.measured.value(), 0, 0, 0});
    if (!yardsticks) continue;
    const Floor floor = floor_of(row, *bare);
    g.floor.push_back(floor.time);
    g.math_bound.push_back(floor.is_math);
    g.points.push_back(point_of(row.shape));
  }
  if (!yardsticks) return;
  for (auto& [kind, g] : groups) {
    std::vector<KernelOutcome*> outcomes;
    for (const std::size_t i : g.rows) outcomes.push_back(&out.rows[i]);
    add_typical(g.floor, g.math_bound, outcomes);
    add_nearest(g.points, outcomes);
  }
}

Diagnostics score_collectives(const std::string& file, const Catalog& catalog, KernelScores& out) {
  const auto read = read_collective_calibration(catalog.root() + "/calibration/collectives");
  if (!read) return read.error();
  const CollectiveCalibration& calibration = *read;
  const auto table = read_collective_table(file);
  if (!table) return {table.error()};
  if (table->skipped > 0) out.skipped["collective"] = table->skipped;
  std::map<std::pair<std::string, int>, Cluster> clusters;
  for (const CollectiveRow& row : table->rows) {
    auto found = clusters.find({row.cluster, row.chips});
    if (found == clusters.end()) {
      found = clusters
                  .emplace(std::pair{row.cluster, row.chips},
                           catalog_cluster(catalog.root(), row.cluster, row.chips))
                  .first;
    }
    const double time = collective_time(row.call, found->second, calibration).duration.value();
    const bool large = row.call.size.value() > 1024.0 * 1024.0;
    out.rows.push_back({"collective", row.set, large ? "above_1MiB" : "up_to_1MiB", time,
                        row.measured.value(), 0, 0, 0});
  }
  return {};
}

// A device whose board was metered.
struct Metered {
  const Device* device;
  std::vector<PowerRow> rows;
  Chip chip;
  PowerCalibration power;
};

tl::expected<std::vector<Metered>, Diagnostics> metered_devices(CsvTables& tables,
                                                                const std::string& file,
                                                                const Catalog& catalog) {
  std::vector<Metered> out;
  for (const Device& device : kDevices) {
    const auto rows = read_power_rows(tables, file, device.name);
    if (!rows) return tl::unexpected(Diagnostics{rows.error()});
    if (rows->empty()) continue;
    const auto chip = catalog.chip(device.chip, Node{});
    if (!chip) return tl::unexpected(chip.error());
    const auto power = catalog.power(*chip);
    if (!power) return tl::unexpected(power.error());
    out.push_back({&device, *rows, *chip, *power});
  }
  return out;
}

// Boards whose coefficients `one` would be given had nobody metered it: those of its generation,
// else all of them.
struct PowerKin {
  std::vector<std::string> names;
  Borrowing how = Borrowing::PowerLimit;
};

PowerKin power_kin_of(const Metered& one, const std::vector<Metered>& all) {
  PowerKin related{{}, Borrowing::Generation}, others;
  for (const Metered& m : all) {
    if (m.chip.name == one.chip.name || m.power.borrowing != Borrowing::None) continue;
    (m.chip.generation == one.chip.generation ? related : others).names.push_back(m.chip.name);
  }
  return related.names.empty() ? others : related;
}

Diagnostics score_power(CsvTables& tables, const std::string& file, const Catalog& catalog,
                        const ComputeModelMaker& make, const KernelScoreOptions& options,
                        KernelScores& out) {
  const auto metered = metered_devices(tables, file, catalog);
  if (!metered) return metered.error();
  for (const Metered& m : *metered) {
    const auto calibration = catalog.kernels(m.chip);
    if (!calibration) return calibration.error();
    PowerCalibration power = m.power;
    if (options.coefficients == Coefficients::Kin) {
      const PowerKin kin = power_kin_of(m, *metered);
      if (kin.names.empty()) continue;
      out.power_kin[m.device->name] = fmt::format("{}", fmt::join(kin.names, ", "));
      const auto lent = catalog.lent_power(kin.names, kin.how, m.chip);
      if (!lent) return lent.error();
      power = *lent;
    }
    const auto model = make(m.chip, *calibration);
    for (const PowerRow& row : m.rows) {
      const Watts predicted = predicted_power(m.chip, power, timed(row, *model));
      out.rows.push_back({"board_power", m.device->name, row.dtype, predicted.value(),
                          row.metered.value(), 0, row.period.value(), 0});
    }
  }
  return {};
}

// Rows of devices that are none of ours.
void count_skipped(CsvTables& tables, const std::string& folder, KernelScores& out) {
  for (const char* name :
       {"matmul", "attention_prefill", "attention_decode", "mla_attention", "moe", "matmul_power"}) {
    const std::string path = folder + "/" + name + ".csv.gz";
    const std::string op = name == std::string_view("matmul_power") ? "board_power" : name;
    if (!std::filesystem::exists(path)) continue;
    const auto read = tables.read(path);
    if (!read) continue;  // has been reported
    const CsvTable& table = **read;
    for (std::size_t i = 0; i < table.size(); ++i) {
      const auto known = [&](const Device& d) { return table.text(i, "device") == d.name; };
      if (std::ranges::none_of(kDevices, known)) ++out.skipped[op];
    }
  }
}

}  // namespace

tl::expected<KernelScores, Diagnostics> score_kernels(const std::string& folder,
                                                      const Catalog& catalog,
                                                      const KernelScoreOptions& options) {
  if (!std::filesystem::is_directory(folder))
    return tl::unexpected(Diagnostics{
        {folder + ":1:1: /", "saw no such folder; expected one with matmul.csv.gz and its like"}});
  KernelScores out;
  CsvTables tables;
  const auto lenders = catalog.lenders();
  if (!lenders) return tl::unexpected(lenders.error());
  const auto make = catalog.compute_model(options.chip_model);
  if (!make) return tl::unexpected(make.error());
  for (const Device& device : kDevices) {
    const auto chip = catalog.chip(device.chip, Node{});
    if (!chip) return tl::unexpected(chip.error());
    const auto rows = read_kernel_rows(tables, folder, device.name);
    if (!rows) return tl::unexpected(Diagnostics{rows.error()});
    if (rows->empty()) continue;
    auto calibration = catalog.kernels(*chip);
    if (!calibration) return tl::unexpected(calibration.error());
    if (options.coefficients == Coefficients::Kin) {
      *calibration = lent_by_kin(*lenders, *chip, calibration->attention_library);
      out.kin[device.name] = calibration->borrowed_from;
    }
    score_device(*rows, device, *chip, *calibration, *make, options, out);
  }
  count_skipped(tables, folder, out);
  if (const std::string file = folder + "/collective.csv.gz"; std::filesystem::exists(file)) {
    if (const Diagnostics problems = score_collectives(file, catalog, out); !problems.empty())
      return tl::unexpected(problems);
  }
  if (const std::string file = folder + "/matmul_power.csv.gz"; std::filesystem::exists(file)) {
    if (const Diagnostics problems = score_power(tables, file, catalog, *make, options, out); !problems.empty())
      return tl::unexpected(problems);
  }
  if (out.rows.empty())
    return tl::unexpected(Diagnostics{
        {folder + ":1:1: /", "saw no measured kernels; expected matmul.csv.gz or its like"}});
  return out;
}

}  // namespace orrery
