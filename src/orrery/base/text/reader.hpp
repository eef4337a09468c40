// Reader: fills a config struct from a Node, through the struct's one describe() function.
//
//   template <class V> void describe(V& v, Link& link) {
//     v("bandwidth", link.bandwidth, "one direction of one link", kRequired);
//   }
//   Diagnostics problems;
//   Link link = read<Link>(node, problems);
//
// All problems are collected: unknown keys, wrong types, missing units, ranges, missing keys (at
// their parent). The same describe() feeds HelpWriter (`orrery describe`).
#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "orrery/base/area.hpp"
#include "orrery/base/result.hpp"
#include "orrery/base/text/document.hpp"
#include "orrery/base/text/quantity.hpp"

namespace orrery {

enum class Presence { Optional, Required };
inline constexpr Presence kRequired = Presence::Required;

// An enum that text may name: specialise with `static constexpr std::pair<const char*, E>
// values[]`.
template <class E>
struct EnumNames;

namespace detail {

template <class T>
struct IsQuantity : std::false_type {};
template <int T, int B, int F, int E, int D>
struct IsQuantity<Quantity<T, B, F, E, D>> : std::true_type {};
template <class T>
struct IsMeasure : std::false_type {};
template <class Unit>
struct IsMeasure<Measure<Unit>> : std::true_type {};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

std::optional<double> read_quantity(const Node& node, const Dimension& dimension,
                                    Diagnostics& problems);
std::optional<double> read_real(const Node& node, Diagnostics& problems);
std::optional<std::int64_t> read_integer(
    const Node& node, Diagnostics& problems,
    std::int64_t least = std::numeric_limits<std::int64_t>::min(),
    std::int64_t most = std::numeric_limits<std::int64_t>::max());
std::optional<bool> read_bool(const Node& node, Diagnostics& problems);
std::optional<std::string> read_text(const Node& node, Diagnostics& problems);
void report_unknown(const Node& node, const std::vector<std::string_view>& known,
                    Diagnostics& problems);
void report_missing(const Node& node, std::string_view key, Diagnostics& problems);
void report_mismatch(const Node& node, std::string_view expected, Diagnostics& problems);
std::string nearest(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace detail

// "did you mean 'torus'?" material: the known word nearest to this one, or "" when none is near.
std::string nearest_name(std::string_view word, const std::vector<std::string>& known);

template <class T>
void read_into(const Node& node, T& out, Diagnostics& problems);

// Visits the fields of one struct. `base` of a field is its value before reading: the default.
class FieldReader {
 public:
  FieldReader(const Node& node, Diagnostics& problems) : node_(node), problems_(problems) {}

  template <class T>
  void operator()(const char* key, T& value, const char* /*doc*/,
                  Presence presence = Presence::Optional) {
    known_.emplace_back(key);
    const Node* found = node_.find(key);
    if (found == nullptr) {
      if (presence == Presence::Required) detail::report_missing(node_, key, problems_);
      return;
    }
    read_into(*found, value, problems_);
  }

  // A key that the caller reads itself.
  void also(const char* key) { known_.emplace_back(key); }

  void finish() const { detail::report_unknown(node_, known_, problems_); }

 private:
  const Node& node_;
  Diagnostics& problems_;
  std::vector<std::string_view> known_;
};

template <class T>
void read_into(const Node& node, T& out, Diagnostics& problems) {
  if constexpr (detail::IsOptional<T>::value) {
    if (node.is_null()) {
      out.reset();
      return;
    }
    typename T::value_type value{};
    const std::size_t before = problems.size();
    read_into(node, value, problems);
    if (problems.size() == before) out = value;
  } else if constexpr (detail::IsQuantity<T>::value) {
    if (const auto v = detail::read_quantity(node, DimensionOf<T>::value, problems)) out = T{*v};
  } else if constexpr (detail::IsMeasure<T>::value) {
    const auto v = node.is_scalar() ? T::parsed(node.scalar) : std::nullopt;
    if (v) {
      out = *v;
    } else {
      detail::report_mismatch(node, T::example(), problems);
    }
  } else if constexpr (std::is_same_v<T, bool>) {
    if (const auto v = detail::read_bool(node, problems)) out = *v;
  } else if constexpr (std::is_enum_v<T>) {
    std::string expected;
    if (node.is_scalar()) {
      for (const auto& [name, value] : EnumNames<T>::values) {
        if (node.scalar == name) {
          out = value;
          return;
        }
      }
    }
    for (const auto& [name, value] : EnumNames<T>::values) {
      expected += (expected.empty() ? "one of " : ", ") + std::string(name);
    }
    detail::report_mismatch(node, expected, problems);
  } else if constexpr (std::is_integral_v<T>) {
    using Limits = std::numeric_limits<T>;
    if (const auto v = detail::read_integer(node, problems, Limits::min(), Limits::max()))
      out = static_cast<T>(*v);
  } else if constexpr (std::is_floating_point_v<T>) {
    if (const auto v = detail::read_real(node, problems)) out = *v;
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (auto v = detail::read_text(node, problems)) out = std::move(*v);
  } else if constexpr (detail::IsVector<T>::value) {
    if (!node.is_sequence()) {
      detail::report_mismatch(node, "a list", problems);
      return;
    }
    out.clear();
    for (const Node& item : node.items) {
      typename T::value_type value{};
      read_into(item, value, problems);
      out.push_back(std::move(value));
    }
  } else {
    if (!node.is_map()) {
      detail::report_mismatch(node, "a map of keys", problems);
      return;
    }
    FieldReader reader(node, problems);
    describe(reader, out);
    reader.finish();
    // Beyond its fields one by one, a struct may check and complete itself.
    if constexpr (requires { complete(node, out, problems); }) complete(node, out, problems);
  }
}

template <class T>
T read(const Node& node, Diagnostics& problems) {
  T out{};
  read_into(node, out, problems);
  return out;
}

// The text name of an enumerator.
template <class E>
const char* name_of(E value) {
  for (const auto& [name, v] : EnumNames<E>::values) {
    if (v == value) return name;
  }
  return "?";
}

// One documented field, as `orrery describe` prints it.
struct FieldHelp {
  std::string key;
  std::string type;  // "rate", "integer", "one of ring, tree", ...
  std::string fallback;
  std::string doc;
  bool required = false;
};

// Collects the documentation of a struct's fields; values given are the defaults.
class HelpWriter {
 public:
  std::vector<FieldHelp> fields;

  template <class T>
  void operator()(const char* key, T& value, const char* doc,
                  Presence presence = Presence::Optional) {
    visit(prefix_ + key, value, doc, presence == Presence::Required);
  }
  void also(const char*) {}

 private:
  template <class T>
  void visit(const std::string& key, T& value, const char* doc, bool required) {
    if constexpr (detail::IsOptional<T>::value) {
      typename T::value_type inner{};
      const std::size_t at = fields.size();
      visit(key, inner, doc, required);
      if (at < fields.size()) fields[at].fallback.assign(1, '-');
    } else if constexpr (detail::IsVector<T>::value) {
      typename T::value_type inner{};
      const std::size_t at = fields.size();
      visit(key + "[]", inner, doc, required);
      if (at < fields.size()) fields[at].fallback = "[]";
    } else if constexpr (detail::IsQuantity<T>::value) {
      std::string shown;
      if constexpr (requires { show(value); }) shown = show(value);
      fields.push_back({key, example_of(DimensionOf<T>::value), shown, doc, required});
    } else if constexpr (detail::IsMeasure<T>::value) {
      fields.push_back({key, T::example(), "", doc, required});
    } else if constexpr (std::is_same_v<T, bool>) {
      fields.push_back({key, "true or false", value ? "true" : "false", doc, required});
    } else if constexpr (std::is_enum_v<T>) {
      std::string names;
      for (const auto& [name, v] : EnumNames<T>::values) {
        names += (names.empty() ? "one of " : ", ") + std::string(name);
      }
      fields.push_back({key, names, name_of(value), doc, required});
    } else if constexpr (std::is_arithmetic_v<T>) {
      fields.push_back({key, std::is_integral_v<T> ? "integer" : "number",
                        show_count(static_cast<double>(value)), doc, required});
    } else if constexpr (std::is_same_v<T, std::string>) {
      fields.push_back({key, "text", value, doc, required});
    } else {
      fields.push_back({key, "map", "", doc, required});
      const std::string outer = prefix_;
      prefix_ = key + ".";
      describe(*this, value);
      prefix_ = outer;
    }
  }
  std::string prefix_;
};

}  // namespace orrery
