#include <fmt/format.h>

#include <algorithm>

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

}  // namespace

int topology_command(const TopologyOptions& options) {
  const bool is_inline = options.what.find('{') != std::string::npos;
  const auto root = is_inline ? parse_document(options.what, "topology") : read_document(options.what);
  if (!root) return report_problems(root.error());
  const Described d = described(*root);
  LinkSpec link = kAssumedLink;
  Diagnostics problems;
  if (d.link != nullptr) link = read<LinkSpec>(*d.link, problems);
  if (!problems.empty()) return report_problems(problems);
  const MadeTopology made = make_topology(*d.topology, link);
  if (!made) return report_problems(made.error());
  const auto parts = Catalog::standard().network_parts();
  if (!parts) return report_problems(parts.error());
  const NetworkBill bill = network_bill((*made)->wires(), *parts);
  const std::string title = topology_text(*d.topology);
  if (!options.svg.empty()) {
    std::vector<int> shape;
    Diagnostics ignored;
    if (const Node* node = d.topology->find("shape")) read_into(*node, shape, ignored);
    const std::string picture = topology_svg(**made, title, shape);
    if (picture.empty())
      return report_problems({{"--svg", "saw a network of thousands of cables; expected one that a picture can show"}});
    const Diagnostics unwritten = write_file("--svg", options.svg, picture);
    if (!unwritten.empty()) return report_problems(unwritten);
  }
  if (options.format == Format::Json) {
    fmt::print("{}", topology_json(**made, bill, title));
  } else {
    print_text(title, **made);
    print_bill(bill);
  }
  return kOk;
}

}  // namespace orrery::cli
