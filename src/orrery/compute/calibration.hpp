// KernelCalibration: how closely one chip with one software stack approaches its data sheet.
//
// A small set of physical coefficients (shares of peaks, floors, half-way sizes), fitted or
// borrowed, read from catalog/calibration/kernels/NAME.yaml. The formulas stand in roofline_model.
#pragma once
#include <array>
#include <string>
#include <vector>

#include "orrery/base/result.hpp"
#include "orrery/base/text/reader.hpp"
#include "orrery/base/units.hpp"
#include "orrery/hw/chip.hpp"

namespace orrery {

// A matrix engine in one number format, as a library of GEMM kernels uses it.
struct MatrixPath {
  double share = 0.75;      // of the chip's dense peak, short kernels
  double sustained = 0.65;  // the same under the power limit, kernels of many milliseconds
  Seconds fill;             // of a 128 x 256 tile: prologue and epilogue; others by their area
  double split = 16;        // most pieces that k is cut into; 1: the library does not
  Seconds pace;             // of one element of k in one block: its loop waits for its loads
  double quantise = 0;      // passes over the bf16 input that activation quantisation costs
  Seconds floor;            // of the launches beside the matmul: quantisation, unpacking of weights
  double grouped = 0.8;     // grouped matmul: share of what one large matmul reaches
  double grouped_fill = 1.3;    // grouped matmul: `fill`, in multiples of one large matmul's
  double grouped_memory = 0.8;  // grouped matmul: share of memory's, streaming experts' weights
  Seconds grouped_floor;        // grouped matmul: launch and set-up of its arguments
};

// Output tile of one thread block (or of a pair of them, blocks = 2).
struct MatrixTile {
  int rows = 128, columns = 128;
};

struct MatmulCoefficients {
  MatrixPath fp32, tf32, bf16, fp8, fp8_block, int8, fp4;
  MatrixPath fp8_on_fp4;                  // fp4 weights multiplied in fp8
  MatrixPath int8_weights, int4_weights;  // weight-only: dequantised on the way in
  std::vector<MatrixTile> tiles;          // what the library chooses from
  double l2_bandwidth = 2.0;              // L2 to SMs, in multiples of the memory's peak
  Seconds split_floor;                    // the second pass that adds the pieces
  double hidden = 0.85;    // share of the shorter of math and memory hidden under the longer
  Seconds throttle_after;  // kernel time by which half of share -> sustained has happened
};

// Each of the formats' paths.
std::array<MatrixPath*, 10> matrix_paths(MatmulCoefficients& m);

struct MemoryCoefficients {
  double share = 0.90;       // of peak bandwidth, operands of matmuls
  double stream = 0.88;      // the same, elementwise kernels
  double norm = 0.85;        // the same, norms and softmax: a row is read before it is written
  Seconds ramp;              // until a stream runs at that rate: a round trip to memory
  double sm_multiple = 2.5;  // one SM alone draws this many times its even share of the bandwidth
  double l2_multiple = 2.0;  // bandwidth of data that is still in L2, in multiples of memory's
  double softmax_passes = 1.0;  // of reads and writes of an unfused softmax
};

struct AttentionCoefficients {
  double prefill = 0.65;      // share of the matrix peak, bf16
  double prefill_fp8 = 0.5;   // the same when fp8 multiplies
  double softmax = 60;        // matrix FLOP that one score's exponential costs beside the math
  double backward = 0.55;     // share of the matrix peak, flash attention backward
  double query_tile = 128;    // query rows of one thread block
  double key_tile = 128;      // causal masks are skipped in blocks of this many keys
  double prefill_passes = 2;  // over Q, K, V and the output with rotary embedding and cache append
  double prefill_passes_fp8 = 2;
  bool fp8_cache_math = true;  // a cache in fp8 is multiplied in fp8 even by bf16 queries
  double prefill_wait = 0;     // share of K and V's way through L2 that a block waits for
  Seconds prefill_start;       // of one thread block
  Seconds prefill_floor;       // launches around the kernel included
  double tail = 0.2;           // of the shorter of the even share and the longest block, not hidden
  double decode = 0.85;        // share of memory bandwidth while reading the KV cache
  double decode_fp8 = 0.85;    // the same over an fp8 cache, query heads sharing a KV head
  double decode_fp8_plain = 0.6;  // the same, one query head a block: converted on vector units
  double decode_split_plain = 1;  // of that share, where the plain kernel's key range is split
  double decode_reach = 2;        // one SM alone draws this many times its even share of it
  double decode_rows = 8;         // query rows of one KV head are padded to this
  double decode_math = 0.2;       // share of the matrix peak on those padded rows
  bool decode_plain = true;       // the library has a kernel for one query head a block
  double decode_group = 32;       // widest group of query heads that shares one read of the cache
  double decode_rest = 0.2;  // share of what is shorter (math, memory, starts) that is not hidden
  Seconds decode_start;      // of one thread block
  Seconds decode_start_shared;  // the same when query heads share a KV head, bf16 cache
  Seconds decode_start_fp8;     // the same over an fp8 cache
  Seconds decode_row;           // in it, an element of a query row and its output
  Seconds decode_row_shared;    // the same when query heads share a KV head, bf16 cache
  Seconds decode_row_fp8;       // the same over an fp8 cache
  Seconds decode_alone_fp8;     // more when the block's rows leave no room for another on its SM
  Seconds decode_window;        // more when a window hides the older keys
  Seconds decode_window_fp8;
  Seconds decode_floor;
  Seconds split_floor;      // the pass that adds the pieces of a split KV range
  double split_keys = 256;  // keys of the smallest piece
  double split_keys_fp8 = 256;
  double mla_prefill = 0.55;  // share of the matrix peak, head dims 192 and 128
  double mla_prefill_fp8 = 0.5;
  double mla_prefill_passes = 1;  // over Q, K, V and the output
  Seconds mla_prefill_start;      // of one thread block
  double mla_prefill_passes_fp8 = 2;
  Seconds mla_prefill_start_fp8;
  double mla_decode = 0.7;  // share of memory bandwidth over the compressed cache
  double mla_decode_fp8 = 0.7;
  double mla_ends = 1;  // passes over queries and outputs
  double mla_ends_fp8 = 2;
  double mla_rest = 0.2;        // share of the shorter bounds that is not hidden
  double mla_math = 0.5;        // share of the matrix peak in decode
  double mla_math_fp8 = 0.4;    // of the fp8 peak
  double mla_rows = 64;         // query rows (heads) are padded to this
  double mla_reach = 2;         // one SM alone, in multiples of its even share of bandwidth
  double mla_split_keys = 256;  // keys of the smallest piece; huge: the library does not split
  Seconds mla_start;            // of one thread block
  double array_block = 0;  // cycles between two blocks on systolic arrays, beside the units' work
  Seconds mla_floor;
};

struct RoutingCoefficients {
  Seconds router_floor;   // top-k, counting, offsets
  Seconds copy;           // of one token copy in them: sorted on few SMs
  Seconds permute_floor;  // permutation, one way
};

struct CalibrationError {
  std::string kind;  // "matmul bf16"
  int fitted_rows = 0, held_out_rows = 0;
  double fitted = 0, held_out = 0;            // median |log ratio|, all rows
  double fitted_long = 0, held_out_long = 0;  // kernels above 20 us
};

struct KernelCalibration {
  std::string name;
  std::string stack;                               // library and version that was timed
  std::string attention_library = "tensorrt_llm";  // whose decode kernels and launches
  std::string source;                              // where the rows came from
  std::string date;
  std::string fitted_on;      // the catalog's chip whose kernels were timed; "" where none fits
  std::string borrowed_from;  // set when this chip was never measured
  int rows = 0;
  Seconds launch;        // floor of a kernel inside a graph
  Seconds launch_eager;  // floor when every launch comes from the host
  MatmulCoefficients matmul;
  MemoryCoefficients memory;
  AttentionCoefficients attention;
  RoutingCoefficients routing;
  std::vector<CalibrationError> errors;
};

template <class V>
void describe(V& v, MatrixPath& p) {
  v("share", p.share, "of the dense peak, short kernels");
  v("sustained", p.sustained, "of the dense peak under the power limit");
  v("fill", p.fill, "prologue and epilogue of a 128 x 256 tile");
  v("quantise", p.quantise, "passes over the bf16 input for activation quantisation");
  v("split", p.split, "most pieces that k is cut into");
  v("pace", p.pace, "of one element of k in one block");
  v("floor", p.floor, "launches beside the matmul: quantisation, unpacking");
  v("grouped", p.grouped, "grouped matmul: of what one large matmul reaches");
  v("grouped_fill", p.grouped_fill, "grouped matmul: of fill");
  v("grouped_memory", p.grouped_memory, "grouped matmul: of memory's share");
  v("grouped_floor", p.grouped_floor, "grouped matmul: launch and set-up");
}

template <class V>
void describe(V& v, MatrixTile& t) {
  v("rows", t.rows, "rows of the output tile", kRequired);
  v("columns", t.columns, "columns of the output tile", kRequired);
}

template <class V>
void describe(V& v, MatmulCoefficients& m) {
  v("fp32", m.fp32, "fp32 matmul");
  v("tf32", m.tf32, "tf32 matmul");
  v("bf16", m.bf16, "bf16 and fp16 matmul");
  v("fp8", m.fp8, "fp8 with one scale per tensor or row");
  v("fp8_block", m.fp8_block, "fp8 with block scales");
  v("int8", m.int8, "int8 with row scales");
  v("fp4", m.fp4, "fp4 with block scales");
  v("fp8_on_fp4", m.fp8_on_fp4, "fp8 math on fp4 weights");
  v("int8_weights", m.int8_weights, "bf16 math on int8 weights");
  v("int4_weights", m.int4_weights, "bf16 math on int4 weights");
  v("tiles", m.tiles, "output tiles that the library chooses from");
  v("l2_bandwidth", m.l2_bandwidth, "L2 to SMs, in multiples of memory bandwidth");
  v("split_floor", m.split_floor, "pass that adds the pieces");
  v("hidden", m.hidden, "share of the shorter of math and memory that is hidden");
  v("throttle_after", m.throttle_after, "kernel time at which half of the throttling shows");
}

template <class V>
void describe(V& v, MemoryCoefficients& m) {
  v("share", m.share, "of peak bandwidth, operands of matmuls");
  v("stream", m.stream, "the same, elementwise kernels");
  v("norm", m.norm, "the same, norms and softmax");
  v("ramp", m.ramp, "until a stream runs at its rate");
  v("sm_multiple", m.sm_multiple, "one SM alone, in multiples of its even share");
  v("l2_multiple", m.l2_multiple, "bandwidth of data in L2, in multiples of memory's");
  v("softmax_passes", m.softmax_passes, "passes over the scores of an unfused softmax");
}

template <class V>
void describe(V& v, AttentionCoefficients& a) {
  v("prefill", a.prefill, "share of the matrix peak, bf16");
  v("prefill_fp8", a.prefill_fp8, "share of the fp8 peak");
  v("softmax", a.softmax, "matrix FLOP that one score's exponential costs");
  v("backward", a.backward, "share of the matrix peak, backward");
  v("query_tile", a.query_tile, "query rows of one thread block");
  v("key_tile", a.key_tile, "keys of one block of the causal mask");
  v("prefill_passes", a.prefill_passes, "passes over Q, K, V and the output");
  v("prefill_passes_fp8", a.prefill_passes_fp8, "the same, fp8 math");
  v("fp8_cache_math", a.fp8_cache_math, "fp8 caches are multiplied in fp8");
  v("prefill_wait", a.prefill_wait, "share of K and V's way through L2 that is waited for");
  v("prefill_start", a.prefill_start, "of one thread block");
  v("prefill_floor", a.prefill_floor, "least time");
  v("tail", a.tail, "of the even share or the longest block, whichever is shorter");
  v("decode", a.decode, "share of memory bandwidth over the KV cache");
  v("decode_fp8", a.decode_fp8, "the same, fp8 cache, shared KV heads");
  v("decode_fp8_plain", a.decode_fp8_plain, "the same, fp8 cache, one query head a block");
  v("decode_split_plain", a.decode_split_plain, "of the plain kernel's share when split");
  v("decode_reach", a.decode_reach, "one SM alone, in multiples of its even share");
  v("decode_rows", a.decode_rows, "query rows of a KV head are padded to this");
  v("decode_math", a.decode_math, "share of the matrix peak on the padded rows");
  v("decode_plain", a.decode_plain, "there is a kernel for one query head a block");
  v("decode_group", a.decode_group, "widest group of query heads that shares one read");
  v("decode_rest", a.decode_rest, "share of the shorter bounds that is not hidden");
  v("decode_start", a.decode_start, "of one thread block");
  v("decode_start_shared", a.decode_start_shared, "of one thread block of several query heads");
  v("decode_start_fp8", a.decode_start_fp8, "of one thread block over an fp8 cache");
  v("decode_row", a.decode_row, "in it, one element of a query row and its output");
  v("decode_row_shared", a.decode_row_shared, "the same, several query heads");
  v("decode_row_fp8", a.decode_row_fp8, "the same, several query heads, fp8 cache");
  v("decode_alone_fp8", a.decode_alone_fp8, "more when no second block fits on the SM");
  v("decode_window", a.decode_window, "more when a window hides older keys");
  v("decode_window_fp8", a.decode_window_fp8, "the same, fp8 cache");
  v("decode_floor", a.decode_floor, "least time");
  v("split_floor", a.split_floor, "pass that adds the pieces of a split KV range");
  v("split_keys", a.split_keys, "keys of the smallest piece");
  v("split_keys_fp8", a.split_keys_fp8, "the same, fp8 cache");
  v("mla_prefill", a.mla_prefill, "share of the matrix peak");
  v("mla_prefill_fp8", a.mla_prefill_fp8, "share of the fp8 peak");
  v("mla_prefill_passes", a.mla_prefill_passes, "passes over Q, K, V and the output");
  v("mla_prefill_start", a.mla_prefill_start, "of one thread block");
  v("mla_prefill_passes_fp8", a.mla_prefill_passes_fp8, "passes, fp8 math");
  v("mla_prefill_start_fp8", a.mla_prefill_start_fp8, "of one thread block, fp8 math");
  v("mla_decode", a.mla_decode, "share of memory bandwidth over the compressed cache");
  v("mla_decode_fp8", a.mla_decode_fp8, "the same, fp8 cache");
  v("mla_ends", a.mla_ends, "passes over queries and outputs");
  v("mla_ends_fp8", a.mla_ends_fp8, "the same, fp8 cache");
  v("mla_rest", a.mla_rest, "share of the shorter bounds that is not hidden");
  v("mla_math", a.mla_math, "share of the matrix peak in decode");
  v("mla_math_fp8", a.mla_math_fp8, "share of the fp8 peak in decode");
  v("mla_rows", a.mla_rows, "heads are padded to this");
  v("mla_reach", a.mla_reach, "one SM alone, in multiples of its even share");
  v("mla_split_keys", a.mla_split_keys, "keys of the smallest piece");
  v("mla_start", a.mla_start, "of one thread block");
  v("mla_floor", a.mla_floor, "least time of MLA decode");
  v("array_block", a.array_block, "cycles between two blocks on systolic arrays");
}

template <class V>
void describe(V& v, RoutingCoefficients& r) {
  v("router_floor", r.router_floor, "top-k, counting, offsets");
  v("copy", r.copy, "of one token copy in them");
  v("permute_floor", r.permute_floor, "permutation, one way");
}

template <class V>
void describe(V& v, CalibrationError& e) {
  v("kind", e.kind, "op and number format", kRequired);
  v("fitted_rows", e.fitted_rows, "rows the fit saw");
  v("held_out_rows", e.held_out_rows, "rows it did not see");
  v("fitted", e.fitted, "median |log(predicted/measured)|, fitted rows");
  v("held_out", e.held_out, "the same, held-out rows");
  v("fitted_long", e.fitted_long, "fitted rows above 20 us");
  v("held_out_long", e.held_out_long, "held-out rows above 20 us");
}

template <class V>
void describe(V& v, KernelCalibration& c) {
  v("name", c.name, "catalog name", kRequired);
  v("stack", c.stack, "library and version timed");
  v("attention_library", c.attention_library,
    "whose decode kernels: tensorrt_llm, flash_attention");
  v("source", c.source, "where the rows came from", kRequired);
  v("date", c.date, "of the fit");
  v("fitted_on", c.fitted_on, "the catalog's chip whose kernels were timed");
  v("borrowed_from", c.borrowed_from, "set when this chip was never measured");
  v("rows", c.rows, "measured rows fitted");
  v("launch", c.launch, "floor of a kernel inside a graph", kRequired);
  v("launch_eager", c.launch_eager, "floor when the host launches each kernel");
  v("matmul", c.matmul, "matrix multiplications");
  v("memory", c.memory, "achieved bandwidth");
  v("attention", c.attention, "attention kernels");
  v("routing", c.routing, "mixture of experts beside its matmuls");
  v("errors", c.errors, "of the fit, by op and number format");
}

// The file of a chip's calibration in `folder`: the first that exists of chip.calibration, its
// name, its generation, its kind ("gpu"); "" when none does. The later, the wider its errors.
std::string kernel_calibration_file(const Chip& chip, const std::string& folder);

tl::expected<KernelCalibration, Diagnostics> read_kernel_calibration(const std::string& path);

}  // namespace orrery
