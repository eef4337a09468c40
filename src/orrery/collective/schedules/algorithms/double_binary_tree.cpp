// Two binary trees over the same ranks, each with half of the vector; who forwards in one is a leaf
// of the other, so that every port carries the same (Sanders, Speck, Traeff 2009). The vector goes
// up and down in chunks:
//   all-reduce   T = (c + up + down) (alpha + 2 S/(cB)) -> 2 S/B for many chunks
#include <algorithm>
#include <bit>

#include "orrery/collective/schedules/builtins.hpp"

namespace orrery {
namespace {

// An in-order binary tree: odd places are leaves, the parent of a place has its lowest set bit
// moved up by one. Place 0 is the root, above the highest power of two.
class Tree {
 public:
  explicit Tree(std::uint32_t size) : height_(size, 0), depth_(size, 0) {
    for (std::uint32_t place = 1; place < size; ++place) {
      std::uint32_t above = place, far = 0;
      while (above != 0) {
        above = parent(above);
        ++far;
        height_[above] = std::max(height_[above], far);
      }
      depth_[place] = far;
      deepest_ = std::max(deepest_, far);
    }
  }

  [[nodiscard]] std::uint32_t parent(std::uint32_t place) const {
    const auto size = static_cast<std::uint32_t>(depth_.size());
    const std::uint32_t bit = place & (~place + 1);
    const std::uint32_t up = (place ^ bit) | (bit << 1);
    return up < size ? up : place ^ bit;
  }
  // At most two.
  template <class F>
  void each_child(std::uint32_t place, F&& visit) const {
    const auto size = static_cast<std::uint32_t>(depth_.size());
    const std::uint32_t bit = place == 0 ? std::bit_ceil(size) : place & (~place + 1);
    if (place != 0 && bit > 1) visit(place - bit / 2);
    for (std::uint32_t half = bit / 2; half > 0; half /= 2) {
      if (place + half >= size) continue;
      visit(place + half);
      break;
    }
  }
  [[nodiscard]] std::uint32_t height(std::uint32_t place) const { return height_[place]; }
  [[nodiscard]] std::uint32_t depth(std::uint32_t place) const { return depth_[place]; }
  [[nodiscard]] std::uint32_t deepest() const { return deepest_; }

 private:
  std::vector<std::uint32_t> height_, depth_;
  std::uint32_t deepest_ = 0;
};

// Place p sends chunk k up in step k + height(p), and down in step k + height(root) + depth(p).
class DoubleBinaryTree final : public CollectiveSchedule {
 public:
  explicit DoubleBinaryTree(const ScheduleRequest& request)
      : tree_(request.ranks),
        ranks_(request.ranks),
        chunks_(request.chunks),
        chunk_(request.size / (2.0 * request.chunks)) {}

  [[nodiscard]] std::uint32_t ranks() const override { return ranks_; }
  [[nodiscard]] std::uint32_t steps(std::uint32_t /*stream*/) const override {
    return ranks_ < 2 ? 0 : chunks_ - 1 + 2 * tree_.deepest();
  }
  void sends(std::uint32_t /*stream*/, std::uint32_t rank, std::uint32_t step,
             std::vector<Move>& moves) const override {
    for (const bool second : {false, true}) {
      const std::uint32_t place = mirrored(rank, second);
      if (place != 0 && has_chunk(step, tree_.height(place)))
        moves.push_back({mirrored_back(tree_.parent(place), second), chunk_});
      if (!has_chunk(step, tree_.height(0) + tree_.depth(place))) continue;
      tree_.each_child(place, [&](std::uint32_t child) {
        moves.push_back({mirrored_back(child, second), chunk_});
      });
    }
  }
  [[nodiscard]] std::uint32_t receives(std::uint32_t /*stream*/, std::uint32_t rank,
                                       std::uint32_t step) const override {
    std::uint32_t count = 0;
    for (const bool second : {false, true}) {
      const std::uint32_t place = mirrored(rank, second);
      tree_.each_child(place, [&](std::uint32_t child) {
        count += has_chunk(step, tree_.height(child)) ? 1 : 0;
      });
      if (place != 0 && has_chunk(step, tree_.height(0) + tree_.depth(place) - 1)) ++count;
    }
    return count;
  }
  [[nodiscard]] Bytes added(std::uint32_t /*stream*/, std::uint32_t rank,
                            std::uint32_t step) const override {
    Bytes sum;
    for (const bool second : {false, true}) {
      tree_.each_child(mirrored(rank, second), [&](std::uint32_t child) {
        if (has_chunk(step, tree_.height(child))) sum += chunk_;
      });
    }
    return sum;
  }
  // Inner ranks send one chunk up and two down, and one up as a leaf: four of S/(2c) on a port.
  [[nodiscard]] IdleCost idle_cost() const override {
    const double n = steps(0);
    return {n, n * 4.0 * chunk_, n * 2.0 * chunk_};
  }

 private:
  [[nodiscard]] bool has_chunk(std::uint32_t step, std::uint32_t first) const {
    return step >= first && step < first + chunks_;
  }
  // The second tree: places backwards where that makes leaves of inner ranks, else one further.
  [[nodiscard]] std::uint32_t mirrored(std::uint32_t rank, bool second) const {
    if (!second) return rank;
    return ranks_ % 2 == 0 ? ranks_ - 1 - rank : (rank + ranks_ - 1) % ranks_;
  }
  [[nodiscard]] std::uint32_t mirrored_back(std::uint32_t place, bool second) const {
    if (!second) return place;
    return ranks_ % 2 == 0 ? ranks_ - 1 - place : (place + 1) % ranks_;
  }

  Tree tree_;
  std::uint32_t ranks_, chunks_;
  Bytes chunk_;
};

}  // namespace

MadeSchedule make_double_binary_tree(const ScheduleRequest& request) {
  return std::make_unique<DoubleBinaryTree>(request);
}

}  // namespace orrery
