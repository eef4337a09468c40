#include "orrery/compute/moe_layer.hpp"

#include <algorithm>
#include <cmath>

#include "orrery/base/rng.hpp"

namespace orrery {
namespace {

// Popularity of an expert drawn from p(x) ~ x^-skew on [low, high], by inversion.
double popularity(double u, double skew, double low, double high) {
  const double e = 1.0 - skew;
  if (std::abs(e) < 1e-6) return low * std::pow(high / low, u);
  const double a = std::pow(low, e);
  return std::pow(a + u * (std::pow(high, e) - a), 1.0 / e);
}

}  // namespace

// Power law: experts' shares are drawn from x^-skew on [1, 0.8 tokens] ([0.01, 2] when there are
// fewer copies than experts), scaled to all copies; the fullest rank is the one that is waited
// for. That is how the measured rows were dealt. Averages of kDraws draws of a fixed stream.
MoeLoad moe_load(const MoeLayer& layer) {
  const double copies = layer.tokens * layer.top_k;
  const double local = std::max(1.0, layer.experts / layer.expert);
  if (layer.skew <= 0.0) {
    MoeLoad load;
    load.rows = copies / layer.expert;
    // dealt round robin: as many experts as there are copies
    load.active = std::min(local, std::max(1.0, load.rows));
    load.rows = std::max(load.rows, 1.0);
    load.heaviest = std::ceil(load.rows / load.active);
    return load;
  }
  constexpr int kDraws = 8;
  const auto experts = static_cast<std::size_t>(layer.experts);
  const auto per_rank = static_cast<std::size_t>(local);
  const double low = copies > layer.experts ? 1.0 : 0.01;
  const double high = copies > layer.experts ? std::max(2.0, 0.8 * layer.tokens) : 2.0;
  Rng rng(20260601, "moe_load");
  std::vector<double> share(experts);
  MoeLoad mean;
  for (int draw = 0; draw < kDraws; ++draw) {
    double sum = 0.0;
    for (double& s : share) sum += s = popularity(rng.uniform(), layer.skew, low, high);
    MoeLoad fullest;
    for (std::size_t first = 0; first + per_rank <= experts; first += per_rank) {
      MoeLoad rank;
      for (std::size_t e = first; e < first + per_rank; ++e) {
        const double rows = std::min(layer.tokens, std::round(share[e] / sum * copies));
        rank.rows += rows;
        rank.active += rows > 0.0 ? 1.0 : 0.0;
        rank.heaviest = std::max(rank.heaviest, rows);
      }
      if (rank.rows > fullest.rows) fullest = rank;
    }
    mean.rows += fullest.rows / kDraws;
    mean.active += fullest.active / kDraws;
    mean.heaviest += fullest.heaviest / kDraws;
  }
  mean.rows = std::max(mean.rows, 1.0);
  mean.active = std::max(mean.active, 1.0);
  mean.heaviest = std::max(mean.heaviest, mean.rows / mean.active);
  return mean;
}

std::vector<Kernel> moe_layer_kernels(const MoeLayer& layer) {
  const MoeLoad load = moe_load(layer);
  const double ffn = std::max(1.0, layer.ffn / layer.tensor);
  const double element = bytes_per_element(layer.compute);
  Kernel router{.kind = OpKind::Router};
  router.m = layer.tokens;
  router.count = layer.top_k;
  router.bytes_read = layer.tokens * layer.experts * 4.0;
  router.bytes_written = layer.tokens * layer.top_k * 8.0;

  Kernel scatter{.kind = OpKind::Permute};
  scatter.bytes_read = 2.0 * layer.hidden * std::min(load.rows, layer.tokens);
  scatter.bytes_written = element * layer.hidden * load.rows;

  Kernel up{.kind = OpKind::GroupedMatmul, .compute = layer.compute, .weights = layer.weights};
  up.scaling = layer.scaling;
  up.quantises_input = layer.quantises_input;
  up.m = load.rows;
  up.count = load.active;
  up.heaviest = load.heaviest;
  up.n = (layer.gated ? 2.0 : 1.0) * ffn;
  up.k = layer.hidden;

  Kernel activation{.kind = OpKind::Elementwise};
  activation.bytes_read = 2.0 * load.rows * up.n;
  activation.bytes_written = element * load.rows * ffn;

  Kernel down = up;
  down.n = layer.hidden;
  down.k = ffn;

  Kernel gather{.kind = OpKind::Permute};
  gather.bytes_read = 2.0 * layer.hidden * load.rows;
  gather.bytes_written =
      2.0 * layer.hidden * layer.tokens;  // zeros where no local expert was chosen
  return {router, scatter, up, activation, down, gather};
}

}  // namespace orrery
