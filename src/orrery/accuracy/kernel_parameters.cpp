// Which coefficients each kind of measured row determines, and within what bounds: shares stay
// below one, floors below what the shortest kernels take.
#include "orrery/accuracy/kernel_fit.hpp"

namespace orrery {
namespace {

class Knobs {
 public:
  std::vector<KernelParameter> all;

  void share(double& v) { number(v, 0.02, 1.0); }
  void number(double& v, double low, double high) {
    all.push_back({[&v] { return v; }, [&v](double x) { v = x; }, low, high});
  }
  // Bounds in microseconds. A floor of zero could not move in log space: it starts at the low end.
  void time(Seconds& v, double low, double high) { quantity(v, low * 1e-6, high * 1e-6); }
  template <class Q>
  void quantity(Q& v, double low, double high) {
    if (v.value() < low) v = Q{low};
    all.push_back({[&v] { return v.value(); }, [&v](double x) { v = Q{x}; }, low, high});
  }
  void path(MatrixPath& p) {
    share(p.share);
    share(p.sustained);
    time(p.fill, 0.01, 60);
    number(p.split, 1, 32);
    time(p.pace, 1e-5, 0.02);
  }
  void quantisation(MatrixPath& p) {
    number(p.quantise, 0.1, 12);
    time(p.floor, 0.1, 15);
  }
};

// The matrix path that rows of a kind run on; the last word of the kind is the format.
MatrixPath& path_of(MatmulCoefficients& m, const std::string& kind) {
  const std::string format = kind.substr(kind.find(' ') + 1);
  if (format == "fp32") return m.fp32;
  if (format == "fp8") return m.fp8;
  if (format == "fp8_block") return m.fp8_block;
  if (format == "sq") return m.int8;
  if (format == "nvfp4") return m.fp4;
  if (format == "int8_wo") return m.int8_weights;
  if (format == "int4_wo" || format == "w4a16_mxfp4") return m.int4_weights;
  if (format == "w4a8_mxfp4_mxfp8") return m.fp8_on_fp4;
  return m.bf16;
}

}  // namespace

std::vector<KernelParameter> kernel_parameters(KernelCalibration& c, const std::string& kind) {
  Knobs k;
  const auto is = [&kind](const char* prefix) { return kind.starts_with(prefix); };
  AttentionCoefficients& a = c.attention;
  if (kind == "matmul bfloat16") {
    k.path(c.matmul.bf16);
    k.time(c.launch, 0.5, 5);
    k.number(c.matmul.l2_bandwidth, 0.5, 20);
    k.time(c.matmul.split_floor, 0.05, 5);
    k.share(c.matmul.hidden);
    k.time(c.matmul.throttle_after, 10, 20000);
    k.share(c.memory.share);
    k.number(c.memory.sm_multiple, 0.8, 20);
  } else if (kind == "elementwise fp32") {
    k.share(c.memory.stream);
    k.time(c.launch_eager, 1, 60);
  } else if (kind == "norm fp32" || kind == "softmax fp32") {
    k.share(c.memory.norm);
  } else if (is("matmul")) {
    MatrixPath& path = path_of(c.matmul, kind);
    k.path(path);
    k.quantisation(path);
  } else if (kind == "prefill bfloat16") {
    k.share(a.prefill);
    k.number(a.softmax, 1, 2000);
    k.number(a.prefill_passes, 0.3, 20);
    k.time(a.prefill_start, 0.05, 10);
    if (a.prefill_wait > 0) k.number(a.prefill_wait, 0.05, 1);
    k.time(a.prefill_floor, 1, 20);
    k.number(a.tail, 0.01, 1);
  } else if (kind == "prefill fp8") {
    k.share(a.prefill_fp8);
    k.number(a.prefill_passes_fp8, 0.1, 20);
  } else if (is("decode")) {
    k.share(a.decode);
    k.share(a.decode_fp8);
    k.share(a.decode_fp8_plain);
    if (a.decode_plain) k.share(a.decode_split_plain);
    k.number(a.decode_reach, 0.3, 20);
    k.number(a.decode_math, 0.001, 1);
    k.share(a.decode_rest);
    k.time(a.decode_start, 0.05, 10);
    k.time(a.decode_start_shared, 0.05, 10);
    k.time(a.decode_start_fp8, 0.05, 10);
    k.time(a.decode_window, 0.01, 40);
    k.time(a.decode_window_fp8, 0.01, 40);
    k.time(a.decode_row, 1e-7, 1);
    k.time(a.decode_row_shared, 1e-7, 1);
    k.time(a.decode_row_fp8, 1e-7, 1);
    k.time(a.decode_alone_fp8, 1e-3, 20);
    k.time(a.decode_floor, 1, 20);
    k.time(a.split_floor, 0.1, 20);
    k.number(a.split_keys, 16, 1e6);
    k.number(a.split_keys_fp8, 16, 1e6);
  } else if (is("mla prefill")) {
    if (kind == "mla prefill fp8") {
      k.share(a.mla_prefill_fp8);
      k.number(a.mla_prefill_passes_fp8, 0.1, 20);
      k.time(a.mla_prefill_start_fp8, 0.05, 10);
    } else {
      k.share(a.mla_prefill);
      k.number(a.mla_prefill_passes, 0.1, 20);
      k.time(a.mla_prefill_start, 0.05, 10);
    }
  } else if (is("mla decode")) {
    k.share(a.mla_decode);
    k.share(a.mla_decode_fp8);
    k.number(a.mla_ends, 0.1, 20);
    k.number(a.mla_ends_fp8, 0.1, 20);
    k.share(a.mla_rest);
    k.share(a.mla_math);
    k.share(a.mla_math_fp8);
    k.number(a.mla_reach, 0.3, 20);
    k.number(a.mla_split_keys, 16, 1e6);
    k.time(a.mla_start, 0.05, 10);
    k.time(a.mla_floor, 1, 20);
  } else if (is("moe")) {
    MatrixPath& path = path_of(c.matmul, kind);
    if (kind == "moe bfloat16") {
      k.time(c.routing.router_floor, 0.1, 20);
      k.time(c.routing.permute_floor, 0.1, 20);
      k.time(c.routing.copy, 1e-6, 1);
    }
    k.number(path.grouped, 0.02, 1.3);
    k.number(path.grouped_fill, 0.1, 30);
    k.number(path.grouped_memory, 0.02, 1.2);
    k.time(path.grouped_floor, 0.01, 40);
  }
  return std::move(k.all);
}

}  // namespace orrery
