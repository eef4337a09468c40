// Reduction in the switches (SHARP, NVLS): every vector goes up a tree of switches that add, the
// sum comes down by multicast. Each link of the tree carries the vector once each way, all at the
// same time, a piece behind the other:
//   all-reduce   T = S/B + latencies up and down      Graham et al. 2016 (SHARP), section III
#pragma once
#include <memory>
#include <tl/expected.hpp>
#include <vector>

#include "orrery/collective/closed_form.hpp"
#include "orrery/network/fabric.hpp"
#include "orrery/network/topology.hpp"

namespace orrery {

// The tree over a topology's switches to some of its endpoints.
struct ReductionTree {
  struct Branch {
    LinkId up{}, down{};
    Seconds up_start, down_start;  // after the collective's start: what is behind must come first
  };
  std::uint32_t root = 0;  // a vertex
  std::vector<Branch> branches;
  Seconds latency;  // of the longest way up and down again
};

// Rooted at the switch that is nearest to all of them; or what would do.
tl::expected<ReductionTree, std::string> reduction_tree(
    const Topology& topology, const std::vector<std::uint32_t>& endpoints);

// A message of InNetwork crosses one link; every other goes as `inner` says.
class TreeRouting final : public Routing {
 public:
  explicit TreeRouting(const Routing& inner) : inner_(inner) {}

  static std::uint64_t choice_of(LinkId link) { return kOneLink | index(link); }

  void route(std::uint32_t from, std::uint32_t to, std::uint64_t choice,
             std::vector<Hop>& way) const override;
  void spread(std::uint32_t from, std::uint32_t to, std::uint64_t choice,
              std::vector<LinkShare>& shares) const override;
  [[nodiscard]] int channels() const override { return inner_.channels(); }

 private:
  static constexpr std::uint64_t kOneLink = std::uint64_t{1} << 63;
  const Routing& inner_;
};

// Kinds: all-reduce, reduce (up only), broadcast (down only). On a TreeRouting.
class InNetwork final : public Traffic {
 public:
  InNetwork(const ReductionTree& tree, CollectiveKind kind, Bytes size)
      : tree_(tree), kind_(kind), size_(size) {}

  void begin(Injector& network) override;
  void delivered(std::uint64_t /*tag*/, Injector& /*network*/) override {}

 private:
  const ReductionTree& tree_;
  CollectiveKind kind_;
  Bytes size_;
};

}  // namespace orrery
