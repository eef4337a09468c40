#include <fmt/format.h>

#include "orrery/accuracy/kernel_fit.hpp"

namespace orrery {
namespace {

// Visits a struct's describe() and writes YAML; structs of plain numbers stand on one line.
class YamlWriter {
 public:
  std::string text;

  template <class T>
  void operator()(const char* key, T& value, const char* /*doc*/, Presence = Presence::Optional) {
    const std::string head = std::string(static_cast<std::size_t>(indent_), ' ') + key + ":";
    if constexpr (std::is_same_v<T, std::string>) {
      if (!value.empty()) text += fmt::format("{} \"{}\"\n", head, value);
    } else if constexpr (std::is_same_v<T, bool>) {
      text += head + (value ? " true\n" : " false\n");
    } else if constexpr (std::is_arithmetic_v<T>) {
      text += fmt::format("{} {}\n", head, number(value));
    } else if constexpr (std::is_same_v<T, Seconds>) {
      text += fmt::format("{} {:.4g} us\n", head, value.value() * 1e6);
    } else if constexpr (std::is_same_v<T, Bytes>) {
      text += fmt::format("{} {:.4g} MB\n", head, value.value() * 1e-6);
    } else if constexpr (detail::IsVector<T>::value) {
      text += head + (value.empty() ? " []\n" : "\n");
      for (auto& item : value) {
        text.append(static_cast<std::size_t>(indent_ + 2), ' ').append("- " + line(item) + "\n");
      }
    } else if constexpr (std::is_same_v<T, MatrixPath>) {
      text += head + " " + line(value) + "\n";
    } else {
      text += head + "\n";
      indent_ += 2;
      describe(*this, value);
      indent_ -= 2;
    }
  }
  void also(const char*) {}

 private:
  template <class N>
  static std::string number(N value) {
    if constexpr (std::is_integral_v<N>) return std::to_string(value);
    return fmt::format("{:.4g}", static_cast<double>(value));
  }

  template <class T>
  static std::string line(T& value) {
    YamlWriter flat;
    describe(flat, value);
    std::string joined = "{";
    std::size_t start = 0;
    for (std::size_t end; (end = flat.text.find('\n', start)) != std::string::npos;
         start = end + 1) {
      if (start > 0) joined += ", ";
      joined.append(flat.text, start, end - start);
    }
    return joined + "}";
  }

  int indent_ = 0;
};

}  // namespace

std::string calibration_text(const KernelCalibration& calibration) {
  KernelCalibration copy = calibration;
  YamlWriter writer;
  describe(writer, copy);
  return writer.text;
}

}  // namespace orrery
