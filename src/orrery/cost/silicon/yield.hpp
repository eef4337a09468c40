// How many dies a wafer holds, and how many of them work.
#pragma once
#include <cstdint>

#include "orrery/base/area.hpp"

namespace orrery {

// lambda = area x defects. Defects fall independently (Poisson), with a density that varies over a
// triangle (Murphy), or in clusters (negative binomial, alpha 10: Feng and Ma, "Chiplet Actuary",
// DAC 2022, spec/parameter.ini).
//   exp(-lambda)     ((1 - exp(-lambda)) / lambda)^2     (1 + lambda / alpha)^-alpha
enum class YieldModel : std::uint8_t { Poisson, Murphy, NegativeBinomial };

double die_yield(Area die, double defects_per_cm2, YieldModel model = YieldModel::NegativeBinomial);

// The share of dies that can be sold when a defect in `spares`' part of the cores may be switched
// off: of 12 spare cores of 144 on a die whose repairable part is `repairable`, as many defects as
// there are spares may fall into it. Cores are taken as many small equal parts.
double sellable_yield(Area die, double defects_per_cm2, double repairable, int cores, int spares);

// Whole dies on a 300 mm wafer with 5 mm of edge and 0.2 mm of scribe line lost (same source):
//   pi (d/2 - e)^2 / A - pi (d - 2e) / sqrt(2 A),  A = (sqrt(area) + s)^2
double dies_per_wafer(Area die);

}  // namespace orrery
