#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "../commands.hpp"
#include "orrery/base/text/reader.hpp"
#include "orrery/model/spec.hpp"
#include "orrery/network/topologies/builtins.hpp"
#include "orrery/network/topologies/failures.hpp"
#include "orrery/study/catalog.hpp"
#include "orrery/study/network/network_study.hpp"
#include "orrery/study/study.hpp"

namespace orrery::cli {
namespace {

template <class T>
std::vector<FieldHelp> fields_of(T defaults = {}) {
  HelpWriter help;
  describe(help, defaults);
  return help.fields;
}

std::vector<FieldHelp> fields_of_kind(const std::string& kind) {
  if (kind == "chip") return fields_of<Chip>();
  if (kind == "cluster") return fields_of<ClusterFile>();
  if (kind == "model") return fields_of<ModelSpec>();
  if (kind == "plan") {
    auto fields = fields_of<ParallelPlan>();
    HelpWriter help;
    Precision p;
    describe(help, p);
    for (FieldHelp& f : help.fields) {
      f.key = "precision." + f.key;
      fields.push_back(f);
    }
    return fields;
  }
  if (kind == "batch") return fields_of<Workload>();
  if (kind == "stack") return fields_of<Stack>();
  if (kind == "published") return fields_of<PublishedFigure>();
  if (kind == "collective") return fields_of<CollectiveSpec>();
  if (kind == "traffic" || kind == "background") return fields_of<PatternSpec>();
  if (kind == "placement") return fields_of<PlacementSpec>();
  if (kind == "neighbour") return fields_of<NeighbourSpec>();
  if (kind == "packet") return fields_of<PacketOptions>();
  if (kind == "link") return fields_of<LinkSpec>();
  if (kind == "failed") return fields_of<Failures>();
  return {};
}

// Each kind of topology has fields of its own.
const TopologyFamily* topology_named(const std::string& name) {
  for (const TopologyFamily& family : topology_families()) {
    if (name == family.name) return &family;
  }
  return nullptr;
}

int complain_of_topology(const std::string& name) {
  std::string known;
  for (const TopologyFamily& family : topology_families())
    known += (known.empty() ? "" : ", ") + std::string(family.name);
  fmt::print(stderr, "saw the {} topology '{}'; expected one of {}\n", name.empty() ? "unnamed" : "unknown", name,
             known);
  return kWrongInput;
}

const char* folder_of(const std::string& kind) {
  if (kind == "chip") return "chips";
  if (kind == "cluster") return "clusters";
  if (kind == "model") return "models";
  if (kind == "stack") return "calibration/stacks";
  return "";
}

}  // namespace

int describe_command(const DescribeOptions& options) {
  const bool is_topology = options.kind == "topology";
  const TopologyFamily* family = is_topology ? topology_named(options.name) : nullptr;
  if (is_topology && family == nullptr) return complain_of_topology(options.name);
  const std::vector<FieldHelp> fields = is_topology ? family->fields() : fields_of_kind(options.kind);
  if (fields.empty() && !is_topology) {
    fmt::print(stderr, "saw the unknown kind '{}'; expected {}\n", options.kind, kDescribed);
    return kWrongInput;
  }
  const Catalog catalog = Catalog::standard();
  std::string text;
  if (!options.name.empty() && !is_topology) {
    const std::string path = fmt::format("{}/{}/{}.yaml", catalog.root(), folder_of(options.kind), options.name);
    const std::vector<std::string> known = catalog.names(folder_of(options.kind));
    std::ifstream in(path);
    if (std::ranges::find(known, options.name) == known.end() || !in) {
      const std::string near = nearest_name(options.name, known);
      fmt::print(stderr, "saw the unknown {} '{}'; expected {}\n", options.kind, options.name,
                 near.empty() ? fmt::format("a name from `orrery list {}`", folder_of(options.kind)) : "'" + near + "'");
      return kWrongInput;
    }
    text.assign(std::istreambuf_iterator<char>(in), {});
  }
  if (options.format == Format::Json) {
    nlohmann::ordered_json out;
    out["kind"] = options.kind;
    out["fields"] = nlohmann::ordered_json::array();
    for (const FieldHelp& f : fields) {
      out["fields"].push_back({{"key", f.key}, {"type", f.type}, {"default", f.fallback}, {"required", f.required},
                               {"doc", f.doc}});
    }
    if (!text.empty()) out["file"] = text;
    fmt::print("{}\n", out.dump(2));
    return kOk;
  }
  if (!text.empty()) fmt::print("{}\n", text);
  fmt::print("{:<28} {:<34} {:<14} {}\n", "field", "value", "default", "meaning");
  for (const FieldHelp& f : fields) {
    fmt::print("{:<28} {:<34} {:<14} {}\n", f.key, f.type, f.required ? "(required)" : f.fallback, f.doc);
  }
  return kOk;
}

}  // namespace orrery::cli
