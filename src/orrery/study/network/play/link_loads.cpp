#include <algorithm>

#include "orrery/collective/lower_bound.hpp"
#include "orrery/study/network/play/parts.hpp"

namespace orrery::network_parts {
namespace {

constexpr std::size_t kHottest = 10;

}  // namespace

// What each endpoint must send or take, over its bandwidth: no network is faster.
Seconds lower_bound_of(const std::vector<Flow>& flows, const Wires& wires) {
  std::vector<double> out(wires.endpoints, 0.0), in(wires.endpoints, 0.0);
  std::vector<double> leaving(wires.endpoints, 0.0), entering(wires.endpoints, 0.0);
  for (const Flow& f : flows) {
    if (f.from == f.to) continue;
    out[f.from] += f.size.value();
    in[f.to] += f.size.value();
  }
  for (std::size_t i = 0; i < wires.links.size(); ++i) {
    const Link& l = wires.links[i];
    if (wires.is_failed(static_cast<LinkId>(i))) continue;
    const double bandwidth = wires.kinds[l.kind].bandwidth.value();
    if (l.from < wires.endpoints) leaving[l.from] += bandwidth;
    if (l.to < wires.endpoints) entering[l.to] += bandwidth;
  }
  double bound = 0.0;
  for (std::uint32_t e = 0; e < wires.endpoints; ++e)
    bound = std::max({bound, out[e] / leaving[e], in[e] / entering[e]});
  return Seconds{bound};
}

// All collectives, one after another through the same ports.
Seconds lower_bound_of(const ChakraWorkload& workload, const Wires& wires) {
  const ChakraTrace& trace = workload.traces.front();
  Seconds sum;
  for (const std::uint32_t c : trace.collectives) {
    const ChakraNode& node = trace.nodes[c];
    sum +=
        lower_bound(node.kind, vector_of(node, workload.ranks), workload.ranks, wires.injection(0));
  }
  return sum;
}

void add_flow_completion(std::vector<Seconds> durations, NetworkResult& r) {
  if (durations.empty()) return;
  std::ranges::sort(durations);
  const auto at = [&](double share) {
    return durations[static_cast<std::size_t>(share * static_cast<double>(durations.size() - 1))];
  };
  r.flow_completion = {{"p50", at(0.5)}, {"p90", at(0.9)}, {"p99", at(0.99)}, {"max", at(1.0)}};
}

void add_links(const FabricResult& played, const Topology& topology, NetworkResult& r) {
  const Wires& wires = topology.wires();
  const double time = played.completion.value();
  std::vector<std::uint32_t> order;
  double used = 0.0;
  r.utilisation.assign(wires.links.size(), 0.0);
  for (std::uint32_t i = 0; i < wires.links.size(); ++i) {
    const double bytes = played.link_bytes[i];
    r.payload += Bytes{bytes};
    if (!played.wire_bytes.empty()) r.wire += Bytes{played.wire_bytes[i]};
    if (bytes <= 0.0) continue;
    const double capacity = wires.kinds[wires.links[i].kind].bandwidth.value() * time;
    r.utilisation[i] = capacity > 0.0 ? bytes / capacity : 0.0;
    used += r.utilisation[i];
    order.push_back(i);
  }
  if (played.wire_bytes.empty()) r.wire = r.payload;
  if (!order.empty()) r.mean_utilisation = used / static_cast<double>(order.size());
  const std::size_t count = std::min(kHottest, order.size());
  std::ranges::partial_sort(
      order, order.begin() + static_cast<std::ptrdiff_t>(count),
      [&](std::uint32_t a, std::uint32_t b) {
        return r.utilisation[a] != r.utilisation[b] ? r.utilisation[a] > r.utilisation[b] : a < b;
      });
  for (std::size_t i = 0; i < count; ++i) {
    const Link& l = wires.links[order[i]];
    r.hottest.push_back({topology.vertex_name(l.from) + " -> " + topology.vertex_name(l.to),
                         wires.kinds[l.kind].name, Bytes{played.link_bytes[order[i]]},
                         r.utilisation[order[i]]});
  }
}

}  // namespace orrery::network_parts
