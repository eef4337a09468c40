// Any bytes as a study: an answer or a list of problems with places, never a crash. What is read is
// also run, so that a study which was let through wrongly shows as a broken report.
#include <cstdint>
#include <string>

#include "orrery/study/run.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const orrery::Catalog kCatalog(ORRERY_SOURCE_DIR "/catalog");
  const std::string text(bytes, bytes + size);
  const auto root = orrery::parse_document(text, "fuzz.yaml");
  if (!root) {
    for (const orrery::Error& e : root.error()) {
      if (e.where.rfind("fuzz.yaml:", 0) != 0 || e.what.empty()) __builtin_trap();
    }
    return 0;
  }
  const auto study = orrery::read_study(*root, kCatalog);
  if (study && !study->plan_is_auto) {
    (void)orrery::to_json(orrery::run(*study, orrery::WhatIfs::Left));
  }
  return 0;
}
