#include "orrery/network/topologies/degraded.hpp"

#include <algorithm>

#include "orrery/network/graph/search/counted_facts.hpp"
#include "orrery/network/graph/search/halving.hpp"
#include "orrery/network/topologies/wired.hpp"

namespace orrery {
namespace {

constexpr std::uint64_t kSampleSeed = 1;

class Degraded : public SearchedTopology {
 public:
  // Ways round a failure may go down and up again, also in a tree: each hop has its own channel.
  Degraded(std::unique_ptr<Topology> whole, Wires left)
      : SearchedTopology(std::move(left), ChannelRule::PerHop),
        whole_(std::move(whole)),
        facts_(counts_of(wires_)) {
    sample_hops(routers(), affordable_sources(routers()), kSampleSeed, facts_);
    facts_.bisection = std::min(whole_->facts().bisection,
                                bisection_bound(wires_, affordable_halvings(wires_), kSampleSeed));
    facts_.bisection_is_bound = true;
  }

  [[nodiscard]] NetworkFacts facts() const override { return facts_; }
  [[nodiscard]] std::string vertex_name(std::uint32_t v) const override {
    return whole_->vertex_name(v);
  }
  [[nodiscard]] bool endpoints_forward() const override { return whole_->endpoints_forward(); }

  [[nodiscard]] std::vector<std::string_view> routings() const override {
    std::vector<std::string_view> out = general_routings();
    const auto fixed = own_routings();
    out.insert(out.end(), fixed.begin(), fixed.end());
    return out;
  }
  [[nodiscard]] std::vector<std::string_view> fixed_routings() const override {
    return own_routings();
  }

 protected:
  [[nodiscard]] std::vector<std::string_view> own_routings() const override {
    std::vector<std::string_view> out;
    for (const std::string_view name : whole_->routings()) {
      if (!is_general(name)) out.push_back(name);
    }
    return out;
  }
  [[nodiscard]] std::unique_ptr<Routing> own_routing(std::string_view name,
                                                     std::uint64_t seed) const override {
    return whole_->routing(name, seed);
  }

 private:
  std::unique_ptr<Topology> whole_;
  NetworkFacts facts_;
};

}  // namespace

std::unique_ptr<Topology> make_degraded(std::unique_ptr<Topology> whole, Wires left) {
  return std::make_unique<Degraded>(std::move(whole), std::move(left));
}

}  // namespace orrery
