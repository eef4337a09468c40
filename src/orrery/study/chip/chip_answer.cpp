#include "orrery/study/chip/chip_answer.hpp"

#include "orrery/compute/roofline_model.hpp"

namespace orrery {
namespace {

constexpr double kProduct = 8192;  // rows, columns and depth: large enough to fill any chip
constexpr Seconds kYear{365.25 * 86400.0};
// Where the leading logic fabs stand, and where accelerators are used most.
constexpr const char* kFabGrid = "taiwan";
constexpr const char* kUseGrid = "usa";

std::vector<FormatPeak> peaks_of(const Chip& chip) {
  const PeakRates& p = chip.peak;
  std::vector<FormatPeak> out;
  for (const auto& [format, rate] : {std::pair{DType::Fp32, p.fp32}, std::pair{DType::Tf32, p.tf32},
                                     std::pair{DType::Fp16, p.fp16}, std::pair{DType::Bf16, p.bf16},
                                     std::pair{DType::Fp8, p.fp8}, std::pair{DType::Int8, p.int8},
                                     std::pair{DType::Fp4, p.fp4}}) {
    if (rate.value() > 0) out.push_back({format, rate, (rate / chip.memory.bandwidth).value()});
  }
  return out;
}

DType usual_format(const PeakRates& p) {
  if (p.bf16.value() > 0) return DType::Bf16;
  if (p.fp16.value() > 0) return DType::Fp16;
  if (p.fp8.value() > 0) return DType::Fp8;
  if (p.int8.value() > 0) return DType::Int8;
  return p.fp4.value() > 0 ? DType::Fp4 : DType::Fp32;
}

FullTilt full_tilt(const Chip& chip, const KernelCalibration& kernels,
                   const PowerCalibration& power) {
  Kernel k{.kind = OpKind::Matmul};
  k.compute = k.weights = usual_format(chip.peak);
  k.m = k.n = k.k = kProduct;
  const KernelDetail d = make_roofline(chip, kernels)->detail(k);
  const LaunchEnergy e = launch_energy(chip, power, k, d.time, Operands::InMainMemory);
  FullTilt out{k.compute, board_power(chip, power, e.total(), d.time.duration), d.utilisation, {}};
  out.energy = out.power.mean * d.time.duration / d.time.flops;
  return out;
}

tl::expected<Manufacture, Diagnostics> manufacture(const ChipAnswer& answer, const Technology& t) {
  const Chip& chip = answer.chip;
  auto area = chip_area(chip, t, chip.name + ": /package");
  if (!area) return tl::unexpected(area.error());
  Manufacture m{*area, package_cost(chip, *area, t), {}, {}, {}, {}};
  const DieArea& first = m.area.dies.front();
  const double defects = named(t.nodes, first.die.node)->defects_per_cm2;
  m.yields = {{"poisson", die_yield(first.area, defects, YieldModel::Poisson)},
              {"murphy", die_yield(first.area, defects, YieldModel::Murphy)},
              {"negative_binomial", die_yield(first.area, defects)}};
  m.embodied = embodied_carbon(chip, m.area, m.cost, t, *named(t.grids, kFabGrid));
  m.year_at_full_tilt =
      operational_carbon(answer.full_tilt.power.mean * kYear, *named(t.grids, kUseGrid));
  for (const Cooling& c : t.coolings) {
    m.heat.push_back({c.name, die_temperature(c, answer.full_tilt.power.mean, m.area.logic()),
                      heat_limit(c, m.area.logic())});
  }
  return m;
}

}  // namespace

Read<ChipAnswer> chip_answer(const Chip& chip, const Catalog& catalog) {
  Diagnostics problems;
  const auto kernels = catalog.kernels(chip);
  const auto power = catalog.power(chip);
  const auto technology = catalog.technology();
  for (const Diagnostics* d :
       {kernels ? nullptr : &kernels.error(), power ? nullptr : &power.error(),
        technology ? nullptr : &technology.error()}) {
    if (d != nullptr) problems.insert(problems.end(), d->begin(), d->end());
  }
  if (!problems.empty()) return tl::unexpected(problems);
  ChipAnswer out;
  out.chip = chip;
  out.peaks = peaks_of(chip);
  out.at_rest = chip.idle;
  out.standing = standing_power(chip, *power);
  out.full_tilt = full_tilt(chip, *kernels, *power);
  out.power_from = origin(*power);
  out.fab_grid = kFabGrid;
  out.use_grid = kUseGrid;
  if (chip.package.dies.empty()) return out;
  auto made = manufacture(out, *technology);
  if (!made) return tl::unexpected(made.error());
  out.made = std::move(*made);
  return out;
}

}  // namespace orrery
