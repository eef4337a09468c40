// What a network study is asked beside its question: where ranks sit, and what else is on the
// wires.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "orrery/collective/closed_form.hpp"
#include "orrery/network/placement/rank_map.hpp"

namespace orrery {

class CollectiveSchedule;

enum class PlacementKind : std::uint8_t {
  Identity,
  TensorInnermost,
  RailAware,
  FoldedTorus,
  Random,
  Search
};

template <>
struct EnumNames<PlacementKind> {
  static constexpr std::pair<const char*, PlacementKind> values[] = {
      {"identity", PlacementKind::Identity},
      {"tensor_innermost", PlacementKind::TensorInnermost},
      {"rail_aware", PlacementKind::RailAware},
      {"folded_torus", PlacementKind::FoldedTorus},
      {"random", PlacementKind::Random},
      {"search", PlacementKind::Search}};
};

struct PlacementSpec {
  PlacementKind strategy = PlacementKind::Identity;
  std::int64_t inner = 1;
  std::int64_t node = 1;
  std::int64_t seed = 1;
  std::int64_t swaps = 2000;
};

// A collective of another job, again and again while ours runs.
struct NeighbourSpec {
  CollectiveKind kind = CollectiveKind::AllReduce;
  Bytes size;
  std::string algorithm;
  std::int64_t ranks = 2;
  std::int64_t first = 0;
  std::int64_t stride = 1;
  std::int64_t chunks = 1;
};

struct Neighbour {
  std::string name;  // "all_reduce (ring) over 8 ranks"
  std::shared_ptr<const CollectiveSchedule> schedule;
  RankMap endpoints;
};

template <class V>
void describe(V& v, PlacementSpec& p) {
  v("strategy", p.strategy, "which endpoint each rank sits at");
  v("inner", p.inner, "tensor_innermost: ranks of the tensor groups that lie inside");
  v("node", p.node, "rail_aware: endpoints of a node");
  v("seed", p.seed, "of random and search");
  v("swaps", p.swaps, "search: exchanges of two ranks that are tried");
}

template <class V>
void describe(V& v, NeighbourSpec& n) {
  v("kind", n.kind, "which collective", kRequired);
  v("size", n.size, "of its vector", kRequired);
  v("algorithm", n.algorithm, "as of a collective");
  v("ranks", n.ranks, "how many take part", kRequired);
  v("first", n.first, "endpoint of its rank 0");
  v("stride", n.stride, "endpoints from one rank to the next");
  v("chunks", n.chunks, "pieces that follow each other through a pipeline");
}

}  // namespace orrery
