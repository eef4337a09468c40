#include "orrery/compute/cycle/transfers/strip_network.hpp"

#include <algorithm>
#include <cmath>

#include "orrery/base/check.hpp"

namespace orrery {
namespace {

// Links that leave a node: one of a crossbar in each direction, two of a ring, four of a mesh.
enum Port : int {
  Out = 0,
  In = 1,
  Clockwise = 0,
  Counter = 1,
  East = 0,
  West = 1,
  South = 2,
  North = 3
};
constexpr int kPorts = 4;

// The links from one node to another, in order.
class Routes {
 public:
  Routes(OnChipTopology topology, int nodes) : topology_(topology), nodes_(nodes) {
    columns_ = static_cast<int>(std::ceil(std::sqrt(double(nodes))));
    const int rows = (nodes + columns_ - 1) / columns_;
    places_ = topology == OnChipTopology::Mesh ? rows * columns_ : nodes;
  }

  [[nodiscard]] int links() const { return places_ * kPorts; }

  void walk(int from, int to, std::vector<int>& links) const {
    links.clear();
    switch (topology_) {
      case OnChipTopology::Crossbar:
        links = {from * kPorts + In, to * kPorts + Out};
        return;
      case OnChipTopology::Ring:
        ring(from, to, links);
        return;
      case OnChipTopology::Mesh:
        mesh(from, to, links);
        return;
    }
  }

 private:
  // The shorter way; clockwise if both are as long.
  void ring(int from, int to, std::vector<int>& links) const {
    const int ahead = (to - from + nodes_) % nodes_;
    const bool clockwise = 2 * ahead <= nodes_;
    for (int at = from; at != to; at = (at + (clockwise ? 1 : nodes_ - 1)) % nodes_)
      links.push_back(at * kPorts + (clockwise ? Clockwise : Counter));
  }

  // Along the row, then along the column. Places beyond the last array hold routers alone.
  void mesh(int from, int to, std::vector<int>& links) const {
    int row = from / columns_, column = from % columns_;
    const auto step_to = [&](int& at, int end, Port up, Port down) {
      while (at != end) {
        links.push_back((row * columns_ + column) * kPorts + (at < end ? up : down));
        at += at < end ? 1 : -1;
      }
    };
    step_to(column, to % columns_, East, West);
    step_to(row, to / columns_, South, North);
  }

  OnChipTopology topology_;
  int nodes_, columns_ = 1, places_ = 1;
};

}  // namespace

StripNetwork::StripNetwork(const OnChipNetwork& network, int arrays) : arrays_(arrays) {
  ORRERY_CHECK(arrays > 0 && network.entrances > 0, "{} arrays behind {} entrances", arrays,
               network.entrances);
  loads_.resize(static_cast<std::size_t>(Routes(network.topology, arrays).links()));
  const int entrances = std::min(network.entrances, arrays);
  for (int e = 0; e < entrances; ++e)
    add_routes(network, static_cast<int>(std::int64_t{e} * arrays / entrances), 1.0 / entrances);
  // Links that carry nothing, and those that carry no more than another, never decide.
  std::sort(loads_.begin(), loads_.end(), [](const Load& a, const Load& b) {
    return a.shared != b.shared ? a.shared > b.shared : a.own > b.own;
  });
  std::vector<Load> deciding;
  for (const Load& l : loads_) {
    if (deciding.empty() ? l.shared > 0 || l.own > 0 : l.own > deciding.back().own)
      deciding.push_back(l);
  }
  loads_ = std::move(deciding);
}

// Memory's addresses are spread over the entrances, so each sends its share of every strip.
void StripNetwork::add_routes(const OnChipNetwork& network, int entrance, double share) {
  const Routes routes(network.topology, arrays_);
  std::vector<bool> in_tree(loads_.size(), false);
  std::vector<int> links;
  for (int to = 0; to < arrays_; ++to) {
    routes.walk(entrance, to, links);
    hops_ = std::max(hops_, static_cast<int>(links.size()));
    for (const int link : links) {
      const auto l = static_cast<std::size_t>(link);
      loads_[l].own += share;
      const bool again = in_tree[l] && network.copies == Copies::Multicast;
      if (!again) loads_[l].shared += share;
      in_tree[l] = true;
    }
  }
}

double StripNetwork::busiest_link(double shared, double own) const {
  double most = 0;
  for (const Load& l : loads_) most = std::max(most, l.shared * shared + l.own * own);
  return most;
}

}  // namespace orrery
