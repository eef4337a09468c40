#include "orrery/collective/schedules/builtins.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace orrery {
namespace {

using enum CollectiveKind;

// Tags of messages hold so many (schedule_traffic.cpp).
constexpr std::uint32_t kMostRanks = 1u << 18, kMostStreams = 1u << 8, kMostSteps = 1u << 20;

}  // namespace

const std::vector<ScheduleAlgorithm>& schedule_algorithms() {
  static const std::vector<ScheduleAlgorithm> kAlgorithms{
      {"bidirectional_ring",
       "two rings that go round in opposite directions",
       {AllReduce, ReduceScatter, AllGather},
       make_bidirectional_ring},
      {"binomial", "a tree whose branches double each step", {Broadcast, Reduce}, make_binomial},
      {"bruck",
       "distances that double, for any number of ranks",
       {AllGather, AllToAll, Barrier},
       make_bruck},
      {"bucket",
       "a torus: rings along each dimension, all links at once",
       {AllReduce, ReduceScatter, AllGather},
       make_bucket},
      {"chain", "chunks through a pipeline of ranks", {Broadcast, Reduce}, make_chain},
      {"direct",
       "everybody to everybody at once; all_reduce in two shots",
       {AllReduce, ReduceScatter, AllGather, AllToAll, Broadcast},
       make_direct},
      {"double_binary_tree",
       "two trees, leaves of one forward in the other",
       {AllReduce},
       make_double_binary_tree},
      {"hierarchical",
       "rings inside nodes and between them",
       {AllReduce, ReduceScatter, AllGather},
       make_hierarchical},
      {"one_shot", "everybody sends its whole vector to everybody", {AllReduce}, make_one_shot},
      {"pairwise", "one peer a step", {AllToAll}, make_pairwise},
      {"rabenseifner", "recursive halving, then doubling", {AllReduce}, make_rabenseifner},
      {"rail_aligned",
       "handed to the right rail inside the node first (PXN)",
       {AllToAll},
       make_rail_aligned},
      {"recursive_doubling",
       "partners at distances that double",
       {AllReduce, AllGather},
       make_recursive_doubling},
      {"recursive_halving",
       "partners at distances that halve",
       {ReduceScatter},
       make_recursive_halving},
      {"ring", "each to the next", {AllReduce, ReduceScatter, AllGather}, make_ring},
      {"scatter_all_gather",
       "pieces down a tree, then round a ring",
       {Broadcast},
       make_scatter_all_gather},
      {"shift", "each rank sends to the next", {SendRecv}, make_shift},
      {"swing",
       "distances 1, -1, 3, -5, ...: short on a torus",
       {AllReduce, ReduceScatter, AllGather},
       make_swing},
  };
  return kAlgorithms;
}

const ScheduleAlgorithm* find_schedule_algorithm(std::string_view name) {
  for (const ScheduleAlgorithm& a : schedule_algorithms()) {
    if (name == a.name) return &a;
  }
  return nullptr;
}

const char* default_algorithm(CollectiveKind kind) {
  switch (kind) {
    case AllReduce:
    case ReduceScatter:
    case AllGather:
      return "ring";
    case AllToAll:
      return "direct";
    case Broadcast:
    case Reduce:
      return "chain";
    case SendRecv:
      return "shift";
    case Barrier:
      return "bruck";
  }
  return "";
}

std::string power_of_two_of(std::uint32_t ranks) {
  return fmt::format("a power of two of ranks, such as {}", std::bit_floor(std::max(ranks, 2u)));
}

MadeSchedule make_schedule(std::string_view algorithm, const ScheduleRequest& request) {
  const ScheduleAlgorithm* found = find_schedule_algorithm(algorithm);
  if (found == nullptr) {
    std::string known;
    for (const ScheduleAlgorithm& a : schedule_algorithms())
      known += (known.empty() ? "" : ", ") + std::string(a.name);
    return tl::unexpected("one of " + known);
  }
  if (std::ranges::find(found->kinds, request.kind) == found->kinds.end()) {
    std::string able;
    for (const ScheduleAlgorithm& a : schedule_algorithms()) {
      if (std::ranges::find(a.kinds, request.kind) != a.kinds.end())
        able += (able.empty() ? "" : ", ") + std::string(a.name);
    }
    return tl::unexpected("an algorithm of this collective: " + able);
  }
  if (request.ranks < 2 || request.ranks > kMostRanks)
    return tl::unexpected(fmt::format("2 to {} ranks", kMostRanks));
  if (request.chunks < 1) return tl::unexpected(std::string("at least one chunk"));
  MadeSchedule made = found->make(request);
  if (made && ((*made)->streams() > kMostStreams || (*made)->steps(0) > kMostSteps))
    return tl::unexpected(fmt::format("at most {} steps and {} streams", kMostSteps, kMostStreams));
  return made;
}

}  // namespace orrery
