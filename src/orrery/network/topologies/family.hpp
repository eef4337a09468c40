// TopologyFamily: one kind of topology as a study names it: `topology: {kind: torus, shape: [4,
// 4]}`. Its fields are described once, by the describe() of its config struct.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "orrery/base/text/reader.hpp"
#include "orrery/network/topology.hpp"

namespace orrery {

// The cable that a topology is made of where its family does not say otherwise.
struct LinkSpec {
  BytesPerSecond bandwidth;
  Seconds latency;
  bool optical = false;
};

template <class V>
void describe(V& v, LinkSpec& l) {
  v("bandwidth", l.bandwidth, "one direction of one link", kRequired);
  v("latency", l.latency, "wire and the switch behind it, no load");
  v("optical", l.optical, "a transceiver at either end");
}

using MadeTopology = tl::expected<std::unique_ptr<Topology>, Diagnostics>;

struct TopologyFamily {
  const char* name;
  const char* summary;
  MadeTopology (*make)(const Node& topology, const LinkSpec& link);
  std::vector<FieldHelp> (*fields)();
};

// More links than this are refused: 200 million are 2.4 GB.
inline constexpr std::int64_t kMostLinks = 200'000'000;

// Notes the mistakes of one topology's description, each at the node that has it.
class TopologyCheck {
 public:
  TopologyCheck(const Node& node, Diagnostics& problems) : node_(node), problems_(problems) {}

  // At that key where the text has it, else at the whole description.
  void fail(const char* key, const std::string& what);
  // At a place of another text, such as a file that the description names.
  void fail_at(const std::string& where, const std::string& what) {
    problems_.push_back({where, what});
  }
  // `key` was seen as `value`; it must lie in [least, most].
  void range(const char* key, std::int64_t value, std::int64_t least, std::int64_t most);
  void link(const char* key, const LinkSpec& link);
  // Refuses what no machine holds; counts are doubles, so that a product cannot overflow.
  void size(double vertices, double cables);
  [[nodiscard]] bool passed() const { return mistakes() == 0; }
  [[nodiscard]] std::size_t mistakes() const { return problems_.size() - before_; }
  [[nodiscard]] const Node& node() const { return node_; }

 private:
  const Node& node_;
  Diagnostics& problems_;
  std::size_t before_ = problems_.size();
};

[[nodiscard]] LinkKind link_kind(std::string name, const LinkSpec& link);
// Of an endpoint to a switch: with a network card at the endpoint.
[[nodiscard]] LinkKind host_kind(std::string name, const LinkSpec& link);

// A key that holds another topology: read by the family itself, with make_topology().
struct TopologyKey {
  const char* name = nullptr;
  const char* doc = nullptr;
};
inline constexpr std::size_t kMostTopologyKeys = 2;

// A config without topologies inside has none of those keys.
template <class Config>
struct TopologyKeysOf {
  static constexpr TopologyKey keys[kMostTopologyKeys] = {};
};

// A family from its config and the function that builds it: nullptr where the check failed.
template <class Config,
          std::unique_ptr<Topology> (*Build)(Config&, const LinkSpec&, TopologyCheck&)>
TopologyFamily family_of(const char* name, const char* summary) {
  return {name, summary,
          [](const Node& node, const LinkSpec& link) -> MadeTopology {
            Diagnostics problems;
            Config config;
            FieldReader reader(node, problems);
            describe(reader, config);
            for (const char* key : {"kind", "failed"}) reader.also(key);
            for (const TopologyKey& key : TopologyKeysOf<Config>::keys) {
              if (key.name == nullptr) continue;
              reader.also(key.name);
              if (node.find(key.name) == nullptr) detail::report_missing(node, key.name, problems);
            }
            reader.finish();
            if (!problems.empty()) return tl::unexpected(problems);
            TopologyCheck check(node, problems);
            check.link("link", link);
            std::unique_ptr<Topology> made = Build(config, link, check);
            if (!problems.empty()) return tl::unexpected(problems);
            return made;
          },
          [] {
            Config config;
            HelpWriter help;
            describe(help, config);
            for (const TopologyKey& key : TopologyKeysOf<Config>::keys) {
              if (key.name != nullptr)
                help.fields.push_back({key.name, "a topology", "", key.doc, true});
            }
            return std::move(help.fields);
          }};
}

}  // namespace orrery
