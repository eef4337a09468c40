// Result<T>: a value, or an Error that says where the input was wrong. Only user input makes one.
// Loaders that can find several mistakes collect them in Diagnostics instead of stopping at one.
#pragma once
#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace orrery {

struct Error {
  std::string where;  // "h100.yaml:12:14: /memory/bandwidth", "" when the input is not a file
  std::string what;   // "saw 3.35; expected a rate such as 3.35 TB/s"
};

template <class T>
using Result = tl::expected<T, Error>;

inline std::string to_string(const Error& error) {
  return error.where.empty() ? error.what : error.where + ": " + error.what;
}

using Diagnostics = std::vector<Error>;

}  // namespace orrery
