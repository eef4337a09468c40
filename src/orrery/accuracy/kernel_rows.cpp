#include "orrery/accuracy/kernel_rows.hpp"

#include <algorithm>
#include <filesystem>

#include "orrery/base/text/document.hpp"
#include "orrery/compute/moe_layer.hpp"

namespace orrery {
namespace {

struct Format {
  DType compute = DType::Bf16, weights = DType::Bf16;
  Scaling scaling = Scaling::None;
  bool quantises_input = false;
};

// The tables' words for number formats. SmoothQuant is int8 with a scale a row.
Format format_of(std::string_view word) {
  if (word == "fp8") return {DType::Fp8, DType::Fp8, Scaling::Tensor, true};
  if (word == "fp8_block") return {DType::Fp8, DType::Fp8, Scaling::Block, true};
  if (word == "sq") return {DType::Int8, DType::Int8, Scaling::Row, true};
  if (word == "nvfp4") return {DType::Fp4, DType::Fp4, Scaling::Block, true};
  if (word == "int8_wo") return {DType::Bf16, DType::Int8, Scaling::None, false};
  if (word == "int4_wo") return {DType::Bf16, DType::Int4, Scaling::None, false};
  if (word == "w4a16_mxfp4") return {DType::Bf16, DType::Fp4, Scaling::Block, false};
  if (word == "w4a8_mxfp4_mxfp8") return {DType::Fp8, DType::Fp4, Scaling::Block, true};
  return {};
}

std::string shape_of(const CsvTable& t, std::size_t row,
                     std::initializer_list<std::string_view> columns) {
  std::string shape;
  for (const std::string_view column : columns) {
    if (!shape.empty()) shape += ',';
    shape += t.text(row, column);
  }
  return shape;
}

KernelRow matmul_row(const CsvTable& t, std::size_t i) {
  const std::string dtype(t.text(i, "dtype"));
  return {"matmul " + dtype,
          shape_of(t, i, {"m", "n", "k"}),
          {matmul_kernel(dtype, t.number(i, "m"), t.number(i, "n"), t.number(i, "k"))},
          {}};
}

KernelRow attention_row(const CsvTable& t, std::size_t i, const char* phase) {
  const std::string kv(t.text(i, "kv_dtype"));
  KernelRow row{std::string(phase) + " " + kv,
                shape_of(t, i,
                         {"compute_dtype", "batch", "q_len", "kv_len", "q_heads", "kv_heads",
                          "head_dim", "window"}),
                {},
                {}};
  Kernel kernel{.kind = OpKind::Attention};
  kernel.compute = t.text(i, "compute_dtype") == "fp8" ? DType::Fp8 : DType::Bf16;
  kernel.weights = kv == "fp8" ? DType::Fp8 : DType::Bf16;
  kernel.batch = t.number(i, "batch");
  kernel.q_len = t.number(i, "q_len");
  kernel.kv_len = t.number(i, "kv_len");
  kernel.heads = t.number(i, "q_heads");
  kernel.kv_heads = t.number(i, "kv_heads");
  kernel.head_dim = kernel.v_head_dim = t.number(i, "head_dim");
  kernel.window = t.number(i, "window");
  kernel.appends_cache = true;
  kernel.left_in_cache = phase == std::string_view("decode");
  row.kernels = {kernel};
  return row;
}

// DeepSeek's MLA: 128 + 64 wide queries and keys, 128 wide values; decode reads 512 + 64 a token.
KernelRow mla_row(const CsvTable& t, std::size_t i) {
  const std::string phase(t.text(i, "phase")), kv(t.text(i, "kv_dtype"));
  KernelRow row{
      "mla " + phase + " " + kv, shape_of(t, i, {"batch", "q_len", "kv_len", "q_heads"}), {}, {}};
  Kernel kernel{.kind = OpKind::Attention};
  kernel.weights = kv == "fp8" ? DType::Fp8 : DType::Bf16;
  kernel.compute = kernel.weights;
  kernel.batch = t.number(i, "batch");
  kernel.q_len = t.number(i, "q_len");
  kernel.kv_len = t.number(i, "kv_len");
  kernel.heads = kernel.kv_heads = t.number(i, "q_heads");
  kernel.head_dim = 192;
  kernel.v_head_dim = 128;
  if (phase == "decode") kernel.kv_latent = 576;
  kernel.appends_cache = true;
  row.kernels = {kernel};
  return row;
}

KernelRow moe_row(const CsvTable& t, std::size_t i) {
  const std::string dtype(t.text(i, "dtype"));
  const std::string_view routing = t.text(i, "routing"), kernel = t.text(i, "kernel");
  const Format f = format_of(dtype);
  MoeLayer layer;
  layer.tokens = t.number(i, "tokens");
  layer.hidden = t.number(i, "hidden");
  layer.ffn = t.number(i, "ffn");
  layer.top_k = t.number(i, "topk");
  layer.experts = t.number(i, "experts");
  layer.tensor = t.number(i, "tp");
  layer.expert = t.number(i, "ep");
  layer.gated = kernel.find("nongated") == std::string_view::npos;
  if (routing.starts_with("power_law_")) layer.skew = std::stod(std::string(routing.substr(10)));
  layer.compute = f.compute;
  layer.weights = f.weights;
  layer.scaling = f.scaling;
  layer.quantises_input = f.quantises_input;
  return {"moe " + dtype,
          shape_of(t, i,
                   {"tokens", "hidden", "ffn", "topk", "experts", "tp", "ep", "routing", "kernel"}),
          moe_layer_kernels(layer),
          {}};
}

// Single PyTorch operators in fp32 over B x H elements; binary ones read two tensors.
KernelRow streamed_row(const CsvTable& t, std::size_t i) {
  const std::string op(t.text(i, "OPName"));
  const bool norm = op == "ln" || op == "softmax";
  const bool binary = op == "add" || op == "div" || op == "mul" || op == "pow";
  const char* kind = op == "ln"        ? "norm fp32"
                     : op == "softmax" ? "softmax fp32"
                                       : "elementwise fp32";
  KernelRow row{kind, shape_of(t, i, {"OPName", "B", "H"}), {}, {}};
  Kernel kernel{.kind = norm ? OpKind::Norm : OpKind::Elementwise};
  const double bytes = 4.0 * t.number(i, "B") * t.number(i, "H");
  kernel.bytes_read = (binary ? 2.0 : 1.0) * bytes;
  kernel.bytes_written = bytes;
  row.kernels = {kernel};
  return row;
}

KernelRow product_row(const CsvTable& t, std::size_t i) {
  KernelRow row{"matmul fp32", shape_of(t, i, {"OPName", "B", "M", "N", "K"}), {}, {}};
  Kernel kernel{.kind = OpKind::Matmul, .compute = DType::Fp32, .weights = DType::Fp32};
  kernel.m = t.number(i, "M");
  kernel.n = t.number(i, "N");
  kernel.k = t.number(i, "K");
  kernel.count = t.number(i, "B");
  row.kernels = {kernel};
  return row;
}

// Where a table keeps the device and the time.
struct Layout {
  const char* device = "device";
  const char* time = "latency_us";
  double unit = 1e-6;
  bool eager = false;
};

template <class Make>
Result<void> append(CsvTables& tables, std::vector<KernelRow>& rows, const std::string& path,
                    const std::string& device, Make make, const Layout& layout = {}) {
  if (!std::filesystem::exists(path)) return {};
  const auto read = tables.read(path);
  if (!read) return tl::unexpected(read.error());
  const CsvTable& table = **read;
  if (!table.has(layout.time)) return {};  // a table of InferSim's came without its header
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table.text(i, layout.device) != device) continue;
    if (!table.is_above_zero(i, layout.time))
      return tl::unexpected(table.no_number(path, i, layout.time));
    KernelRow row = make(table, i);
    row.measured = Seconds{table.number(i, layout.time) * layout.unit};
    row.eager = layout.eager;
    rows.push_back(std::move(row));
  }
  return {};
}

