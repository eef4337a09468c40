// A user's own network: a CSV of cables, or GraphML. Any graph in one piece will do.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "orrery/network/graph/search/counted_facts.hpp"
#include "orrery/network/graph/search/halving.hpp"
#include "orrery/network/topologies/irregular/named_wires.hpp"
#include "orrery/network/topologies/wired.hpp"

namespace orrery {
namespace {

struct EdgeListConfig {
  std::string file;
  std::string vertices;
  std::vector<std::string> switches;
  std::int64_t seed = 1;
};

template <class V>
void describe(V& v, EdgeListConfig& c) {
  v("file", c.file,
    "beside the study: .csv of a, b, bandwidth, latency, kind, optical; or .graphml", kRequired);
  v("vertices", c.vertices, "a CSV of name and role (endpoint or switch); else all are endpoints");
  v("switches", c.switches, "instead: names of switches, or the start of names and a *");
  v("seed", c.seed, "of sampled facts, where the network is large");
}

class EdgeList : public SearchedTopology {
 public:
  EdgeList(NamedWires named, std::uint64_t seed)
      : SearchedTopology(std::move(named.wires), ChannelRule::PerHop),
        names_(std::move(named.names)),
        facts_(counts_of(wires_)) {
    for (std::uint32_t e = 0; e < wires_.endpoints; ++e) {
      forwards_ = forwards_ || routers().drop(e) == 0;
    }
    sample_hops(routers(), affordable_sources(routers()), seed, facts_);
    facts_.bisection = bisection_bound(wires_, affordable_halvings(wires_), seed);
    facts_.bisection_is_bound = true;
  }

  [[nodiscard]] NetworkFacts facts() const override { return facts_; }
  [[nodiscard]] std::string vertex_name(std::uint32_t v) const override { return names_[v]; }
  // An endpoint of several cables is a router too.
  [[nodiscard]] bool endpoints_forward() const override { return forwards_; }

 private:
  std::vector<std::string> names_;
  bool forwards_ = false;
  NetworkFacts facts_;
};

// The file beside the text that names it; "" where there is none.
std::string beside(const Node& description, const char* key, TopologyCheck& check) {
  namespace fs = std::filesystem;
  const Node* named = description.find(key);
  if (named == nullptr) return "";
  const fs::path path = fs::path(named->file).parent_path() / named->scalar;
  std::error_code ec;
  if (fs::is_regular_file(path, ec)) return path.string();
  check.fail(key, fmt::format("saw {}; expected a file beside the study", named->seen()));
  return "";
}

std::unique_ptr<Topology> build(EdgeListConfig& c, const LinkSpec& link, TopologyCheck& check) {
  const std::string file = beside(check.node(), "file", check);
  const std::string vertices = beside(check.node(), "vertices", check);
  if (!check.passed()) return nullptr;
  const std::string ending = std::filesystem::path(file).extension().string();
  if (ending != ".csv" && ending != ".graphml") {
    check.fail("file", fmt::format("saw {}; expected a name that ends in .csv or .graphml",
                                   one_line(c.file, 80)));
    return nullptr;
  }
  Diagnostics problems;
  NamedNetwork network =
      ending == ".csv" ? read_edge_csv(file, problems) : read_graphml(file, problems);
  if (!vertices.empty() && problems.empty()) read_vertex_csv(vertices, network, problems);
  for (const Error& e : problems) check.fail_at(e.where, e.what);
  if (!check.passed()) return nullptr;
  check.size(static_cast<double>(network.vertices.size()),
             static_cast<double>(network.cables.size()));
  NamedWires named = wired(std::move(network), c.switches, link, check);
  if (!check.passed()) return nullptr;
  return std::make_unique<EdgeList>(std::move(named), static_cast<std::uint64_t>(c.seed));
}

}  // namespace

TopologyFamily edge_list_family() {
  return family_of<EdgeListConfig, build>("edge_list",
                                          "a network of your own, from CSV or GraphML");
}

}  // namespace orrery
