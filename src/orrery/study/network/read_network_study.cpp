#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "orrery/collective/schedules/builtins.hpp"
#include "orrery/collective/schedules/special/in_network.hpp"
#include "orrery/network/topologies/builtins.hpp"
#include "orrery/study/network/flow_file.hpp"
#include "orrery/study/network/network_study.hpp"
#include "orrery/study/study.hpp"

namespace orrery {
namespace {

// More would not fit a report, and more flows not this machine's memory.
constexpr std::size_t kMostSizes = 100;
constexpr std::int64_t kMostFlows = 20'000'000;

void append(Diagnostics& to, const Diagnostics& from) {
  to.insert(to.end(), from.begin(), from.end());
}

const Node& named_or(const Node& parent, const char* key) {
  const Node* found = parent.find(key);
  return found != nullptr ? *found : parent;
}

void read_wires(const Node& cluster, NetworkStudy& study, Diagnostics& problems) {
  LinkSpec link;
  FieldReader reader(cluster, problems);
  reader.also("topology");
  reader("link", link, "the cable it is made of", kRequired);
  reader("routing", study.routing, "how messages find their way");
  reader("seed", study.seed, "of routings and topologies that draw at random");
  reader.finish();
  const Node* topology = cluster.find("topology");
  if (topology == nullptr) {
    detail::report_missing(cluster, "topology", problems);
    return;
  }
  if (const Node* said = cluster.find("link"); said != nullptr && said->is_map()) {
    if (const Node* rate = said->find("bandwidth");
        rate != nullptr && !(link.bandwidth.value() > 0.0))
      problems.push_back(
          {rate->where(), fmt::format("saw {}; expected a rate above 0", rate->seen())});
    if (const Node* wait = said->find("latency"); wait != nullptr && !(link.latency.value() >= 0.0))
      problems.push_back(
          {wait->where(), fmt::format("saw {}; expected 0 s or more", wait->seen())});
  }
  if (!problems.empty()) return;
  MadeTopology made = make_topology(*topology, link);
  if (!made) {
    append(problems, made.error());
    return;
  }
  study.topology = std::move(*made);
  study.topology_text = topology_text(*topology);
  if (const Node* shape = topology->find("shape"); shape != nullptr) {
    Diagnostics ignored;  // the family has read it already
    read_into(*shape, study.shape, ignored);
  }
  const auto known = study.topology->routings();
  if (study.routing.empty()) study.routing = known.front();
  if (std::ranges::find(known, study.routing) == known.end()) {
    const Node& where = named_or(cluster, "routing");
    problems.push_back({where.where(), fmt::format("saw {}; expected one of {}", where.seen(),
                                                   fmt::join(known, ", "))});
  }
}

std::vector<Bytes> read_sizes(const Node& node, Diagnostics& problems) {
  std::vector<Bytes> sizes;
  const Node* size = node.find("size");
  if (size == nullptr) {
    detail::report_missing(node, "size", problems);
    return sizes;
  }
  if (size->is_sequence()) {
    read_into(*size, sizes, problems);
  } else {
    Bytes one;
    read_into(*size, one, problems);
    sizes.push_back(one);
  }
  const bool fits = std::ranges::all_of(sizes, [](Bytes s) { return s.value() >= 0.0; });
  if (sizes.empty() || sizes.size() > kMostSizes || !fits) {
    problems.push_back({size->where(), fmt::format("saw {}; expected 1 to {} sizes, none negative",
                                                   size->seen(), kMostSizes)});
  }
  return sizes;
}

// nullopt: `size_is` says nothing of this collective.
std::optional<double> vectors_per_size(const CollectiveSpec& c, double ranks) {
  switch (c.size_is) {
    case SizeIs::Vector:
      return 1.0;
    case SizeIs::PerRank:
      return c.kind == CollectiveKind::AllGather || c.kind == CollectiveKind::ReduceScatter ? ranks
                                                                                            : 1.0;
    case SizeIs::PerPair:
      if (c.kind == CollectiveKind::AllToAll || c.kind == CollectiveKind::AllGather ||
          c.kind == CollectiveKind::ReduceScatter)
        return ranks;
      return std::nullopt;
  }
  return std::nullopt;
}

template <class Fail>
void check_in_network(const NetworkStudy& study, std::uint32_t each, Fail&& fail) {
  const CollectiveSpec& c = *study.collective;
  if (c.kind != CollectiveKind::AllReduce && c.kind != CollectiveKind::Reduce &&
      c.kind != CollectiveKind::Broadcast) {
    fail("algorithm", "in_network for all_reduce, reduce or broadcast only");
    return;
  }
  std::vector<std::uint32_t> endpoints;
  for (std::uint32_t r = 0; r < each; ++r) endpoints.push_back(r);
  const auto tree = reduction_tree(*study.topology, endpoints);
  if (!tree) fail("algorithm", tree.error());
}

void read_collective(const Node& node, NetworkStudy& study, Diagnostics& problems) {
  CollectiveSpec c;
  FieldReader reader(node, problems);
  describe(reader, c);
  reader.also("size");
  reader.finish();
  study.sizes = read_sizes(node, problems);
  if (c.algorithm.empty()) c.algorithm = default_algorithm(c.kind);
  study.collective = c;
  if (!problems.empty() || study.topology == nullptr) return;
  const auto fail = [&](const char* key, const std::string& expected) {
    const Node& where = named_or(node, key);
    problems.push_back({where.where(), fmt::format("saw {}; expected {}", where.seen(), expected)});
  };
  const auto endpoints = static_cast<std::int64_t>(study.topology->wires().endpoints);
  if (c.ranks < 0 || c.ranks > endpoints) {
    fail("ranks", fmt::format("at most one rank for each of {} endpoints", endpoints));
    return;
  }
  const std::int64_t ranks = c.ranks > 0 ? c.ranks : endpoints;
  if (c.groups < 1 || ranks % c.groups != 0 || ranks / c.groups < 2) {
    fail("groups", fmt::format("a number that divides {} ranks into groups of two or more", ranks));
    return;
  }
  if (c.node < 1 || c.chunks < 1 || c.chunks > 1'000'000) {
    fail(c.node < 1 ? "node" : "chunks", "1 to 1000000");
    return;
  }
  study.collective->ranks = ranks;
  const auto each = static_cast<std::uint32_t>(ranks / c.groups);
  const auto vectors = vectors_per_size(c, each);
  if (!vectors) {
    fail("size_is", "vector or per_rank: this collective has no pairs");
    return;
  }
  for (Bytes& size : study.sizes) size *= *vectors;
  if (!c.program.empty()) {
    auto program =
        read_msccl((std::filesystem::path(node.file).parent_path() / c.program).string());
    if (!program) {
      append(problems, program.error());
    } else if (program->ranks != each || program->kind != c.kind) {
      fail("program", fmt::format("a program of this collective for {} ranks", each));
    } else {
      study.program = std::make_shared<MscclProgram>(std::move(*program));
    }
    return;
  }
  if (c.algorithm == kInNetwork) {
    check_in_network(study, each, fail);
    return;
  }
  const bool fills = c.groups == 1;
  const MadeSchedule made =
      make_schedule(c.algorithm, {c.kind, Bytes{1}, each, static_cast<std::uint32_t>(c.node),
                                  fills ? study.shape : std::vector<int>{},
                                  static_cast<std::uint32_t>(c.chunks)});
  if (!made) fail("algorithm", made.error());
}

void read_traffic(const Node& node, NetworkStudy& study, Diagnostics& problems) {
  const std::size_t before = problems.size();
  const Node* file = node.find("file");
  PatternSpec spec;
  FieldReader reader(node, problems);
  describe(reader, spec);
  reader.also("file");
  reader.finish();
  if (problems.size() > before || study.topology == nullptr) return;
  const std::uint32_t endpoints = study.topology->wires().endpoints;
  if (file != nullptr) {
    auto flows = read_flow_file(*file, endpoints);
    if (!flows) {
      append(problems, flows.error());
      return;
    }
    study.flows = std::move(*flows);
    study.pattern = "flows of " + file->scalar;
    return;
  }
  const auto fail = [&](const char* key, const std::string& expected) {
    const Node& where = named_or(node, key);
    problems.push_back({where.where(), fmt::format("saw {}; expected {}", where.seen(), expected)});
  };
  if (node.find("pattern") == nullptr) detail::report_missing(node, "pattern", problems);
  if (!(spec.size.value() > 0.0)) fail("size", "the size of a flow, above zero");
  if (endpoints < 2) fail("pattern", "a network of two endpoints or more");
  if (spec.load < 0.0 || spec.load > 100.0) fail("load", "0 to 100");
  if (spec.hot_share < 0.0 || spec.hot_share > 1.0) fail("hot_share", "0 to 1");
  if (spec.senders < 0) fail("senders", "0 or more");
  const double pairs = static_cast<double>(endpoints) * (endpoints - 1.0);
  if (spec.flows < 0 || spec.flows > kMostFlows ||
      (spec.pattern == Pattern::AllToAll && pairs > static_cast<double>(kMostFlows)))
    fail(spec.pattern == Pattern::AllToAll ? "pattern" : "flows",
         fmt::format("0 to {} flows", kMostFlows));
  if (problems.size() > before) return;
  study.flows = flows_of(spec, endpoints, study.topology->wires().injection(0));
  study.pattern = name_of(spec.pattern);
  study.sizes = {spec.size};
}

}  // namespace

std::string topology_text(const Node& topology) {
  std::string out;
  for (const Node::Member& m : topology.members) {
    if (m.key == "kind") continue;
    std::string value = m.value.scalar;
    for (const Node& item : m.value.items) value += (value.empty() ? "" : " x ") + item.scalar;
    if (m.value.is_map()) value = "...";
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", m.key, value);
  }
  const Node* kind = topology.find("kind");
  return fmt::format("{} ({})", kind != nullptr ? kind->scalar : "?", out);
}

bool asks_about_network(const Node& root) {
  const Node* task = root.find("task");
  return task != nullptr && (task->scalar == "collective" || task->scalar == "traffic");
}

tl::expected<NetworkStudy, Diagnostics> read_network_study(const Node& root) {
  Diagnostics problems;
  NetworkStudy study;
  study.inputs_hash = hash_of(root);
  study.name = std::filesystem::path(root.file).stem().string();
  const bool is_collective = root.find("task")->scalar == "collective";
  const char* question = is_collective ? "collective" : "traffic";
  FieldReader reader(root, problems);
  reader("name", study.name, "shown in reports");
  reader("fabric", study.fabric, "how finely messages are followed");
  reader("packet", study.packet, "switches and end hosts of fabric: packet");
  for (const char* key : {"task", "cluster", question}) reader.also(key);
  reader.finish();
  if (const Node* cluster = root.find("cluster"); cluster != nullptr && cluster->is_map()) {
    read_wires(*cluster, study, problems);
  } else {
    const Node& where = named_or(root, "cluster");
    problems.push_back({where.where(), fmt::format("saw {}; expected cluster: a map of topology, "
                                                   "link and routing",
                                                   where.seen())});
  }
  const Node* asked = root.find(question);
  if (asked == nullptr || !asked->is_map()) {
    const Node& where = named_or(root, question);
    problems.push_back(
        {where.where(), fmt::format("saw {}; expected {}: a map of keys", where.seen(), question)});
  } else if (is_collective) {
    read_collective(*asked, study, problems);
  } else {
    read_traffic(*asked, study, problems);
  }
  if (!problems.empty()) return tl::unexpected(problems);
  return study;
}

}  // namespace orrery
