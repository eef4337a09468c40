#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "../commands.hpp"
#include "orrery/base/text/quantity.hpp"
#include "orrery/network/topologies/builtins.hpp"
#include "orrery/study/catalog.hpp"
#include "orrery/study/network/network_answer.hpp"
#include "orrery/study/network/topology_picture.hpp"

namespace orrery::cli {
namespace {

// A description without a link is of cables of 400 Gb/s, printed with the facts.
const LinkSpec kAssumedLink{BytesPerSecond{50e9}, {}, false};

constexpr std::size_t kShownKinds = 8;  // a user's own network may have one a cable

// The topology's own node and its link: of a study's cluster, of a bare description, or of one with
// the keys topology and link.
struct Described {
  const Node* topology = nullptr;
  const Node* link = nullptr;
};

Described described(const Node& root) {
  const Node* cluster = root.find("cluster");
  const Node& holder = cluster != nullptr && cluster->is_map() ? *cluster : root;
  const Node* topology = holder.find("topology");
  return {topology != nullptr ? topology : &root, holder.find("link")};
}

void print_text(const std::string& title, const Topology& topology) {
  const NetworkFacts f = topology.facts();
  const auto bound = [](bool b, const char* text) { return b ? text : ""; };
  fmt::print("orrery  {}\n", title);
  fmt::print("  endpoints     {}\n  switches      {}\n  cables        {}, {} of them optical\n", f.endpoints,
             f.switches, f.cables, f.optical_cables);
  const auto broken = std::ranges::count(topology.wires().failed, true);
  if (broken > 0) fmt::print("  failed        {} cables\n", broken);
  fmt::print("  diameter      {} links between endpoints\n", f.diameter);
  fmt::print("  average       {:.4f} links{}\n", f.average_hops,
             f.sampled_endpoints > 0
                 ? fmt::format(", +- {:.4f} ({} endpoints sampled)", f.average_hops_error, f.sampled_endpoints)
                 : "");
  fmt::print("  bisection     {} one way{}\n", show(f.bisection),
             bound(f.bisection_is_bound, " at most: no smaller cut is known"));
  std::string routings;
  for (const std::string_view r : topology.routings()) routings += (routings.empty() ? "" : ", ") + std::string(r);
  fmt::print("  routings      {}\n", routings);
  const std::vector<LinkKind>& kinds = topology.wires().kinds;
  for (std::size_t i = 0; i < std::min(kinds.size(), kShownKinds); ++i) {
    const LinkKind& k = kinds[i];
    fmt::print("  link {:<8} {}, {}{}\n", k.name, show(k.bandwidth), show(k.latency), bound(k.optical, ", optical"));
  }
  if (kinds.size() > kShownKinds) fmt::print("  ...           and {} other kinds of links\n", kinds.size() - kShownKinds);
}

// "$1.08 M: switches $720 k, transceivers $358 k; not known: cards".
std::string sum_text(const std::string& sum, const std::string& items, const std::vector<std::string>& missing) {
  if (items.empty()) return missing.empty() ? sum : "not known";
  return sum + ": " + items + (missing.empty() ? "" : fmt::format("; not known: {}", fmt::join(missing, ", ")));
}

void print_bill(const NetworkBill& bill) {
  std::string counts, prices, powers;
  const auto join = [](std::string& to, const std::string& more) { to += (to.empty() ? "" : ", ") + more; };
  for (const NetworkItem& item : bill.items) {
    join(counts, fmt::format("{} {}", item.count, item.name));
    if (item.price) join(prices, item.name + " " + show(*item.price));
    if (item.power && item.power->value() > 0.0) join(powers, item.name + " " + show(*item.power));
  }
  fmt::print("  parts         {}\n", counts);
  fmt::print("  cost          {}\n", sum_text(show(bill.price), prices, bill.unpriced));
  fmt::print("  power         {}\n", sum_text(show(bill.power), powers, bill.unpowered));
}

// What the user named, wired.
struct Asked {
  std::shared_ptr<const Topology> topology;
  std::string title;
  std::vector<int> shape;  // of a torus or mesh
};

tl::expected<Asked, Diagnostics> described_topology(const Node& root) {
  const Described d = described(root);
  LinkSpec link = kAssumedLink;
  Diagnostics problems;
  if (d.link != nullptr) link = read<LinkSpec>(*d.link, problems);
  if (!problems.empty()) return tl::unexpected(problems);
  MadeTopology made = make_topology(*d.topology, link);
  if (!made) return tl::unexpected(made.error());
  Asked out{std::move(*made), topology_text(*d.topology), {}};
  Diagnostics ignored;
  if (const Node* node = d.topology->find("shape")) read_into(*node, out.shape, ignored);
  return out;
}

// A cluster of the catalog, asked about as a study would; the question itself does not matter.
tl::expected<Asked, Diagnostics> catalog_topology(const std::string& name) {
  const auto root = parse_document(
      fmt::format("task: collective\ncluster: {}\ncollective: {{kind: all_reduce, size: 1 MB}}\n", name), name);
  if (!root) return tl::unexpected(root.error());
  auto study = read_network_study(*root);
  if (!study) return tl::unexpected(study.error());
  return Asked{study->topology, study->topology_text, study->shape};
}

tl::expected<Asked, Diagnostics> asked_topology(const std::string& what) {
  const bool is_inline = what.find('{') != std::string::npos;
  const bool is_file = std::filesystem::exists(what);
  if (!is_inline && !is_file) {
    const auto& kinds = topology_families();
    if (std::ranges::any_of(kinds, [&](const TopologyFamily& k) { return what == k.name; })) {
      const auto root = parse_document(fmt::format("{{kind: {}}}", what), "topology");
      return root ? described_topology(*root) : tl::unexpected(root.error());
    }
    const std::vector<std::string> clusters = Catalog::standard().names("clusters");
    if (std::ranges::find(clusters, what) != clusters.end()) return catalog_topology(what);
    return tl::unexpected(Diagnostics{
        {what + ":1:1: /", "saw no such file; expected one, a cluster (orrery list clusters), a kind of topology (orrery "
                           "list topologies) or one written out: \"{kind: torus, shape: [8, 8]}\""}});
  }
  const auto root = is_inline ? parse_document(what, "topology") : read_document(what);
  if (!root) return tl::unexpected(root.error());
  // A study on a cluster of the catalog says no topology of its own.
  const Node* cluster = root->find("cluster");
  if (cluster != nullptr && (!cluster->is_map() || cluster->find("topology") == nullptr)) {
    auto study = read_network_study(*root);
    if (!study) return tl::unexpected(study.error());
    return Asked{study->topology, study->topology_text, study->shape};
  }
  return described_topology(*root);
}

}  // namespace

int topology_command(const TopologyOptions& options) {
  const auto asked = asked_topology(options.what);
  if (!asked) return report_problems(asked.error());
  const Topology& topology = *asked->topology;
  const auto parts = Catalog::standard().network_parts();
  if (!parts) return report_problems(parts.error());
  const NetworkBill bill = network_bill(topology.wires(), *parts);
  if (!options.svg.empty()) {
    const std::string picture = topology_svg(topology, asked->title, asked->shape);
    if (picture.empty())
      return report_problems({{"--svg", "saw a network of thousands of cables; expected one that a picture can show"}});
    const Diagnostics unwritten = write_file("--svg", options.svg, picture);
    if (!unwritten.empty()) return report_problems(unwritten);
  }
  if (options.format == Format::Json) {
    fmt::print("{}", topology_json(topology, bill, asked->title));
  } else {
    print_text(asked->title, topology);
    print_bill(bill);
  }
  return kOk;
}

}  // namespace orrery::cli
