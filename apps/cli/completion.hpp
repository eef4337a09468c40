// completion_script: what `orrery --completion bash` prints; commands and options come from the
// parser itself, catalog names from `orrery list` when they are asked for.
#pragma once
#include <CLI/CLI.hpp>
#include <string>

namespace orrery::cli {

// `shell` is bash or zsh.
std::string completion_script(const CLI::App& app, const std::string& shell);

}  // namespace orrery::cli
