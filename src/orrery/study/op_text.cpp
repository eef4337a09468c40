#include "orrery/study/op_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "orrery/base/text/quantity.hpp"
#include "orrery/program/plan.hpp"

namespace orrery {
namespace {

using Values = std::map<std::string, double, std::less<>>;

// `otherwise`: a number, NaN when the word must be given, or another key's value.
struct Key {
  const char* name;
  double otherwise = std::nan("");
  const char* same_as = nullptr;
  double least = 1;
};

struct Form {
  const char* name;
  std::vector<const char*> sizes;
  std::vector<Key> keys;
  const char* doc;
  void (*fill)(const Values&, Kernel&);
};

double of(const Values& v, const char* name) { return v.find(name)->second; }

void fill_matmul(const Values& v, Kernel& k) {
  k.kind = OpKind::Matmul;
  k.m = of(v, "m");
  k.n = of(v, "n");
  k.k = of(v, "k");
  k.count = of(v, "count");
}

void fill_grouped(const Values& v, Kernel& k) {
  k.kind = OpKind::GroupedMatmul;
  k.m = of(v, "rows");
  k.n = of(v, "n");
  k.k = of(v, "k");
  k.count = of(v, "experts");
  k.heaviest = of(v, "heaviest");
}

// An implicit product: output pixels x filters, over the window's elements.
void fill_convolution(const Values& v, Kernel& k) {
  k.kind = OpKind::Matmul;
  const auto outputs = [&](const char* side) {
    return std::max(1.0, std::ceil((of(v, side) - of(v, "window") + of(v, "stride")) /
                                   of(v, "stride")));
  };
  k.windows = {of(v, "window"), of(v, "stride"), outputs("width"), outputs("height")};
  k.m = of(v, "images") * k.windows.down * k.windows.across;
  k.n = of(v, "filters");
  k.k = of(v, "window") * of(v, "window") * of(v, "channels");
}

void fill_attention(const Values& v, Kernel& k) {
  k.kind = OpKind::Attention;
  k.batch = of(v, "batch");
  k.q_len = of(v, "q");
  k.kv_len = of(v, "kv");
  k.heads = of(v, "heads");
  k.kv_heads = of(v, "kv_heads");
  k.head_dim = of(v, "dim");
  k.v_head_dim = of(v, "v_dim");
  k.window = of(v, "window");
  k.causal = of(v, "causal") > 0;
  k.fused = of(v, "fused") > 0;
}

void fill_decode(const Values& v, Kernel& k) {
  k.kind = OpKind::Attention;
  k.batch = of(v, "batch");
  k.q_len = of(v, "q");
  k.kv_len = of(v, "kv");
  k.heads = of(v, "heads");
  k.kv_heads = of(v, "kv_heads");
  k.head_dim = k.v_head_dim = of(v, "dim");
  k.window = of(v, "window");
  k.page = of(v, "page");
}

// DeepSeek-V3's widths: 128 + 64 wide queries and keys, 128 wide values.
void fill_mla_decode(const Values& v, Kernel& k) {
  k.kind = OpKind::Attention;
  k.batch = of(v, "batch");
  k.q_len = of(v, "q");
  k.kv_len = of(v, "kv");
  k.heads = k.kv_heads = of(v, "heads");
  k.head_dim = 192;
  k.v_head_dim = 128;
  k.kv_latent = of(v, "latent");
  k.page = of(v, "page");
}

void fill_scan(const Values& v, Kernel& k) {
  k.kind = OpKind::StateSpace;
  const double rows = of(v, "tokens") * of(v, "heads");
  k.batch = k.kv_heads = 1;
  k.q_len = of(v, "tokens");
  k.heads = of(v, "heads");
  k.head_dim = of(v, "dim");
  k.state = of(v, "state");
  k.flops = 4.0 * rows * of(v, "dim") * of(v, "state");  // into the state and out of it
  const double element = bytes_per_element(k.compute);
  k.bytes_read = element * (rows * of(v, "dim") + 2.0 * of(v, "tokens") * of(v, "state"));
  k.bytes_written = element * rows * of(v, "dim");
}

void fill_rows(const Values& v, Kernel& k) {
  k.m = of(v, "rows");
  k.n = of(v, "features");
}

void fill_norm(const Values& v, Kernel& k) {
  k.kind = OpKind::Norm;
  fill_rows(v, k);
  k.bytes_read = k.bytes_written =
      of(v, "rows") * of(v, "features") * bytes_per_element(k.compute);
}

void fill_softmax(const Values& v, Kernel& k) {
  fill_norm(v, k);
  k.transcendentals = 1;
}

// Into 8 bits unless weights= says otherwise; one scale for a block where scaling= does.
void fill_quantise(const Values& v, Kernel& k) {
  k.kind = OpKind::Elementwise;
  fill_rows(v, k);
  if (k.weights == k.compute) k.weights = DType::Fp8;
  if (k.scaling == Scaling::None) k.scaling = Scaling::Row;
  k.bytes_read = k.m * k.n * bytes_per_element(k.compute);
  k.bytes_written = k.m * k.n * bytes_per_element(k.weights);
}

void fill_dequantise(const Values& v, Kernel& k) {
  fill_quantise(v, k);
  k.scaling = Scaling::None;  // scales are known
  std::swap(k.bytes_read, k.bytes_written);
}

void fill_elementwise(const Values& v, Kernel& k) {
  k.kind = OpKind::Elementwise;
  fill_rows(v, k);
  k.operations = of(v, "operations");
  k.transcendentals = of(v, "transcendentals");
  const double one = of(v, "rows") * of(v, "features") * bytes_per_element(k.compute);
  k.bytes_read = of(v, "inputs") * one;
  k.bytes_written = of(v, "outputs") * one;
}

void fill_embedding(const Values& v, Kernel& k) {
  k.kind = OpKind::Embedding;
  k.pass = of(v, "scatter") > 0 ? Pass::BackwardWeight : Pass::Forward;
  k.m = of(v, "tokens");
  const double rows = k.m * of(v, "features") * bytes_per_element(k.compute);
  k.bytes_read = (k.pass == Pass::Forward ? 1.0 : 2.0) * rows;  // what is added to is read too
  k.bytes_written = rows;
}

void fill_top_k(const Values& v, Kernel& k) {
  k.kind = OpKind::Router;
  k.m = of(v, "tokens");
  k.n = of(v, "experts");
  k.count = of(v, "k");
  k.bytes_read = of(v, "tokens") * of(v, "experts") * 4.0;  // fp32 scores
  k.bytes_written = of(v, "tokens") * of(v, "k") * 8.0;     // index and weight
}

const std::vector<Form>& forms() {
  static const std::vector<Form> kForms{
      {"matmul", {"m", "n", "k"}, {{"count", 1}}, "[m, k] x [k, n], count times", fill_matmul},
      {"grouped_matmul",
       {"rows", "n", "k"},
       {{"experts"}, {"heaviest", 0, nullptr, 0}},
       "rows dealt over experts, each with its own [k, n]",
       fill_grouped},
      {"convolution",
       {"images", "height", "width", "channels"},
       {{"filters"}, {"window", 3}, {"stride", 1}},
       "as an implicit product, no padding",
       fill_convolution},
      {"attention",
       {},
       {{"batch", 1},
        {"q"},
        {"kv", 0, "q"},
        {"heads"},
        {"kv_heads", 0, "heads"},
        {"dim", 128},
        {"v_dim", 0, "dim"},
        {"window", 0, nullptr, 0},
        {"causal", 1, nullptr, 0},
        {"fused", 1, nullptr, 0}},
       "prefill or training",
       fill_attention},
      {"decode",
       {},
       {{"batch", 1},
        {"q", 1},
        {"kv"},
        {"heads"},
        {"kv_heads", 0, "heads"},
        {"dim", 128},
        {"window", 0, nullptr, 0},
        {"page", 0, nullptr, 0}},
       "new tokens over a KV cache",
       fill_decode},
      {"mla_decode",
       {},
       {{"batch", 1}, {"q", 1}, {"kv"}, {"heads", 128}, {"latent", 576}, {"page", 0, nullptr, 0}},
       "new tokens over a compressed cache",
       fill_mla_decode},
      {"scan",
       {},
       {{"tokens"}, {"heads"}, {"dim", 64}, {"state", 128}},
       "Mamba-2 state-space scan",
       fill_scan},
      {"norm", {"rows", "features"}, {}, "layer or RMS norm", fill_norm},
      {"softmax", {"rows", "features"}, {}, "over each row", fill_softmax},
      {"quantise",
       {"rows", "features"},
       {},
       "into weights=FORMAT, fp8 by default, a scale for each scaling=, row by default",
       fill_quantise},
      {"dequantise",
       {"rows", "features"},
       {},
       "from weights=FORMAT, fp8 by default",
       fill_dequantise},
      {"elementwise",
       {"rows", "features"},
       {{"inputs", 1},
        {"outputs", 1},
        {"operations", 0, nullptr, 0},
        {"transcendentals", 0, nullptr, 0}},
       "activation, residual, copy, cast, sum of what a collective brought",
       fill_elementwise},
      {"embedding",
       {"tokens", "features"},
       {{"scatter", 0, nullptr, 0}},
       "gather of rows, or rows added into a table",
       fill_embedding},
      {"top_k",
       {"tokens", "experts"},
       {{"k", 8}},
       "router: scores, top-k, counting; k=EXPERTS sorts",
       fill_top_k}};
  return kForms;
}

std::string written(const Form& form) {
  std::string out = form.name;
  for (const char* size : form.sizes) {
    out += size == form.sizes[0] ? ' ' : 'x';
    for (const char* c = size; *c != 0; ++c) out += static_cast<char>(*c - 'a' + 'A');
  }
  for (const Key& k : form.keys) {
    if (std::isnan(k.otherwise)) {
      out += fmt::format(" {}=N", k.name);
    } else if (k.same_as != nullptr) {
      out += fmt::format(" [{}={}]", k.name, k.same_as);
    } else {
      out += fmt::format(" [{}={:.0f}]", k.name, k.otherwise);
    }
  }
  return out;
}

struct Word {
  std::string_view text;
  std::size_t column;
};

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> out;
  std::size_t at = 0;
  while ((at = text.find_first_not_of(" \t\r\n", at)) != std::string_view::npos) {
    const std::size_t end = std::min(text.find_first_of(" \t\r\n", at), text.size());
    out.push_back({text.substr(at, end - at), at + 1});
    at = end;
  }
  return out;
}

// The largest dimension for which products of three stay exact enough to compare.
constexpr double kLargest = 1e12;

std::optional<double> whole(std::string_view text, double least) {
  const auto count = parse_count(text);
  if (!count || !std::isfinite(*count) || *count != std::floor(*count)) return std::nullopt;
  if (*count < least || *count > kLargest) return std::nullopt;
  return count;
}

class OpReader {
 public:
  explicit OpReader(std::string_view text) : text_(text), words_(words_of(text)) {}