// InferSim's tables have the shape of the heads in their names: mha__decode__h20__32-8-128.csv.
KernelRow infersim_row(const CsvTable& t, std::size_t i, const std::string& name) {
  const std::string kv = t.text(i, "kv_dtype") == "fp8" ? "fp8" : "bfloat16";
  Kernel kernel{.kind = OpKind::Attention};
  if (name.starts_with("gemm")) {
    kernel = {.kind = OpKind::Matmul, .compute = DType::Fp8, .weights = DType::Fp8};
    kernel.scaling = Scaling::Block;  // inputs come quantised
    kernel.m = t.number(i, "m");
    kernel.n = t.number(i, "n");
    kernel.k = t.number(i, "k");
    return {"matmul fp8_block", shape_of(t, i, {"m", "n", "k"}), {kernel}, {}};
  }
  const bool decode = name.find("decode") != std::string::npos;
  const bool latent = name.starts_with("mla");
  double shape[3] = {};  // heads, KV heads and width; MLA: heads, latent and rope
  std::size_t at = name.rfind("__") + 2;
  for (double& number : shape) {
    number = std::stod(name.substr(at));
    at = name.find('-', at) + 1;
  }
  kernel.weights = kv == "fp8" ? DType::Fp8 : DType::Bf16;
  kernel.batch = decode ? t.number(i, "batch_size") : 1.0;
  kernel.q_len = decode ? 1.0 : t.number(i, "seq_len");
  kernel.kv_len = decode ? t.number(i, "kv_len") : kernel.q_len;
  kernel.heads = shape[0];
  kernel.kv_heads = latent ? shape[0] : shape[1];
  kernel.head_dim = latent ? 192.0 : shape[2];
  kernel.v_head_dim = latent ? 128.0 : shape[2];
  if (latent && decode) kernel.kv_latent = 576;
  const std::string kind = std::string(latent ? "mla " : "") + (decode ? "decode " : "prefill ");
  return {
      kind + kv, name + "," + shape_of(t, i, {"batch_size", "kv_len", "seq_len"}), {kernel}, {}};
}

}  // namespace

