#include "orrery/study/op/op_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "orrery/base/text/quantity.hpp"
#include "orrery/study/op/op_forms.hpp"

namespace orrery {
namespace {

using op::Form;
using op::forms;
using op::Key;
using op::kLargest;
using op::Rule;
using op::Values;

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

std::optional<double> whole(std::string_view text, double least, double most) {
  const auto count = parse_count(text);
  if (!count || !std::isfinite(*count) || *count != std::floor(*count)) return std::nullopt;
  if (*count < least || *count > most) return std::nullopt;
  return count;
}

// What a whole number must be that `text` is not.
std::string range(std::string_view text, double least, double most) {
  if (most == least + 1) return fmt::format("{:.0f} or {:.0f}", least, most);
  const auto count = parse_count(text);
  if (count && *count > most) return "a whole number up to 1e12";
  return fmt::format("a whole number from {:.0f}", least);
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
      if (!values_.contains(key.name)) values_[key.name] = values_.find(key.same_as)->second;
    }
    for (const Rule& rule : form->rules) {
      if (rule.holds(values_)) continue;
      const auto at = columns_.find(rule.of);
      report(at != columns_.end() ? at->second : end(),
             fmt::format("saw {} {:.15g}; expected {}", rule.of, values_.find(rule.of)->second,
                         rule.expected));
    }
    if (!problems_.empty()) return tl::unexpected(problems_);
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
           words_.empty() ? fmt::format("saw nothing; expected an op: {}", fmt::join(names, ", "))
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
      const auto value = whole(parts[i].text, 1, kLargest);
      if (!value) {
        good = false;
        report(parts[i].column,
               fmt::format("saw '{}'; expected {}, {}", one_line(parts[i].text, 40), form.sizes[i],
                           range(parts[i].text, 1, kLargest)));
      } else {
        values_[form.sizes[i]] = *value;
        columns_[form.sizes[i]] = parts[i].column;
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
      const auto value = whole(text, k.least, k.most);
      if (!value) {
        report(at, fmt::format("saw '{}'; expected {}, {}", one_line(text, 40), k.name,
                               range(text, k.least, k.most)));
      }
      if (values_.contains(name)) report(w.column, fmt::format("saw {} again", name));
      values_[k.name] = value.value_or(k.least);
      columns_[k.name] = at;
      return;
    }
    std::sort(known.begin(), known.end());
    report(w.column, fmt::format("saw the unknown key '{}'; expected one of {}", one_line(name, 40),
                                 fmt::join(known, ", ")));
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
  std::map<std::string, std::size_t, std::less<>> columns_;  // where each value stands
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