  Read<Kernel> read() {
    const Form* form = form_named();
    if (form == nullptr) return tl::unexpected(problems_);
    for (std::size_t i = 1; i < words_.size(); ++i) word(*form, words_[i]);
    for (const char* size : form->sizes) {
      if (!values_.contains(size) && !sizes_wrong_) {
        report(end(), fmt::format("saw no sizes; expected {}", written(*form)));
        break;
      }
    }
    for (const Key& key : form->keys) {
      if (values_.contains(key.name)) continue;
      if (std::isnan(key.otherwise)) {
        report(end(), fmt::format("saw no {}; expected {}", key.name, written(*form)));
      } else if (key.same_as == nullptr) {
        values_[key.name] = key.otherwise;
      }
    }
    if (!problems_.empty()) return tl::unexpected(problems_);
    for (const Key& key : form->keys) {
      if (!values_.contains(key.name)) values_[key.name] = of(values_, key.same_as);
    }
    kernel_.weights = weights_.value_or(kernel_.compute);
    form->fill(values_, kernel_);
    return kernel_;
  }

 private:
  const Form* form_named() {
    std::vector<std::string> names;
    for (const Form& f : forms()) {
      if (!words_.empty() && words_[0].text == f.name) return &f;
      names.emplace_back(f.name);
    }
    std::sort(names.begin(), names.end());
    report(words_.empty() ? 1 : words_[0].column,
           words_.empty()
               ? fmt::format("saw nothing; expected an op: {}", fmt::join(names, ", "))
               : fmt::format("saw the unknown op '{}'; expected one of {}",
                             one_line(words_[0].text, 40), fmt::join(names, ", ")));
    return nullptr;
  }

