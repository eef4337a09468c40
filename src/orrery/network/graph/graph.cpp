#include "orrery/network/graph/graph.hpp"

namespace orrery {

Graph::Graph(const Wires& wires) : first_(std::size_t{wires.vertices} + 1, 0) {
  for (std::size_t i = 0; i < wires.links.size(); ++i) {
    if (!wires.is_failed(static_cast<LinkId>(i))) ++first_[wires.links[i].from + 1];
  }
  for (std::size_t v = 0; v < wires.vertices; ++v) first_[v + 1] += first_[v];
  links_.resize(first_.back());
  std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
  for (std::size_t i = 0; i < wires.links.size(); ++i) {
    const auto link = static_cast<LinkId>(i);
    if (!wires.is_failed(link)) links_[next[wires.links[i].from]++] = link;
  }
}

std::vector<int> distances_to(const Wires& wires, const Graph& graph, std::uint32_t vertex) {
  std::vector<int> far(graph.vertices(), kUnreachable);
  std::vector<std::uint32_t> open = {vertex};
  far[vertex] = 0;
  for (std::size_t i = 0; i < open.size(); ++i) {
    for (const LinkId l : graph.out(open[i])) {  // cables go both ways
      const std::uint32_t to = wires.link(l).to;
      if (far[to] != kUnreachable) continue;
      far[to] = far[open[i]] + 1;
      open.push_back(to);
    }
  }
  return far;
}

}  // namespace orrery
