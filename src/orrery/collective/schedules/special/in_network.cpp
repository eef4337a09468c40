#include "orrery/collective/schedules/special/in_network.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <queue>

#include "orrery/network/graph/graph.hpp"

namespace orrery {
namespace {

constexpr int kFar = std::numeric_limits<int>::max();

std::uint32_t nearest_switch(const Topology& topology,
                             const std::vector<std::uint32_t>& endpoints) {
  const Wires& wires = topology.wires();
  std::uint32_t best = wires.endpoints;
  std::pair<int, std::int64_t> least{kFar, 0};  // farthest, then sum
  const std::size_t every = std::max<std::size_t>(1, endpoints.size() / 64);
  for (std::uint32_t v = wires.endpoints; v < wires.vertices; ++v) {
    std::pair<int, std::int64_t> here{0, 0};
    for (std::size_t i = 0; i < endpoints.size(); i += every) {
      const int d = topology.distance(v, endpoints[i]);
      here.first = std::max(here.first, d);
      here.second += d;
    }
    if (here < least) {
      least = here;
      best = v;
    }
  }
  return best;
}

// Distance of every vertex to the root through switches; the tree takes the lowest link that leads
// nearer.
std::vector<int> distances_through_switches(std::uint32_t root, const Wires& wires,
                                            const Graph& graph) {
  std::vector<int> far(wires.vertices, kFar);
  std::queue<std::uint32_t> open({root});
  far[root] = 0;
  while (!open.empty()) {
    const std::uint32_t v = open.front();
    open.pop();
    if (v < wires.endpoints) continue;  // endpoints do not forward
    for (const LinkId l : graph.out(v)) {
      const std::uint32_t to = wires.link(l).to;
      if (far[to] != kFar) continue;
      far[to] = far[v] + 1;
      open.push(to);
    }
  }
  return far;
}

}  // namespace

tl::expected<ReductionTree, std::string> reduction_tree(
    const Topology& topology, const std::vector<std::uint32_t>& endpoints) {
  const Wires& wires = topology.wires();
  if (wires.vertices == wires.endpoints)
    return tl::unexpected(std::string("switches that can add: this topology has none"));
  ReductionTree tree;
  tree.root = nearest_switch(topology, endpoints);
  const Graph graph(wires);
  const std::vector<int> far = distances_through_switches(tree.root, wires, graph);
  std::map<std::uint32_t, LinkId> up;  // vertex -> link towards the root
  for (const std::uint32_t e : endpoints) {
    if (far[e] == kFar)
      return tl::unexpected("a tree of switches: " + topology.vertex_name(e) +
                            " is reached through endpoints only");
    for (std::uint32_t v = e; v != tree.root && !up.contains(v);) {
      const auto out = graph.out(v);
      const auto link =
          std::ranges::find_if(out, [&](LinkId l) { return far[wires.link(l).to] == far[v] - 1; });
      up[v] = *link;
      v = wires.link(*link).to;
    }
  }
  // From the farthest vertices towards the root, and back.
  std::vector<std::uint32_t> order;
  for (const auto& [v, link] : up) order.push_back(v);
  std::ranges::stable_sort(order, [&](auto a, auto b) { return far[a] > far[b]; });
  std::map<std::uint32_t, Seconds> ready, there;
  for (const std::uint32_t v : order) {
    const LinkId link = up[v];
    Seconds& above = ready[wires.link(link).to];
    above = std::max(above, ready[v] + wires.kind(link).latency);
  }
  there[tree.root] = ready[tree.root];
  std::ranges::reverse(order);
  for (const std::uint32_t v : order) {
    const LinkId link = up[v];
    const std::uint32_t above = wires.link(link).to;
    tree.branches.push_back({link, opposite(link), ready[v], there[above]});
    there[v] = there[above] + wires.kind(link).latency;
    tree.latency = std::max(tree.latency, there[v]);
  }
  return tree;
}

void TreeRouting::route(std::uint32_t from, std::uint32_t to, std::uint64_t choice,
                        std::vector<Hop>& way) const {
  if ((choice & kOneLink) != 0) {
    way.push_back({LinkId{static_cast<std::uint32_t>(choice & ~kOneLink)}, 0});
  } else {
    inner_.route(from, to, choice, way);
  }
}

void TreeRouting::spread(std::uint32_t from, std::uint32_t to, std::uint64_t choice,
                         std::vector<LinkShare>& shares) const {
  if ((choice & kOneLink) != 0) {
    shares.push_back({LinkId{static_cast<std::uint32_t>(choice & ~kOneLink)}, 1.0});
  } else {
    inner_.spread(from, to, choice, shares);
  }
}

void InNetwork::begin(Injector& network) {
  const bool goes_up = kind_ != CollectiveKind::Broadcast;
  const bool comes_down = kind_ != CollectiveKind::Reduce;
  // A broadcast starts at the root: nothing is awaited there.
  const Seconds skipped = goes_up ? Seconds{} : tree_.branches.front().down_start;
  std::uint64_t tag = 0;
  for (const ReductionTree::Branch& b : tree_.branches) {
    if (goes_up) network.send({0, 1, size_, tag++, TreeRouting::choice_of(b.up)}, b.up_start);
    if (comes_down)
      network.send({0, 1, size_, tag++, TreeRouting::choice_of(b.down)}, b.down_start - skipped);
  }
}

}  // namespace orrery