  void word(const Form& form, const Word& w) {
    const std::size_t equals = w.text.find('=');
    if (equals != std::string_view::npos) return key(form, w, equals);
    for (const auto& [name, type] : EnumNames<DType>::values) {
      if (w.text != name) continue;
      if (typed_) report(w.column, fmt::format("saw a second format, {}; expected one", name));
      kernel_.compute = type;
      typed_ = true;
      return;
    }
    if (!form.sizes.empty() && w.text[0] >= '0' && w.text[0] <= '9') return sizes(form, w);
    report(w.column, fmt::format("saw '{}'; expected {} and a number format such as bf16",
                                 one_line(w.text, 40), written(form)));
  }

  void sizes(const Form& form, const Word& w) {
    std::vector<Word> parts;
    std::size_t begin = 0;
    while (begin <= w.text.size()) {
      const std::size_t cut = std::min(w.text.find('x', begin), w.text.size());
      parts.push_back({w.text.substr(begin, cut - begin), w.column + begin});
      begin = cut + 1;
    }
    if (values_.contains(form.sizes[0]) || sizes_wrong_) {
      report(w.column, fmt::format("saw sizes again; expected {} once", written(form)));
      return;
    }
    sizes_wrong_ = true;
    if (parts.size() != form.sizes.size()) {
      report(w.column, fmt::format("saw {} sizes; expected {}", parts.size(), written(form)));
      return;
    }
    bool good = true;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const auto value = whole(parts[i].text, 1);
      if (!value) {
        good = false;
        report(parts[i].column, fmt::format("saw '{}'; expected {}, a whole number from 1",
                                            one_line(parts[i].text, 40), form.sizes[i]));
      } else {
        values_[form.sizes[i]] = *value;
      }
    }
    sizes_wrong_ = !good;
  }

