// Names: what published tables call things -> what the catalog calls them. Data:
// validation/names.yaml.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "orrery/base/text/reader.hpp"

namespace orrery {

// `match` is compared letters and digits only, case ignored; the first rule contained in the text
// wins.
struct NameRule {
  std::string match;
  std::string name;
  std::string framework;  // also required of the row's framework; "" = any
};

struct Names {
  std::vector<NameRule> models, clusters, stacks;
};

template <class V>
void describe(V& v, NameRule& r) {
  v("match", r.match, "part of the published name", kRequired);
  v("name", r.name, "catalog name", kRequired);
  v("framework", r.framework, "part of the framework's name; empty: any");
}

template <class V>
void describe(V& v, Names& n) {
  v("models", n.models, "published model names", kRequired);
  v("clusters", n.clusters, "published accelerators", kRequired);
  v("stacks", n.stacks, "published frameworks", kRequired);
}

// Lower case, letters and digits only.
std::string folded(const std::string& text);

std::optional<std::string> lookup(const std::vector<NameRule>& rules, const std::string& text,
                                  const std::string& framework);

}  // namespace orrery
