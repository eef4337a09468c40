#include "completion.hpp"

#include <fmt/format.h>

namespace orrery::cli {
namespace {

constexpr const char* kScript = R"(_orrery() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} command=${{COMP_WORDS[1]}} words=
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="{commands} --help --version"
  else
    case "$command" in
{options}    esac
    [ "${{COMP_WORDS[COMP_CWORD - 1]}}" = --chip ] && words=$(orrery list chips 2>/dev/null | cut -d' ' -f1)
    [ "${{COMP_WORDS[COMP_CWORD - 1]}}" = --chip-model ] && words="roofline tile cycle"
    [ "${{COMP_WORDS[COMP_CWORD - 1]}}" = --task ] && words="prefill decode"
    case "$word" in
      -*) ;;
      *)
        case "$command" in
          list) words="chips models clusters stacks collectives schedules" ;;
          chip) words=$(orrery list chips 2>/dev/null | cut -d' ' -f1) ;;
          inspect | roofline) words=$(orrery list models 2>/dev/null | cut -d' ' -f1) ;;
          describe)
            case "$COMP_CWORD:${{COMP_WORDS[2]}}" in
              2:*) words="chip cluster model plan batch stack published" ;;
              *:chip | *:cluster | *:model | *:stack) words=$(orrery list "${{COMP_WORDS[2]}}s" 2>/dev/null | cut -d' ' -f1) ;;
            esac
            ;;
        esac
        ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  [ "$COMP_CWORD" -gt 1 ] && COMPREPLY+=($(compgen -f -- "$word"))
}}
complete -o filenames -F _orrery orrery ./orrery
)";

}  // namespace

std::string completion_script(const CLI::App& app, const std::string& shell) {
  std::string commands, options;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    commands += (commands.empty() ? "" : " ") + command->get_name();
    std::string words;
    for (const CLI::Option* option : command->get_options()) {
      for (const std::string& name : option->get_lnames()) words += (words.empty() ? "--" : " --") + name;
    }
    options += fmt::format("      {}) words=\"{}\" ;;\n", command->get_name(), words);
  }
  const std::string script =
      fmt::format(kScript, fmt::arg("commands", commands), fmt::arg("options", options));
  return shell == "zsh" ? "autoload -U +X bashcompinit && bashcompinit\n" + script : script;
}

}  // namespace orrery::cli
