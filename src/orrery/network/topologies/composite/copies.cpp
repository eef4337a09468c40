#include "orrery/network/topologies/composite/copies.hpp"

#include <algorithm>
#include <bit>
#include <limits>

#include "orrery/network/graph/search/counted_facts.hpp"
#include "orrery/network/graph/search/halving.hpp"

namespace orrery {
namespace {

constexpr std::uint32_t kMostHalvedCopies = 16;  // 12,870 halves

std::vector<std::uint32_t> ports_of(const Wires& part) {
  std::vector<bool> has_endpoint(part.vertices, false);
  for (const Link& l : part.links) {
    if (l.from < part.endpoints) has_endpoint[l.to] = true;
  }
  std::vector<std::uint32_t> tops, switches, endpoints;
  for (std::uint32_t v = 0; v < part.vertices; ++v) {
    if (v < part.endpoints) {
      endpoints.push_back(v);
    } else {
      switches.push_back(v);
      if (!has_endpoint[v]) tops.push_back(v);
    }
  }
  return !tops.empty() ? tops : !switches.empty() ? switches : endpoints;
}

}  // namespace

Copies::Copies(std::unique_ptr<Topology> part, std::uint32_t count, std::uint32_t joining_switches)
    : part_(std::move(part)), count_(count), ports_(ports_of(part_->wires())) {
  const Wires& wires = part_->wires();
  first_switch_ = count * wires.endpoints;
  first_joining_ = count * wires.vertices;
  vertices_ = first_joining_ + joining_switches;
}

std::uint32_t Copies::vertex(std::uint32_t copy, std::uint32_t of_part) const {
  const Wires& part = part_->wires();
  if (of_part < part.endpoints) return copy * part.endpoints + of_part;
  return first_switch_ + copy * (part.vertices - part.endpoints) + of_part - part.endpoints;
}

std::uint32_t Copies::copy_of(std::uint32_t vertex) const {
  const Wires& part = part_->wires();
  if (vertex < first_switch_) return vertex / part.endpoints;
  if (vertex >= first_joining_) return count_;
  return (vertex - first_switch_) / (part.vertices - part.endpoints);
}

std::uint32_t Copies::in_part(std::uint32_t vertex) const {
  const Wires& part = part_->wires();
  if (vertex < first_switch_) return vertex % part.endpoints;
  return part.endpoints + (vertex - first_switch_) % (part.vertices - part.endpoints);
}

std::string Copies::name_in_part(std::uint32_t vertex) const {
  return part_->vertex_name(in_part(vertex));
}

Wires Copies::wires() const {
  const Wires& part = part_->wires();
  Wires out{.endpoints = first_switch_, .vertices = vertices_, .kinds = part.kinds};
  out.links.reserve(part.links.size() * count_);
  for (std::uint32_t copy = 0; copy < count_; ++copy) {
    for (std::size_t i = 0; i < part.links.size(); i += 2) {
      const Link& l = part.links[i];
      if (part.is_failed(static_cast<LinkId>(i))) {  // failed in the part: in every copy
        out.failed.resize(out.links.size() / 2, false);
        out.failed.push_back(true);
      }
      out.connect(vertex(copy, l.from), vertex(copy, l.to), l.kind);
    }
  }
  return out;
}

CompositeTopology::CompositeTopology(Copies copies, Wires wires, std::uint64_t seed)
    : SearchedTopology(std::move(wires), ChannelRule::PerHop),
      copies_(std::move(copies)),
      facts_(counts_of(wires_)) {
  for (std::uint32_t e = 0; e < wires_.endpoints; ++e) {
    forwards_ = forwards_ || routers().drop(e) == 0;
  }
  sample_hops(routers(), affordable_sources(routers()), seed, facts_);
  facts_.bisection =
      std::min(cut_between_copies(), bisection_bound(wires_, affordable_halvings(wires_), seed));
  facts_.bisection_is_bound = true;
}

BytesPerSecond CompositeTopology::cut_between_copies() const {
  const std::uint32_t n = copies_.count();
  if (n < 2 || n % 2 != 0 || n > kMostHalvedCopies)
    return BytesPerSecond{std::numeric_limits<double>::infinity()};
  // Bandwidth between copies, and between each switch that joins them and each copy.
  const std::uint32_t joining = wires_.vertices - copies_.joining(0);
  const auto part = [&](std::uint32_t v) {
    return v >= copies_.joining(0) ? n + v - copies_.joining(0) : copies_.copy_of(v);
  };
  std::vector<double> between(std::size_t{n + joining} * (n + joining), 0.0);
  for (std::size_t i = 0; i < wires_.links.size(); ++i) {
    const auto link = static_cast<LinkId>(i);
    const Link& l = wires_.links[i];
    if (wires_.is_failed(link)) continue;
    const std::uint32_t a = part(l.from);
    const std::uint32_t b = part(l.to);
    if (a != b) between[std::size_t{a} * (n + joining) + b] += wires_.kind(link).bandwidth.value();
  }
  double least = std::numeric_limits<double>::infinity();
  for (std::uint32_t half = 0; half < (1U << n); ++half) {
    if (std::popcount(half) != static_cast<int>(n / 2)) continue;
    std::vector<std::uint8_t> side(n + joining, 0);
    for (std::uint32_t c = 0; c < n; ++c) side[c] = half >> c & 1U;
    // A switch between copies stands on the side of more of its bandwidth to copies; ones that are
    // joined to each other only through others stay where they are: a bound all the same.
    for (std::uint32_t j = n; j < n + joining; ++j) {
      double to[2] = {0.0, 0.0};
      for (std::uint32_t c = 0; c < n; ++c)
        to[side[c]] += between[std::size_t{j} * (n + joining) + c];
      side[j] = to[1] > to[0] ? 1 : 0;
    }
    double cut = 0.0;
    for (std::uint32_t a = 0; a < n + joining; ++a) {
      for (std::uint32_t b = a + 1; b < n + joining; ++b) {
        if (side[a] != side[b]) cut += between[std::size_t{a} * (n + joining) + b];
      }
    }
    least = std::min(least, cut);
  }
  return BytesPerSecond{least};
}

}  // namespace orrery
