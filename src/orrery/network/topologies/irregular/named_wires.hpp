// A user's own network as a file says it: vertices and cables by name, each with its place in the
// text, and the wires made of them.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "orrery/network/topologies/family.hpp"

namespace orrery {

struct TextPlace {
  std::size_t line = 1;
  std::size_t column = 1;
};

struct NamedVertex {
  std::string name;
  bool is_switch = false;
  TextPlace at;
};

struct NamedCable {
  std::string a, b, kind;
  std::optional<BytesPerSecond> bandwidth;  // as the link of the study when not given
  std::optional<Seconds> latency;
  bool optical = false;
  TextPlace at_a, at_b, at_bandwidth, at_latency;
};

struct NamedNetwork {
  std::string file;
  std::vector<NamedVertex> vertices;
  std::vector<NamedCable> cables;
  bool lists_vertices = false;  // then a cable may not name another

  [[nodiscard]] std::string where(const TextPlace& at) const;
};

struct NamedWires {
  Wires wires;
  std::vector<std::string> names;
};

// After so many mistakes no more are looked for.
inline constexpr std::size_t kMostMistakes = 20;

// Columns a, b and optionally bandwidth, latency, kind, optical.
NamedNetwork read_edge_csv(const std::string& path, Diagnostics& problems);
// Columns name and role, which is endpoint or switch.
void read_vertex_csv(const std::string& path, NamedNetwork& network, Diagnostics& problems);
// Nodes with role; edges with bandwidth, latency, kind, optical.
NamedNetwork read_graphml(const std::string& path, Diagnostics& problems);

// Endpoints first, each sort in the order in which the file names them. Unknown vertices, cables
// of a vertex to itself, pairs named twice, rates that are none and networks in pieces are
// mistakes. A name of `switches` may end in `*`.
NamedWires wired(NamedNetwork network, const std::vector<std::string>& switches,
                 const LinkSpec& link, TopologyCheck& check);

}  // namespace orrery
