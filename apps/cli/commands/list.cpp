#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "../commands.hpp"
#include "orrery/base/text/quantity.hpp"
#include "orrery/base/text/reader.hpp"
#include "orrery/network/topologies/builtins.hpp"
#include "orrery/study/catalog.hpp"
#include "orrery/study/study.hpp"

namespace orrery::cli {
namespace {

struct Entry {
  std::string name, summary;
};

std::string chip_summary(const Chip& c) {
  std::string out = fmt::format("{:<10} {} {}", c.vendor, show(c.memory.capacity), show(c.memory.bandwidth));
  if (c.peak.bf16.value() > 0) out += fmt::format(", bf16 {}", show(c.peak.bf16));
  if (c.peak.fp8.value() > 0) out += fmt::format(", fp8 {}", show(c.peak.fp8));
  return out;
}

std::vector<Entry> entries_of(const std::string& kind, const Catalog& catalog) {
  std::vector<Entry> out;
  Node where;
  where.kind = Node::Kind::Scalar;
  if (kind == "chips" || kind == "clusters" || kind == "models") {
    for (const std::string& name : catalog.names(kind)) {
      where.scalar = name;
      std::string summary;
      if (kind == "chips") {
        if (const auto chip = catalog.chip(name, where)) summary = chip_summary(*chip);
      } else if (kind == "clusters") {
        if (const auto c = catalog.cluster(where)) {
          summary = fmt::format("{} x {}", c->chips, c->chip.name);
          for (const Tier& t : c->tiers) summary += fmt::format(", {} {} {}", t.name, t.width, show(t.bandwidth));
        }
      } else if (const auto m = catalog.model(where)) {
        summary = fmt::format("{:>9} parameters, {:>9} active, {} layers", show_count(parameters(*m)),
                              show_count(active_parameters(*m)), depth(*m));
      }
      out.push_back({name, summary});
    }
  } else if (kind == "stacks") {
    for (const std::string& name : catalog.names("calibration/stacks")) {
      where.scalar = name;
      const auto stack = catalog.stack(name, where);
      out.push_back({name, stack ? stack->source : ""});
    }
  } else if (kind == "collectives") {
    for (const auto& [name, value] : EnumNames<CollectiveKind>::values) {
      out.push_back({name, "ring, tree, in-network, direct, bucket or hierarchical, whichever is fastest"});
    }
  } else if (kind == "topologies") {
    for (const TopologyFamily& family : topology_families()) out.push_back({family.name, family.summary});
  } else if (kind == "schedules") {
    out = {{"gpipe", "all forwards, then all backwards"},
           {"1f1b", "one forward, one backward in turn"},
           {"interleaved", "1f1b over several chunks of layers a stage"},
           {"zero_bubble", "ZB-H1: weight gradients fill the bubble"}};
  }
  return out;
}

}  // namespace

int list_command(const ListOptions& options) {
  const std::vector<Entry> entries = entries_of(options.kind, Catalog::standard());
  if (entries.empty()) {
    return report_problems({{Catalog::standard().root(), "saw no " + options.kind + "; expected a catalog of them"}});
  }
  if (options.format == Format::Json) {
    nlohmann::ordered_json out = nlohmann::ordered_json::array();
    for (const Entry& e : entries) out.push_back({{"name", e.name}, {"summary", e.summary}});
    fmt::print("{}\n", out.dump(2));
    return kOk;
  }
  std::size_t width = 0;
  for (const Entry& e : entries) width = std::max(width, e.name.size());
  for (const Entry& e : entries) fmt::print("{:<{}}  {}\n", e.name, width, e.summary);
  return kOk;
}

}  // namespace orrery::cli
