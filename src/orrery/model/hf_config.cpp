#include "orrery/model/hf_config.hpp"

#include <algorithm>

#include "orrery/model/hf/config.hpp"

namespace orrery {
namespace {

std::vector<hf::Family> all_families() {
  std::vector<hf::Family> all;
  for (const auto* some : {&hf::dense_families(), &hf::expert_families(), &hf::latent_families(),
                           &hf::hybrid_families(), &hf::classic_families()}) {
    all.insert(all.end(), some->begin(), some->end());
  }
  return all;
}

const hf::Family* family_of(const Node& config, const std::vector<hf::Family>& families,
                            Diagnostics& problems) {
  const Node* names = config.find("architectures");
  if (names == nullptr) {
    detail::report_missing(config, "architectures", problems);
    return nullptr;
  }
  if (!names->is_sequence() || names->items.empty() || !names->items.front().is_scalar()) {
    detail::report_mismatch(*names, "a list of one architecture", problems);
    return nullptr;
  }
  const Node& name = names->items.front();
  for (const hf::Family& family : families) {
    if (name.scalar == family.architecture) return &family;
  }
  std::string expected;
  for (const std::string& known : known_hf_architectures()) {
    expected += (expected.empty() ? "one of " : ", ") + known;
  }
  detail::report_mismatch(name, expected, problems);
  return nullptr;
}

}  // namespace

std::vector<std::string> known_hf_architectures() {
  std::vector<std::string> names;
  for (const hf::Family& family : all_families()) names.emplace_back(family.architecture);
  std::ranges::sort(names);
  return names;
}

tl::expected<ModelSpec, Diagnostics> from_hf_config(const Node& config, const std::string& name) {
  Diagnostics problems;
  if (!config.is_map()) {
    detail::report_mismatch(config, "a map of keys", problems);
    return tl::unexpected(problems);
  }
  const auto families = all_families();
  const hf::Family* family = family_of(config, families, problems);
  if (family == nullptr) return tl::unexpected(problems);
  ModelSpec spec;
  spec.name = name;
  spec.source = config.file;
  hf::Config root(config, problems);
  family->read(root, spec);
  if (!problems.empty()) return tl::unexpected(problems);
  complete(spec);
  check(spec, config, problems);
  if (!problems.empty()) return tl::unexpected(problems);
  return spec;
}

}  // namespace orrery
