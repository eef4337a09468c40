#include "orrery/collective/schedules/special/uneven_all_to_all.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "orrery/base/check.hpp"
#include "orrery/base/rng.hpp"

namespace orrery {
namespace {

// Everybody to everybody at once, or one peer a step; who has nothing to say is silent.
class UnevenAllToAll final : public CollectiveSchedule {
 public:
  UnevenAllToAll(SizeMatrix sizes, Peers peers)
      : sizes_(std::move(sizes)), steps_(peers == Peers::AllAtOnce ? 1 : sizes_.ranks - 1) {}

  [[nodiscard]] std::uint32_t ranks() const override { return sizes_.ranks; }
  [[nodiscard]] std::uint32_t steps(std::uint32_t /*stream*/) const override { return steps_; }
  void sends(std::uint32_t /*stream*/, std::uint32_t rank, std::uint32_t step,
             std::vector<Move>& moves) const override {
    each_distance(step, [&](std::uint32_t d) {
      const std::uint32_t peer = (rank + d) % ranks();
      if (const Bytes size = sizes_.at(rank, peer); size > Bytes{}) moves.push_back({peer, size});
    });
  }
  [[nodiscard]] std::uint32_t receives(std::uint32_t /*stream*/, std::uint32_t rank,
                                       std::uint32_t step) const override {
    std::uint32_t count = 0;
    each_distance(step, [&](std::uint32_t d) {
      count += sizes_.at((rank + ranks() - d) % ranks(), rank) > Bytes{} ? 1 : 0;
    });
    return count;
  }
  // Of all at once, the rank that sends or takes most; of one peer a step, the sum over the steps
  // of the largest message: ranks that wait for each other.
  [[nodiscard]] IdleCost idle_cost() const override {
    if (steps_ == 1) return {1.0, busiest(sizes_), {}};
    IdleCost cost;
    for (std::uint32_t d = 1; d < ranks(); ++d) {
      Bytes largest;
      for (std::uint32_t r = 0; r < ranks(); ++r)
        largest = std::max(largest, sizes_.at(r, (r + d) % ranks()));
      cost.latencies += largest > Bytes{} ? 1.0 : 0.0;
      cost.bytes += largest;
    }
    return cost;
  }

 private:
  template <class F>
  void each_distance(std::uint32_t step, F&& visit) const {
    if (steps_ > 1) return visit(step + 1);
    for (std::uint32_t d = 1; d < ranks(); ++d) visit(d);
  }

  SizeMatrix sizes_;
  std::uint32_t steps_;
};

}  // namespace

Bytes busiest(const SizeMatrix& sizes) {
  Bytes most;
  for (std::uint32_t r = 0; r < sizes.ranks; ++r) {
    Bytes out, in;
    for (std::uint32_t other = 0; other < sizes.ranks; ++other) {
      if (other == r) continue;
      out += sizes.at(r, other);
      in += sizes.at(other, r);
    }
    most = std::max({most, out, in});
  }
  return most;
}

SizeMatrix skewed_sizes(std::uint32_t ranks, Bytes size, double skew, std::uint64_t seed) {
  std::vector<std::uint32_t> popularity(ranks);  // by rank: its place among the most asked for
  std::iota(popularity.begin(), popularity.end(), 0u);
  Rng rng(seed, "skewed all-to-all");
  for (std::uint32_t i = ranks; i-- > 1;) std::swap(popularity[i], popularity[rng.below(i + 1)]);
  std::vector<double> weight(ranks);
  for (std::uint32_t r = 0; r < ranks; ++r) weight[r] = std::pow(popularity[r] + 1.0, -skew);
  const double sum = std::accumulate(weight.begin(), weight.end(), 0.0);
  SizeMatrix out{ranks, {}};
  out.bytes.reserve(std::size_t{ranks} * ranks);
  for (std::uint32_t from = 0; from < ranks; ++from) {
    for (std::uint32_t to = 0; to < ranks; ++to) out.bytes.push_back(size * (weight[to] / sum));
  }
  return out;
}

std::unique_ptr<CollectiveSchedule> uneven_all_to_all(SizeMatrix sizes, Peers peers) {
  ORRERY_CHECK(sizes.ranks > 1 && sizes.bytes.size() == std::size_t{sizes.ranks} * sizes.ranks,
               "{} sizes for {} ranks", sizes.bytes.size(), sizes.ranks);
  return std::make_unique<UnevenAllToAll>(std::move(sizes), peers);
}

}  // namespace orrery