Kernel matmul_kernel(std::string_view dtype, double m, double n, double k) {
  const Format f = format_of(dtype);
  Kernel kernel{.kind = OpKind::Matmul, .compute = f.compute, .weights = f.weights};
  kernel.scaling = f.scaling;
  kernel.quantises_input = f.quantises_input;
  kernel.m = m;
  kernel.n = n;
  kernel.k = k;
  return kernel;
}

Result<std::vector<KernelRow>> read_kernel_rows(CsvTables& tables, const std::string& folder,
                                                const std::string& device) {
  std::vector<KernelRow> rows;
  const auto prefill = [](const CsvTable& t, std::size_t i) {
    return attention_row(t, i, "prefill");
  };
  const auto decode = [](const CsvTable& t, std::size_t i) {
    return attention_row(t, i, "decode");
  };
  for (const Result<void>& done :
       {append(tables, rows, folder + "/matmul.csv.gz", device, matmul_row),
        append(tables, rows, folder + "/attention_prefill.csv.gz", device, prefill),
        append(tables, rows, folder + "/attention_decode.csv.gz", device, decode),
        append(tables, rows, folder + "/mla_attention.csv.gz", device, mla_row),
        append(tables, rows, folder + "/moe.csv.gz", device, moe_row)}) {
    if (!done) return tl::unexpected(done.error());
  }
  if (!std::filesystem::is_directory(folder)) return rows;
  std::vector<std::string> names;  // in the order of their names, whatever the file system's
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const bool known =
        name.starts_with("gemm") || name.starts_with("mha") || name.starts_with("mla__");
    if (known && name.find("__" + device + "__") != std::string::npos) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    const auto make = [&name](const CsvTable& t, std::size_t i) {
      return infersim_row(t, i, name);
    };
    const Layout one_device{"", "latency_us", 1e-6};
    if (const auto done = append(tables, rows, folder + "/" + name, "", make, one_device); !done) {
      return tl::unexpected(done.error());
    }
  }
  const Layout neusight{"Device", "Latency", 1e-3, true};
  for (const char* file :
       {"train_elem", "test_elem", "train_ln", "test_ln", "train_softmax", "test_softmax"}) {
    const std::string path = folder + "/nvidia__" + file + ".csv.gz";
    if (const auto done = append(tables, rows, path, device, streamed_row, neusight); !done) {
      return tl::unexpected(done.error());
    }
  }
  for (const char* file : {"test_linear", "test_bmm"}) {
    const std::string path = folder + "/nvidia__" + file + ".csv.gz";
    if (const auto done = append(tables, rows, path, device, product_row, neusight); !done) {
      return tl::unexpected(done.error());
    }
  }
  return rows;
}

