// Rings inside nodes and rings between them. Ranks of a node follow each other: g of them, m nodes.
//   all-reduce       scatter inside, all-reduce between, gather inside (BlueConnect, Cho et al.
//   2019)
//     T = 2 (g-1) (alpha_1 + S/(g B_1)) + 2 (m-1) (alpha_2 + S/(g m B_2))
//   reduce-scatter   scatter inside, then between; all-gather: the same backwards
// Chunks are streams: one is inside nodes while another is between them.
#include "orrery/collective/schedules/builtins.hpp"

namespace orrery {
namespace {

class Hierarchical final : public CollectiveSchedule {
 public:
  explicit Hierarchical(const ScheduleRequest& request)
      : ranks_(request.ranks),
        inside_(request.group),
        nodes_(request.ranks / request.group),
        chunks_(request.chunks),
        kind_(request.kind),
        chunk_(request.size / static_cast<double>(request.chunks)) {}

  [[nodiscard]] std::uint32_t ranks() const override { return ranks_; }
  [[nodiscard]] std::uint32_t streams() const override { return chunks_; }
  [[nodiscard]] std::uint32_t steps(std::uint32_t /*stream*/) const override {
    const std::uint32_t one_way = inside_ - 1 + nodes_ - 1;
    return kind_ == CollectiveKind::AllReduce ? 2 * one_way : one_way;
  }
  void sends(std::uint32_t /*stream*/, std::uint32_t rank, std::uint32_t step,
             std::vector<Move>& moves) const override {
    const std::uint32_t local = rank % inside_, node = rank / inside_;
    if (is_inside(step)) {
      moves.push_back({node * inside_ + (local + 1) % inside_, piece(true)});
    } else {
      moves.push_back({(node + 1) % nodes_ * inside_ + local, piece(false)});
    }
  }
  [[nodiscard]] std::uint32_t receives(std::uint32_t, std::uint32_t, std::uint32_t) const override {
    return 1;
  }
  [[nodiscard]] Bytes added(std::uint32_t, std::uint32_t, std::uint32_t step) const override {
    const bool adds = kind_ != CollectiveKind::AllGather && step < inside_ - 1 + nodes_ - 1;
    return adds ? piece(is_inside(step)) : Bytes{};
  }
  // Both kinds of link alike, one chunk after the other.
  [[nodiscard]] IdleCost idle_cost() const override {
    IdleCost cost;
    cost.latencies = steps(0);
    for (std::uint32_t s = 0; s < steps(0); ++s) cost.bytes += piece(is_inside(s));
    cost.latencies *= chunks_;
    cost.bytes *= static_cast<double>(chunks_);
    if (kind_ != CollectiveKind::AllGather)
      cost.reduced = static_cast<double>(chunks_) * chunk_ * (1.0 - 1.0 / ranks_);
    return cost;
  }

 private:
  [[nodiscard]] bool is_inside(std::uint32_t step) const {
    const std::uint32_t in = inside_ - 1, between = nodes_ - 1;
    if (kind_ == CollectiveKind::AllGather) return step >= between;
    return step < in || step >= in + 2 * between;
  }
  [[nodiscard]] Bytes piece(bool inside) const {
    const double g = inside_;
    return inside ? chunk_ / g : chunk_ / (g * nodes_);
  }

  std::uint32_t ranks_, inside_, nodes_, chunks_;
  CollectiveKind kind_;
  Bytes chunk_;
};

// All-to-all whose traffic between nodes stays on rails: what goes to rank j of any node is first
// handed to the node's own rank j, which sends one message to each node (PXN; NCCL 2.12).
//   T = alpha_1 + S (g-1)/(g B_1) + alpha_2 + S (m-1)/(m B_2)
class RailAligned final : public CollectiveSchedule {
 public:
  explicit RailAligned(const ScheduleRequest& request)
      : ranks_(request.ranks),
        inside_(request.group),
        nodes_(request.ranks / request.group),
        block_(request.size / static_cast<double>(request.ranks)) {}

  [[nodiscard]] std::uint32_t ranks() const override { return ranks_; }
  [[nodiscard]] std::uint32_t steps(std::uint32_t /*stream*/) const override { return 2; }
  void sends(std::uint32_t /*stream*/, std::uint32_t rank, std::uint32_t step,
             std::vector<Move>& moves) const override {
    const std::uint32_t local = rank % inside_, node = rank / inside_;
    if (step == 0) {
      for (std::uint32_t d = 1; d < inside_; ++d)
        moves.push_back({node * inside_ + (local + d) % inside_, nodes_ * block_});
    } else {
      for (std::uint32_t d = 1; d < nodes_; ++d)
        moves.push_back({(node + d) % nodes_ * inside_ + local, inside_ * block_});
    }
  }
  [[nodiscard]] std::uint32_t receives(std::uint32_t /*stream*/, std::uint32_t /*rank*/,
                                       std::uint32_t step) const override {
    return step == 0 ? inside_ - 1 : nodes_ - 1;
  }
  [[nodiscard]] IdleCost idle_cost() const override {
    const double g = inside_, m = nodes_;
    return {2.0, ((g - 1) * m + (m - 1) * g) * block_, {}};
  }

 private:
  std::uint32_t ranks_, inside_, nodes_;
  Bytes block_;
};

// "" where whole nodes hold the ranks.
std::string nodes_needed(const ScheduleRequest& request) {
  if (request.group >= 1 && request.ranks % request.group == 0) return "";
  return "whole nodes: a group that divides the ranks";
}

}  // namespace

MadeSchedule make_hierarchical(const ScheduleRequest& request) {
  if (std::string need = nodes_needed(request); !need.empty()) return tl::unexpected(need);
  return std::make_unique<Hierarchical>(request);
}

MadeSchedule make_rail_aligned(const ScheduleRequest& request) {
  if (std::string need = nodes_needed(request); !need.empty()) return tl::unexpected(need);
  return std::make_unique<RailAligned>(request);
}

}  // namespace orrery
