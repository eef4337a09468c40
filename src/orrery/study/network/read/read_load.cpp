// Where ranks sit, and what else is on the wires.
#include "orrery/collective/schedules/builtins.hpp"
#include "orrery/study/network/read/parts.hpp"

namespace orrery::network_parts {
namespace {

constexpr std::int64_t kMostSwaps = 10'000'000;
constexpr std::size_t kMostLoads = 100;

bool is_list(const Node& node, Diagnostics& problems) {
  if (node.is_sequence() && node.items.size() <= kMostLoads) return true;
  problems.push_back(
      {node.where(), fmt::format("saw {}; expected a list of up to {}", node.seen(), kMostLoads)});
  return false;
}

void check_placement(const Node& node, const NetworkStudy& study, Diagnostics& problems) {
  const PlacementSpec& p = study.placement;
  const CollectiveSpec& c = *study.collective;
  const Complaints fail(node, problems);
  switch (p.strategy) {
    case PlacementKind::TensorInnermost:
      if (p.inner < 1 || c.groups % p.inner != 0)
        fail("inner", fmt::format("a divisor of {} groups", c.groups));
      return;
    case PlacementKind::RailAware:
      if (p.node < 1 || c.ranks % p.node != 0)
        fail("node", fmt::format("a divisor of {} ranks", c.ranks));
      return;
    case PlacementKind::FoldedTorus:
      if (study.shape.empty() ||
          c.ranks != static_cast<std::int64_t>(study.topology->wires().endpoints))
        fail("strategy", "a torus or mesh that the ranks fill, to fold them along");
      return;
    case PlacementKind::Search:
      if (p.swaps < 1 || p.swaps > kMostSwaps) fail("swaps", fmt::format("1 to {}", kMostSwaps));
      if (study.program != nullptr || c.algorithm == kInNetwork)
        fail("strategy", "a schedule of messages between ranks, to know what they send");
      return;
    case PlacementKind::Identity:
    case PlacementKind::Random:
      return;
  }
}

void check_neighbour(const Node& node, const NeighbourSpec& spec, NetworkStudy& study,
                     Diagnostics& problems) {
  const Complaints fail(node, problems);
  const auto endpoints = static_cast<std::int64_t>(study.topology->wires().endpoints);
  if (!(spec.size > Bytes{})) return fail("size", "a size above zero");
  if (spec.ranks < 2 || spec.ranks > endpoints)
    return fail("ranks", fmt::format("2 to {}", endpoints));
  if (spec.first < 0 || spec.first >= endpoints)
    return fail("first", fmt::format("0 to {}", endpoints - 1));
  if (spec.stride < 1 || spec.first + (spec.ranks - 1) * spec.stride >= endpoints)
    return fail("stride", fmt::format("ranks that end below endpoint {}", endpoints));
  if (spec.chunks < 1 || spec.chunks > 1'000'000) return fail("chunks", "1 to 1000000");
  const std::string algorithm =
      spec.algorithm.empty() ? default_algorithm(spec.kind) : spec.algorithm;
  const auto ranks = static_cast<std::uint32_t>(spec.ranks);
  MadeSchedule made = make_schedule(
      algorithm, {spec.kind, spec.size, ranks, 1, {}, static_cast<std::uint32_t>(spec.chunks)});
  if (!made) return fail("algorithm", made.error());
  if (spec.kind == CollectiveKind::Barrier)
    return fail("kind", "a collective that moves something");
  Neighbour out{fmt::format("{} ({}) over {} ranks", name_of(spec.kind), algorithm, ranks),
                std::move(*made),
                {}};
  for (std::int64_t r = 0; r < spec.ranks; ++r)
    out.endpoints.push_back(static_cast<std::uint32_t>(spec.first + r * spec.stride));
  study.neighbours.push_back(std::move(out));
}

}  // namespace

void read_placement(const Node& node, NetworkStudy& study, Diagnostics& problems) {
  const std::size_t before = problems.size();
  if (node.is_scalar()) {
    read_into(node, study.placement.strategy, problems);
  } else {
    read_into(node, study.placement, problems);
  }
  if (problems.size() > before) return;
  if (!study.collective) {
    problems.push_back(
        {node.where(),
         fmt::format("saw {}; expected it beside a collective, which has ranks", node.seen())});
  } else if (study.topology != nullptr && study.collective->ranks > 0 &&
             study.collective->groups > 0) {
    check_placement(node, study, problems);
  }
}

void read_background(const Node& node, NetworkStudy& study, Diagnostics& problems) {
  if (!is_list(node, problems)) return;
  for (const Node& item : node.items) {
    const std::size_t before = problems.size();
    PatternSpec spec;
    read_into(item, spec, problems);
    if (problems.size() > before) continue;
    const Complaints fail(item, problems);
    if (item.find("pattern") == nullptr) detail::report_missing(item, "pattern", problems);
    if (!(spec.size > Bytes{})) fail("size", "the size of a flow, above zero");
    if (!(spec.load > 0.0 && spec.load <= 100.0)) fail("load", "a share of the bandwidth, to 100");
    if (spec.hot_share < 0.0 || spec.hot_share > 1.0) fail("hot_share", "0 to 1");
    if (spec.senders < 0) fail("senders", "0 or more");
    if (spec.flows < 0 || spec.flows > 1'000'000) fail("flows", "0 to 1000000 pairs to draw from");
    if (study.topology != nullptr && study.topology->wires().endpoints < 2)
      fail("pattern", "a network of two endpoints or more");
    study.background.push_back(spec);
  }
}

void read_neighbours(const Node& node, NetworkStudy& study, Diagnostics& problems) {
  if (!is_list(node, problems)) return;
  for (const Node& item : node.items) {
    const std::size_t before = problems.size();
    NeighbourSpec spec;
    read_into(item, spec, problems);
    if (problems.size() == before && study.topology != nullptr)
      check_neighbour(item, spec, study, problems);
  }
}

}  // namespace orrery::network_parts
