// NumberFields: the numbers, quantities and choices of a described struct, by dotted name and in
// the order of describe(); words, whole numbers and lists are left out.
#pragma once
#include <functional>
#include <string>
#include <type_traits>
#include <vector>

#include "orrery/base/text/reader.hpp"

namespace orrery {

class NumberFields {
 public:
  struct Field {
    std::string name;
    std::function<double()> value;
    std::function<void(double)> set;
    bool* flag = nullptr;  // a choice: it has no number
  };
  std::vector<Field> all;

  // `described` outlives this.
  template <class T>
  explicit NumberFields(T& described) {
    describe(*this, described);
  }

  template <class T>
  void operator()(const char* key, T& v, const char* /*doc*/, Presence = Presence::Optional) {
    const std::string name = prefix_ + key;
    if constexpr (std::is_same_v<T, double>) {
      all.push_back({name, [&v] { return v; }, [&v](double x) { v = x; }});
    } else if constexpr (std::is_same_v<T, bool>) {
      all.push_back({name, {}, {}, &v});
    } else if constexpr (requires { T{v.value()}; }) {
      all.push_back({name, [&v] { return v.value(); }, [&v](double x) { v = T{x}; }});
    } else if constexpr (std::is_class_v<T> && !std::is_same_v<T, std::string> &&
                         !detail::IsVector<T>::value) {
      const std::string outer = prefix_;
      prefix_ = name + ".";
      describe(*this, v);
      prefix_ = outer;
    }
  }
  void also(const char* /*key*/) {}

 private:
  std::string prefix_;
};

}  // namespace orrery