tl::expected<std::vector<KernelRow>, Diagnostics> read_kernel_file(const std::string& path) {
  const auto table = CsvTable::read(path);
  if (!table) return tl::unexpected(Diagnostics{table.error()});
  const CsvTable& t = *table;
  struct Kind {
    std::vector<const char*> numbers;  // columns that tell it apart, all above zero
    KernelRow (*make)(const CsvTable&, std::size_t);
  };
  const Kind kinds[] = {
      {{"m", "n", "k"}, matmul_row},
      {{"tokens", "hidden", "ffn", "topk", "experts", "tp", "ep"}, moe_row},
      {{"batch", "q_len", "kv_len", "q_heads", "kv_heads", "head_dim"},
       [](const CsvTable& c, std::size_t row) {
         return attention_row(c, row, c.number(row, "q_len") == 1.0 ? "decode" : "prefill");
       }},
      {{"batch", "q_len", "kv_len", "q_heads"}, mla_row}};
  const auto has_all = [&](const Kind& k) {
    return std::ranges::all_of(k.numbers, [&](const char* c) { return t.has(c); });
  };
  const auto kind = std::ranges::find_if(kinds, has_all);
  if (kind == std::end(kinds) || !t.has("latency_us"))
    return tl::unexpected(Diagnostics{
        {path + ":1:1: /", "saw columns of no kernel that we know; expected latency_us and m,n,k or "
                           "batch,q_len,kv_len,q_heads,kv_heads,head_dim or "
                           "tokens,hidden,ffn,topk,experts,tp,ep"}});
  Diagnostics problems;
  std::vector<KernelRow> rows;
  for (std::size_t i = 0; i < t.size(); ++i) {
    const std::size_t before = problems.size();
    std::vector<const char*> columns = kind->numbers;
    columns.push_back("latency_us");
    for (const char* column : columns) {
      if (!t.is_above_zero(i, column)) problems.push_back(t.no_number(path, i, column));
    }
    if (problems.size() > 20) break;
    if (problems.size() > before) continue;
    rows.push_back(kind->make(t, i));
    rows.back().measured = Seconds{t.number(i, "latency_us") * 1e-6};
  }
  if (problems.empty() && rows.empty())
    problems.push_back({path + ":1:1: /", "saw no rows; expected measured kernels"});
  if (!problems.empty()) return tl::unexpected(problems);
  return rows;
}

tl::expected<std::vector<MeasuredKernel>, Diagnostics> read_measured_kernels(
    const std::vector<std::string>& paths) {
  std::vector<MeasuredKernel> out;
  Diagnostics problems;
  for (const std::string& path : paths) {
    const auto rows = read_kernel_file(path);
    if (!rows) {
      problems.insert(problems.end(), rows.error().begin(), rows.error().end());
      continue;
    }
    for (const KernelRow& row : *rows) {
      if (row.kernels.size() == 1) out.push_back({row.kernels.front(), row.measured});
    }
  }
  if (!problems.empty()) return tl::unexpected(std::move(problems));
  return out;
}

}  // namespace orrery
