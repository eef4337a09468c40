#include "orrery/accuracy/names.hpp"

#include <cctype>

namespace orrery {

std::string folded(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (std::isalnum(u) != 0) out += static_cast<char>(std::tolower(u));
  }
  return out;
}

std::optional<std::string> lookup(const std::vector<NameRule>& rules, const std::string& text,
                                  const std::string& framework) {
  const std::string name = folded(text), stack = folded(framework);
  for (const NameRule& rule : rules) {
    if (name.find(folded(rule.match)) == std::string::npos) continue;
    if (!rule.framework.empty() && stack.find(folded(rule.framework)) == std::string::npos)
      continue;
    return rule.name;
  }
  return std::nullopt;
}

}  // namespace orrery
