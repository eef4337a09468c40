// A ring along each dimension of a torus in turn, on two streams a dimension that start in
// different dimensions and directions, so that on equal sides all links work all the time.
//   reduce-scatter, all-gather   T = sum (k_j - 1) alpha + S (N-1)/(2 d N B)      sides equal
//   all-reduce                   twice that
// Jain and Sabharwal 2010 (rotated streams); Chan et al. 2007, section 7 (buckets).
#include <numeric>

#include "orrery/collective/schedules/builtins.hpp"

namespace orrery {
namespace {

class Bucket final : public CollectiveSchedule {
 public:
  explicit Bucket(const ScheduleRequest& request)
      : ranks_(request.ranks), kind_(request.kind), size_(request.size) {
    std::uint32_t stride = 1;
    for (const int k : request.shape) {
      if (k > 1) sides_.push_back({static_cast<std::uint32_t>(k), stride});
      stride *= static_cast<std::uint32_t>(k);
    }
    for (const Side& side : sides_) pass_ += side.length - 1;
  }

  [[nodiscard]] std::uint32_t ranks() const override { return ranks_; }
  [[nodiscard]] std::uint32_t streams() const override {
    return 2 * static_cast<std::uint32_t>(sides_.size());
  }
  [[nodiscard]] std::uint32_t steps(std::uint32_t /*stream*/) const override {
    return kind_ == CollectiveKind::AllReduce ? 2 * pass_ : pass_;
  }
  void sends(std::uint32_t stream, std::uint32_t rank, std::uint32_t step,
             std::vector<Move>& moves) const override {
    const auto [side, piece] = at(stream, step);
    const std::uint32_t x = rank / side.stride % side.length;
    const std::uint32_t next = (stream % 2 == 0 ? x + 1 : x + side.length - 1) % side.length;
    moves.push_back({rank - x * side.stride + next * side.stride, piece});
  }
  [[nodiscard]] std::uint32_t receives(std::uint32_t, std::uint32_t, std::uint32_t) const override {
    return 1;
  }
  [[nodiscard]] Bytes added(std::uint32_t stream, std::uint32_t /*rank*/,
                            std::uint32_t step) const override {
    return kind_ != CollectiveKind::AllGather && step < pass_ ? at(stream, step).piece : Bytes{};
  }
  // The stream that is busiest; on equal sides they are alike.
  [[nodiscard]] IdleCost idle_cost() const override {
    IdleCost cost;
    cost.latencies = steps(0);
    for (std::uint32_t s = 0; s < steps(0); ++s) cost.bytes += at(0, s).piece;
    if (kind_ != CollectiveKind::AllGather)
      for (std::uint32_t s = 0; s < pass_; ++s)
        cost.reduced += static_cast<double>(streams()) * at(0, s).piece;
    return cost;
  }

 private:
  struct Side {
    std::uint32_t length, stride;
  };
  struct At {
    Side side;
    Bytes piece;
  };

  // Scattering goes through the dimensions in turn, from the stream's own on; gathering back.
  [[nodiscard]] At at(std::uint32_t stream, std::uint32_t step) const {
    const bool gathers = kind_ == CollectiveKind::AllGather || step >= pass_;
    std::uint32_t left = step % pass_;
    if (gathers) left = pass_ - 1 - left;
    Bytes part = size_ / static_cast<double>(streams());
    for (std::uint32_t p = 0;; ++p) {
      const Side& side = sides_[(stream / 2 + p) % sides_.size()];
      part = part / static_cast<double>(side.length);
      if (left < side.length - 1) return {side, part};
      left -= side.length - 1;
    }
  }

  std::uint32_t ranks_;
  CollectiveKind kind_;
  Bytes size_;
  std::vector<Side> sides_;
  std::uint32_t pass_ = 0;  // steps that scatter, or gather
};

}  // namespace

MadeSchedule make_bucket(const ScheduleRequest& request) {
  std::int64_t product = 1;
  for (const int k : request.shape) product *= k;
  if (request.shape.empty() || product != request.ranks)
    return tl::unexpected(std::string("a torus, with ranks that fill its shape"));
  return std::make_unique<Bucket>(request);
}

}  // namespace orrery
