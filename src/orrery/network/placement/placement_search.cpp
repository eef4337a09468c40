#include "orrery/network/placement/placement_search.hpp"

#include <algorithm>
#include <cmath>

#include "orrery/base/check.hpp"
#include "orrery/base/rng.hpp"

namespace orrery {
namespace {

// Loads of links while ranks move.
class Loads {
 public:
  Loads(const Wires& wires, const Routing& routing, const std::vector<RankPair>& pairs,
        const RankMap& map)
      : routing_(routing), pairs_(pairs), at_(map), busy_(wires.links.size(), 0.0) {
    per_byte_.reserve(wires.links.size());
    for (const Link& l : wires.links)
      per_byte_.push_back(1.0 / wires.kinds[l.kind].bandwidth.value());
    // Endpoints without a rank get one that says nothing, so that a move is a swap too.
    std::vector<std::uint8_t> taken(wires.endpoints, 0);
    for (const std::uint32_t e : map) taken.at(e) = 1;
    for (std::uint32_t e = 0; e < wires.endpoints; ++e) {
      if (taken[e] == 0) at_.push_back(e);
    }
    first_.assign(at_.size() + 1, 0);
    for (const RankPair& p : pairs) {
      ++first_[p.from + 1];
      if (p.to != p.from) ++first_[p.to + 1];
    }
    for (std::size_t r = 1; r < first_.size(); ++r) first_[r] += first_[r - 1];
    own_.resize(first_.back());
    std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
    for (std::uint32_t i = 0; i < pairs.size(); ++i) {
      own_[next[pairs[i].from]++] = i;
      if (pairs[i].to != pairs[i].from) own_[next[pairs[i].to]++] = i;
    }
    for (const RankPair& p : pairs) put(p, 1.0);
  }

  // Those without a rank included.
  [[nodiscard]] std::uint32_t places() const { return static_cast<std::uint32_t>(at_.size()); }
  [[nodiscard]] std::uint32_t endpoint(std::uint32_t rank) const { return at_[rank]; }
  [[nodiscard]] Congestion congestion() const {
    double most = 0.0, sum = 0.0;
    for (const double b : busy_) {
      most = std::max(most, b);
      sum += b;
    }
    return {Seconds{most}, Seconds{sum}};
  }
  void swap(std::uint32_t a, std::uint32_t b) {
    each_pair_of(a, b, [&](const RankPair& p) { put(p, -1.0); });
    std::swap(at_[a], at_[b]);
    each_pair_of(a, b, [&](const RankPair& p) { put(p, 1.0); });
  }

 private:
  template <class F>
  void each_pair_of(std::uint32_t a, std::uint32_t b, F&& visit) const {
    for (std::uint32_t i = first_[a]; i < first_[a + 1]; ++i) visit(pairs_[own_[i]]);
    for (std::uint32_t i = first_[b]; i < first_[b + 1]; ++i) {
      const RankPair& p = pairs_[own_[i]];
      if (p.from != a && p.to != a) visit(p);
    }
  }
  void put(const RankPair& p, double sign) {
    shares_.clear();
    const std::uint64_t choice = std::uint64_t{p.from} << 32 | p.to;
    routing_.spread(at_[p.from], at_[p.to], mixed(choice), shares_);
    for (const LinkShare& s : shares_)
      busy_[index(s.link)] += sign * p.size.value() * s.share * per_byte_[index(s.link)];
  }

  const Routing& routing_;
  const std::vector<RankPair>& pairs_;
  std::vector<std::uint32_t> at_;           // by rank
  std::vector<double> busy_;                // by link, seconds
  std::vector<double> per_byte_;            // by link
  std::vector<std::uint32_t> first_, own_;  // by rank: its pairs
  std::vector<LinkShare> shares_;
};

// Swaps and undone swaps leave rounding behind.
constexpr double kSlack = 1e-9;

bool is_better(const Congestion& a, const Congestion& b) {
  if (a.busiest < b.busiest * (1 - kSlack)) return true;
  return a.busiest < b.busiest * (1 + kSlack) && a.sum < b.sum * (1 - kSlack);
}

// Routes that a search may ask for; a swap asks for those of two ranks, before and after.
constexpr double kMostRoutes = 2e8;
// Temperatures, as shares of the energy at the start: a swap that costs so much is still tried
// about once in three times.
constexpr double kHottest = 0.05;
constexpr double kColdest = 1e-4;

}  // namespace

Congestion congestion(const Wires& wires, const Routing& routing,
                      const std::vector<RankPair>& pairs, const RankMap& map) {
  return Loads(wires, routing, pairs, map).congestion();
}

SearchedMap search_placement(const Wires& wires, const Routing& routing,
                             const std::vector<RankPair>& pairs, const RankMap& from,
                             std::uint64_t swaps, std::uint64_t seed) {
  Loads loads(wires, routing, pairs, from);
  SearchedMap out{.map = from, .before = loads.congestion()};
  out.after = out.before;
  const std::uint32_t places = loads.places();
  const double routes = 8.0 * static_cast<double>(pairs.size()) / std::max(places, 1u) + 1.0;
  out.swaps = std::min(swaps, static_cast<std::uint64_t>(kMostRoutes / routes));
  if (places < 2 || pairs.empty()) return out;
  // The busiest link alone says nothing where many are as busy: the mean of all leads on.
  const double links = static_cast<double>(wires.links.size());
  const auto energy = [&](const Congestion& c) {
    return c.busiest.value() + c.sum.value() / links;
  };
  Rng rng(seed, "placement search");
  double now = energy(out.before);
  double temperature = kHottest * now;
  const double cooling = std::pow(kColdest / kHottest,
                                  1.0 / static_cast<double>(std::max<std::uint64_t>(out.swaps, 1)));
  for (std::uint64_t i = 0; i < out.swaps; ++i, temperature *= cooling) {
    const auto a = static_cast<std::uint32_t>(rng.below(from.size()));
    auto b = static_cast<std::uint32_t>(rng.below(places - 1));
    if (b >= a) ++b;
    loads.swap(a, b);
    const Congestion seen = loads.congestion();
    const double next = energy(seen);
    if (next > now && rng.uniform() >= std::exp((now - next) / temperature)) {
      loads.swap(a, b);
      continue;
    }
    now = next;
    if (!is_better(seen, out.after)) continue;
    out.after = seen;
    for (std::uint32_t r = 0; r < out.map.size(); ++r) out.map[r] = loads.endpoint(r);
  }
  out.after = congestion(wires, routing, pairs, out.map);
  return out;
}

}  // namespace orrery
