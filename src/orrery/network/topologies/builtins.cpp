#include "orrery/network/topologies/builtins.hpp"

#include <fmt/format.h>

#include "orrery/network/topologies/failures.hpp"

namespace orrery {

TopologyFamily composed_family();
TopologyFamily dragonfly_family();
TopologyFamily dragonfly_plus_family();
TopologyFamily edge_list_family();
TopologyFamily fat_tree_family();
TopologyFamily flattened_butterfly_family();
TopologyFamily full_mesh_family();
TopologyFamily hypercube_family();
TopologyFamily hyperx_family();
TopologyFamily jellyfish_family();
TopologyFamily mesh_family();
TopologyFamily multi_plane_family();
TopologyFamily ocs_pod_family();
TopologyFamily polarfly_family();
TopologyFamily rail_only_family();
TopologyFamily rail_optimised_family();
TopologyFamily ring_family();
TopologyFamily single_switch_family();
TopologyFamily slim_fly_family();
TopologyFamily torus_family();
TopologyFamily twisted_torus_family();
TopologyFamily wan_sites_family();

const std::vector<TopologyFamily>& topology_families() {
  static const std::vector<TopologyFamily> families = {
      composed_family(),       dragonfly_family(), dragonfly_plus_family(),
      edge_list_family(),      fat_tree_family(),  flattened_butterfly_family(),
      full_mesh_family(),      hypercube_family(), hyperx_family(),
      jellyfish_family(),      mesh_family(),      multi_plane_family(),
      ocs_pod_family(),        polarfly_family(),  rail_only_family(),
      rail_optimised_family(), ring_family(),      single_switch_family(),
      slim_fly_family(),       torus_family(),     twisted_torus_family(),
      wan_sites_family(),
  };
  return families;
}

MadeTopology make_topology(const Node& topology, const LinkSpec& link) {
  const Node* kind = topology.find("kind");
  std::string known;
  std::vector<std::string> names;
  for (const TopologyFamily& f : topology_families()) {
    if (kind != nullptr && kind->is_scalar() && kind->scalar == f.name) {
      MadeTopology made = f.make(topology, link);
      const Node* failed = topology.find("failed");
      if (!made || failed == nullptr) return made;
      return degraded(std::move(*made), *failed);
    }
    known += (known.empty() ? "" : ", ") + std::string(f.name);
    names.emplace_back(f.name);
  }
  if (kind == nullptr) {
    return tl::unexpected(
        Diagnostics{{topology.where(), fmt::format("saw {}; expected a map with a kind, one of {}",
                                                   topology.seen(), known)}});
  }
  const std::string near = kind->is_scalar() ? nearest_name(kind->scalar, names) : "";
  return tl::unexpected(Diagnostics{
      {kind->where(), fmt::format("saw {}; expected one of {}{}", kind->seen(), known,
                                  near.empty() ? "" : "; did you mean '" + near + "'?")}});
}

MadeTopology make_topology(std::string_view text, const LinkSpec& link) {
  const auto node = parse_document(text, "topology");
  if (!node) return tl::unexpected(node.error());
  return make_topology(*node, link);
}

}  // namespace orrery
