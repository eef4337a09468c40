// The kernels of one mixture-of-experts layer on one rank, in launch order: router, permute,
// gate_up, activation, down, permute back. Collectives around it are not part of it.
#pragma once
#include <vector>

#include "orrery/ops/kernel.hpp"

namespace orrery {

struct MoeLayer {
  double tokens = 0;  // of all expert-parallel ranks together, before dispatch
  double hidden = 0, ffn = 0;
  double top_k = 1, experts = 1;
  double tensor = 1, expert = 1;  // parallel degrees: ffn is cut by `tensor`, experts by `expert`
  double skew = 0;    // exponent of a power law of expert popularity; 0: every expert gets the same
  bool gated = true;  // SwiGLU: gate and up; false: one up-projection
  DType compute = DType::Bf16, weights = DType::Bf16;
  Scaling scaling = Scaling::None;
  bool quantises_input = false;
};

// What one rank is dealt: the mean under balanced routing, the fullest rank under a power law.
struct MoeLoad {
  double rows = 0;      // token copies on this rank
  double active = 0;    // its experts that got at least one
  double heaviest = 0;  // rows of the fullest of them
};

MoeLoad moe_load(const MoeLayer& layer);

std::vector<Kernel> moe_layer_kernels(const MoeLayer& layer);

}  // namespace orrery
