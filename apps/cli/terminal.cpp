#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>

#include "commands.hpp"
#include "orrery/base/text/document.hpp"

namespace orrery::cli {

int report_problems(const Diagnostics& problems) {
  for (const Error& problem : problems) fmt::print(stderr, "{}\n", one_line(to_string(problem)));
  return kWrongInput;
}

Diagnostics write_file(const char* option, const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  if (out.flush()) return {};
  return {{option, "saw " + path + "; expected a file that can be written"}};
}

bool stdout_is_terminal() { return isatty(STDOUT_FILENO) == 1; }

Progress::~Progress() {
  if (shown_) fmt::print(stderr, "\r\033[K");
}

void Progress::operator()(double share) {
  constexpr double kQuiet = 2.0;  // s
  constexpr int kWidth = 30;
  const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  if (seconds < kQuiet || isatty(STDERR_FILENO) != 1) return;
  shown_ = true;
  const int filled = static_cast<int>(share * kWidth);
  const double left = share > 0 ? seconds * (1 - share) / share : 0;
  fmt::print(stderr, "\r{} [{}{}] {:3.0f}%  {:.0f} s left\033[K", what_, std::string(static_cast<std::size_t>(filled), '#'),
             std::string(static_cast<std::size_t>(kWidth - filled), ' '), 100 * share, left);
}

}  // namespace orrery::cli
