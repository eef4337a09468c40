// from_hf_config: a Hugging Face config.json, as it is, to a ModelSpec.
//
// `architectures` picks the reader; families.cpp lists them all. Keys that do not change shapes are
// ignored. A missing or mistyped key, or an architecture nobody taught us, is an error at its
// place.
#pragma once
#include <string>
#include <vector>

#include "orrery/base/result.hpp"
#include "orrery/base/text/document.hpp"
#include "orrery/model/spec.hpp"

namespace orrery {

tl::expected<ModelSpec, Diagnostics> from_hf_config(const Node& config, const std::string& name);

// The architectures that from_hf_config reads, sorted.
std::vector<std::string> known_hf_architectures();

}  // namespace orrery
