// Studies for tests: the examples as they ship, and text changed in place.
#pragma once
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "orrery/study/run.hpp"

namespace orrery {

inline std::string text_of_file(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline std::string all_of(const Diagnostics& problems) {
  std::string out;
  for (const Error& e : problems) out += to_string(e) + "\n";
  return out;
}

inline const Catalog& catalog() {
  static const Catalog kCatalog(ORRERY_SOURCE_DIR "/catalog");
  return kCatalog;
}

inline Read<Study> study_of(const std::string& text, const Catalog& from = catalog()) {
  const auto root = parse_document(text, "s.yaml");
  if (!root) return tl::unexpected(root.error());
  return read_study(*root, from);
}

inline Study llama_405b() {
  const auto study =
      read_study_file(ORRERY_SOURCE_DIR "/examples/llama3.1-405b-train-h100.yaml", catalog());
  if (!study) throw std::runtime_error(all_of(study.error()));
  return *study;
}

}  // namespace orrery
