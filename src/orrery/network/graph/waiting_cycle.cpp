#include "orrery/network/graph/waiting_cycle.hpp"

#include <algorithm>

namespace orrery {

std::vector<Hop> waiting_cycle(const Wires& wires, const Routing& routing, std::uint64_t choices) {
  const auto channels = static_cast<std::size_t>(routing.channels());
  std::vector<std::vector<std::size_t>> asks(wires.links.size() * channels);
  std::vector<Hop> way;
  for (std::uint32_t a = 0; a < wires.endpoints; ++a) {
    for (std::uint32_t b = 0; b < wires.endpoints; ++b) {
      for (std::uint64_t choice = 0; choice < choices; ++choice) {
        way.clear();
        routing.route(a, b, choice, way);
        for (std::size_t i = 1; i < way.size(); ++i) {
          auto& edges = asks[index(way[i - 1].link) * channels + way[i - 1].channel];
          const std::size_t to = index(way[i].link) * channels + way[i].channel;
          if (std::find(edges.begin(), edges.end(), to) == edges.end()) edges.push_back(to);
        }
      }
    }
  }
  // Depth first, without recursion: a channel that is open when it is met again closes a cycle.
  enum class Mark : std::uint8_t { New, Open, Done };
  std::vector<Mark> mark(asks.size(), Mark::New);
  std::vector<std::pair<std::size_t, std::size_t>> path;  // channel, next edge
  for (std::size_t start = 0; start < asks.size(); ++start) {
    if (mark[start] != Mark::New) continue;
    path.emplace_back(start, 0);
    mark[start] = Mark::Open;
    while (!path.empty()) {
      const std::size_t at = path.back().first;
      if (path.back().second == asks[at].size()) {
        mark[at] = Mark::Done;
        path.pop_back();
        continue;
      }
      const std::size_t to = asks[at][path.back().second++];
      if (mark[to] == Mark::Open) {
        std::vector<Hop> cycle;
        auto from = path.rbegin();
        while (from->first != to) ++from;
        for (auto it = from.base() - 1; it != path.end(); ++it) {
          cycle.push_back({static_cast<LinkId>(it->first / channels),
                           static_cast<std::uint8_t>(it->first % channels)});
        }
        return cycle;
      }
      if (mark[to] == Mark::New) {
        mark[to] = Mark::Open;
        path.emplace_back(to, 0);
      }
    }
  }
  return {};
}

}  // namespace orrery
