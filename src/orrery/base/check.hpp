// ORRERY_CHECK(condition, "fmt {}", x): states what must hold if we are right. It throws in release
// too; only the edges (command line, Python) catch it. It never judges a user's input.
#pragma once
#include <fmt/format.h>

#include <stdexcept>
#include <string>

namespace orrery {

class InternalError : public std::logic_error {
  using std::logic_error::logic_error;
};

[[noreturn]] inline void fail_check(const char* file, int line, const std::string& message) {
  throw InternalError(fmt::format("{}:{}: {}", file, line, message));
}

}  // namespace orrery

#define ORRERY_CHECK(condition, ...)                                      \
  do {                                                                    \
    if (!(condition)) {                                                   \
      ::orrery::fail_check(__FILE__, __LINE__, fmt::format(__VA_ARGS__)); \
    }                                                                     \
  } while (false)
