#include "orrery/compute/lending/parts.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "orrery/base/check.hpp"

namespace orrery {
namespace {

// The first that fits. Names are those of describe().
constexpr Part kParts[] = {
    {"matmul.fp32.", "matmul fp32", Basis::Everyone},
    {"matmul.tf32.", "matmul bfloat16", Basis::Instructions},
    {"matmul.bf16.grouped", "moe bfloat16", Basis::Instructions},
    {"matmul.bf16.", "matmul bfloat16", Basis::Instructions},
    {"matmul.fp8.grouped", "moe fp8", Basis::Instructions},
    {"matmul.fp8.", "matmul fp8", Basis::Instructions, "matmul.bf16."},
    {"matmul.fp8_block.grouped", "moe fp8_block", Basis::Instructions},
    {"matmul.fp8_block.", "matmul fp8_block", Basis::Instructions, "matmul.bf16."},
    {"matmul.int8.", "matmul sq", Basis::Instructions, "matmul.bf16."},
    {"matmul.fp4.grouped", "moe nvfp4", Basis::Instructions},
    {"matmul.fp4.", "matmul nvfp4", Basis::Instructions, "matmul.bf16."},
    {"matmul.fp8_on_fp4.", "moe w4a8_mxfp4_mxfp8", Basis::Instructions},
    {"matmul.int8_weights.", "matmul int8_wo", Basis::Instructions, "matmul.bf16."},
    {"matmul.int4_weights.grouped", "moe w4a16_mxfp4", Basis::Instructions},
    {"matmul.int4_weights.", "matmul int4_wo", Basis::Instructions, "matmul.bf16."},
    {"matmul.", "matmul bfloat16", Basis::Instructions},
    {"launch_eager", "elementwise fp32", Basis::Everyone},
    {"launch", "matmul bfloat16", Basis::Instructions},
    {"memory.share", "matmul bfloat16", Basis::Memory},
    {"memory.sm_multiple", "matmul bfloat16", Basis::Instructions},
    {"memory.norm", "norm fp32", Basis::Everyone},
    {"memory.softmax_passes", "softmax fp32", Basis::Everyone},
    {"memory.", "elementwise fp32", Basis::Everyone},
    {"attention.prefill_fp8", "prefill fp8", Basis::Mostly, "attention.prefill"},
    {"attention.prefill_passes_fp8", "prefill fp8", Basis::Mostly, "attention.prefill_passes"},
    {"attention.mla_prefill_fp8", "mla prefill fp8", Basis::Instructions, "attention.mla_prefill"},
    {"attention.mla_prefill_passes_fp8", "mla prefill fp8", Basis::Instructions,
     "attention.mla_prefill_passes"},
    {"attention.mla_prefill_start_fp8", "mla prefill fp8", Basis::Instructions,
     "attention.mla_prefill_start"},
    {"attention.mla_prefill", "mla prefill bfloat16", Basis::Instructions},
    {"attention.mla_decode_fp8", "mla decode fp8", Basis::Instructions, "attention.mla_decode"},
    {"attention.mla_ends_fp8", "mla decode fp8", Basis::Instructions, "attention.mla_ends"},
    {"attention.mla_math_fp8", "mla decode fp8", Basis::Instructions, "attention.mla_math"},
    {"attention.mla_", "mla decode bfloat16", Basis::Instructions},
    {"attention.decode", "decode bfloat16", Basis::Library},
    {"attention.split_", "decode bfloat16", Basis::Library},
    {"attention.prefill_wait", "prefill bfloat16", Basis::Instructions},
    {"attention.", "prefill bfloat16", Basis::Mostly},
    {"routing.", "moe bfloat16", Basis::Instructions},
};

}  // namespace

const Part& part_of(const std::string& name) {
  const auto* part =
      std::ranges::find_if(kParts, [&](const Part& p) { return name.starts_with(p.prefix); });
  ORRERY_CHECK(part != std::end(kParts), "no part lends {}", name);
  return *part;
}

std::string multiple_of(const std::string& name) {
  for (const auto& [multiple, of] : {std::pair<std::string_view, const char*>{".grouped", ".share"},
                                     {".grouped_fill", ".fill"}}) {
    if (name.ends_with(multiple)) return name.substr(0, name.size() - multiple.size()) + of;
  }
  return {};
}

std::string untimed_like(const Part& part, const std::string& name) {
  if (!part.beside.ends_with('.')) return {};
  const std::string field = name.substr(part.prefix.size());
  return (field == "floor" ? "matmul.fp8." : std::string(part.beside)) + field;
}

}  // namespace orrery
