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

void show_progress(const std::string& what, double share) {
  using Clock = std::chrono::steady_clock;
  static const Clock::time_point start = Clock::now();
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  if (seconds < 2.0 || isatty(STDERR_FILENO) != 1) return;
  const int filled = static_cast<int>(share * 30);
  const double left = share > 0 ? seconds * (1 - share) / share : 0;
  fmt::print(stderr, "\r{} [{}{}] {:3.0f}%  {:.0f} s left ", what, std::string(static_cast<std::size_t>(filled), '#'),
             std::string(static_cast<std::size_t>(30 - filled), ' '), 100 * share, left);
  if (share >= 1.0) fmt::print(stderr, "\n");
}

}  // namespace orrery::cli
