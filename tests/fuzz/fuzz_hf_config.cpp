// Any bytes as a Hugging Face config.json: a model or a list of problems, never a crash.
#include <cstdint>
#include <string>

#include "orrery/model/build.hpp"
#include "orrery/model/hf_config.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto root = orrery::parse_document(std::string(bytes, bytes + size), "config.json");
  if (!root) return 0;
  const auto spec = orrery::from_hf_config(*root, "fuzz");
  if (!spec) return spec.error().empty() ? __builtin_trap(), 0 : 0;
  const auto graph = orrery::build(*spec);
  if (!(orrery::parameters(graph) >= 0)) __builtin_trap();
  return 0;
}
