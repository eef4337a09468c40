#include "orrery/network/graph/search/counted_facts.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "orrery/base/rng.hpp"

namespace orrery {
namespace {

// Links that searches may look at, about a second's worth of a core that fetches most of them from
// memory; and the sources below which a standard error says little.
constexpr std::size_t kAffordableLinks = 50'000'000;
constexpr std::size_t kFewestSources = 32;

// Sums of distances from one endpoint after another; scratch space is kept between them.
class HopCount {
 public:
  explicit HopCount(const RouterGraph& graph) : graph_(graph), seen_(graph.routers(), 0) {}

  // Mean distance to the other endpoints; the largest is in farthest().
  double mean_from(std::uint32_t source) {
    const int up = graph_.drop(source);
    const std::uint32_t root = graph_.router(source);
    ++round_;
    open_.assign(1, root);
    seen_[root] = round_;
    double sum = 0.0;
    double others = 0.0;
    farthest_ = 0;
    std::size_t at = 0;
    for (int far = 0; at < open_.size(); ++far) {
      const std::size_t level_end = open_.size();
      for (; at < level_end; ++at) {
        const std::uint32_t r = open_[at];
        const double hanging = graph_.hanging(r) - (r == root && up == 1 ? 1.0 : 0.0);
        const double itself = graph_.is_endpoint(r) && (r != root || up == 1) ? 1.0 : 0.0;
        sum += hanging * (far + up + 1) + itself * (far + up);
        others += hanging + itself;
        if (hanging > 0.0) farthest_ = std::max(farthest_, far + up + 1);
        if (itself > 0.0) farthest_ = std::max(farthest_, far + up);
        for (const std::uint32_t to : graph_.neighbours(r)) {
          if (seen_[to] == round_) continue;
          seen_[to] = round_;
          open_.push_back(to);
        }
      }
      eccentricity_ = far;
    }
    return others > 0.0 ? sum / others : 0.0;
  }
  [[nodiscard]] int farthest() const { return farthest_; }
  // Routers on the way to the farthest router, less one.
  [[nodiscard]] int eccentricity() const { return eccentricity_; }

 private:
  const RouterGraph& graph_;
  std::vector<std::uint32_t> seen_;  // the last round that met a router
  std::vector<std::uint32_t> open_;
  std::uint32_t round_ = 0;
  int farthest_ = 0;
  int eccentricity_ = 0;
};

}  // namespace

NetworkFacts counts_of(const Wires& wires) {
  NetworkFacts out{.endpoints = wires.endpoints,
                   .switches = std::int64_t{wires.vertices} - wires.endpoints};
  std::vector<bool> is_wired(wires.failed.empty() ? 0 : wires.vertices, false);
  for (std::size_t i = 0; i < wires.links.size(); i += 2) {
    const Link& l = wires.links[i];
    if (wires.is_failed(static_cast<LinkId>(i))) continue;
    ++out.cables;
    if (wires.kinds[l.kind].optical) ++out.optical_cables;
    if (!is_wired.empty()) is_wired[l.from] = is_wired[l.to] = true;
  }
  for (std::uint32_t v = wires.endpoints; v < is_wired.size(); ++v) {
    if (!is_wired[v]) --out.switches;
  }
  return out;
}

void count_hops(const RouterGraph& graph, const std::vector<std::uint32_t>& sources,
                NetworkFacts& facts) {
  HopCount count(graph);
  double sum = 0.0;
  for (const std::uint32_t s : sources) {
    sum += count.mean_from(s);
    facts.diameter = std::max(facts.diameter, count.farthest());
  }
  facts.average_hops = sources.empty() ? 0.0 : sum / static_cast<double>(sources.size());
}

void sample_hops(const RouterGraph& graph, std::uint32_t most, std::uint64_t seed,
                 NetworkFacts& facts) {
  std::vector<std::uint32_t> sources(graph.endpoints());
  std::iota(sources.begin(), sources.end(), 0U);
  if (graph.endpoints() <= most) {
    count_hops(graph, sources, facts);
    return;
  }
  Rng rng(seed, "sampled endpoints");
  HopCount count(graph);
  double sum = 0.0;
  double squares = 0.0;
  for (std::uint32_t i = 0; i < most; ++i) {  // without repetition: a partial shuffle
    std::swap(sources[i], sources[i + rng.below(sources.size() - i)]);
    const double mean = count.mean_from(sources[i]);
    sum += mean;
    squares += mean * mean;
    facts.diameter = std::max(facts.diameter, count.farthest());
    // Any two routers meet at this one; their endpoints may hang a link further down.
    const int bound = 2 * count.eccentricity() + 2;
    facts.diameter_bound = i == 0 ? bound : std::min(facts.diameter_bound, bound);
  }
  const double n = most;
  facts.average_hops = sum / n;
  // Of a mean of n drawn from N without repetition: s / sqrt(n) * sqrt(1 - n / N).
  const double variance = std::max(0.0, (squares - sum * sum / n) / (n - 1.0));
  facts.average_hops_error = std::sqrt(variance / n * (1.0 - n / graph.endpoints()));
  facts.sampled_endpoints = most;
}

std::uint32_t affordable_sources(const RouterGraph& graph) {
  const std::size_t each = std::max<std::size_t>(1, graph.links() + graph.routers());
  return static_cast<std::uint32_t>(std::max(kFewestSources, kAffordableLinks / each));
}

}  // namespace orrery
