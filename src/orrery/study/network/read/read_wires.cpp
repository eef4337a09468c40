#include <algorithm>

#include "orrery/network/topologies/builtins.hpp"
#include "orrery/study/network/read/parts.hpp"

namespace orrery {

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

namespace network_parts {

void read_wires(const Node& cluster, NetworkStudy& study, Diagnostics& problems) {
  const bool is_catalog = cluster.is_scalar() || cluster.find("base") != nullptr;
  if (is_catalog && !cluster.is_null()) return read_catalog_wires(cluster, study, problems);
  if (!cluster.is_map()) {
    problems.push_back({cluster.where(), fmt::format("saw {}; expected cluster: a name, or a map "
                                                     "of topology, link and routing",
                                                     cluster.seen())});
    return;
  }
  if (cluster.find("topology") == nullptr)
    return detail::report_missing(cluster, "topology", problems);
  LinkSpec link;
  FieldReader reader(cluster, problems);
  reader.also("topology");
  reader("link", link, "the cable it is made of", kRequired);
  reader("routing", study.routing, "how messages find their way");
  reader("seed", study.seed, "of routings and topologies that draw at random");
  reader.finish();
  const Node* topology = cluster.find("topology");
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

}  // namespace network_parts
}  // namespace orrery