  void key(const Form& form, const Word& w, std::size_t equals) {
    const std::string_view name = w.text.substr(0, equals), text = w.text.substr(equals + 1);
    const std::size_t at = w.column + equals + 1;
    if (name == "weights") return enumerated<DType>(text, at, weights_);
    if (name == "scaling") {
      std::optional<Scaling> scaling;
      enumerated<Scaling>(text, at, scaling);
      kernel_.scaling = scaling.value_or(Scaling::None);
      return;
    }
    if (name == "quantise") {
      kernel_.quantises_input = text == "1";
      if (text != "0" && text != "1") {
        report(at, fmt::format("saw '{}'; expected 0 or 1", one_line(text, 40)));
      }
      return;
    }
    std::vector<std::string> known{"weights", "scaling", "quantise"};
    for (const Key& k : form.keys) {
      known.emplace_back(k.name);
      if (name != k.name) continue;
      const auto value = whole(text, k.least);
      if (!value) {
        report(at, fmt::format("saw '{}'; expected {}, a whole number from {:.0f}",
                               one_line(text, 40), k.name, k.least));
      }
      if (values_.contains(name)) report(w.column, fmt::format("saw {} again", name));
      values_[k.name] = value.value_or(k.least);
      return;
    }
    std::sort(known.begin(), known.end());
    report(w.column, fmt::format("saw the unknown key '{}'; expected one of {}",
                                 one_line(name, 40), fmt::join(known, ", ")));
  }

  template <class E>
  void enumerated(std::string_view text, std::size_t at, std::optional<E>& out) {
    std::vector<std::string> names;
    for (const auto& [name, value] : EnumNames<E>::values) {
      names.emplace_back(name);
      if (text == name) out = value;
    }
    if (!out) {
      report(at, fmt::format("saw '{}'; expected one of {}", one_line(text, 40),
                             fmt::join(names, ", ")));
    }
  }

  [[nodiscard]] std::size_t end() const { return text_.size() + 1; }

  void report(std::size_t column, std::string what) {
    problems_.push_back({fmt::format("op:1:{}", column), std::move(what)});
  }

  std::string_view text_;
  std::vector<Word> words_;
  Values values_;
  Kernel kernel_;
  std::optional<DType> weights_;
  bool typed_ = false, sizes_wrong_ = false;
  Diagnostics problems_;
};

}  // namespace

std::vector<OpForm> op_forms() {
  std::vector<OpForm> out;
  for (const Form& f : forms()) out.push_back({f.name, written(f), f.doc});
  return out;
}

Read<Kernel> parse_op(std::string_view text) { return OpReader(text).read(); }

}  // namespace orrery
