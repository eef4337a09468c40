// Incidence: which flow uses which link, in both directions, while flows come and go. Indices of
// removed flows and their memory are used again.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "orrery/network/fabric/rates/water_fill.hpp"

namespace orrery {

using FlowIndex = std::uint32_t;

class Incidence {
 public:
  explicit Incidence(std::size_t links)
      : users_(links), user_entries_(links), weight_(links, 0.0) {}

  // At least one link, each at most once.
  FlowIndex add(std::span<const LinkUse> uses);
  void remove(FlowIndex f);
  // Sums the shares of a link's users afresh: each change of a sum rounds.
  void sum_weight(std::uint32_t link);

  [[nodiscard]] std::size_t link_count() const { return users_.size(); }
  [[nodiscard]] std::span<const FlowIndex> users(std::uint32_t link) const { return users_[link]; }
  [[nodiscard]] double weight(std::uint32_t link) const { return weight_[link]; }  // their shares
  // Of the i-th of them.
  [[nodiscard]] double user_share(std::uint32_t link, std::size_t i) const {
    return entry_share_[user_entries_[link][i]];
  }
  [[nodiscard]] std::span<const std::uint32_t> links(FlowIndex f) const {
    return {entry_link_.data() + entry_[f], entries_[f]};
  }
  [[nodiscard]] std::span<const double> shares(FlowIndex f) const {
    return {entry_share_.data() + entry_[f], entries_[f]};
  }
  // All flows that are there, in no order; their indices are below `index_end`.
  [[nodiscard]] std::span<const FlowIndex> active() const { return active_; }
  [[nodiscard]] std::size_t index_end() const { return entry_.size(); }
  [[nodiscard]] bool has_whole_shares() const { return has_whole_shares_; }  // all of them, ever

 private:
  std::vector<std::vector<FlowIndex>> users_;             // by link
  std::vector<std::vector<std::uint32_t>> user_entries_;  // by link: theirs for it
  std::vector<double> weight_;
  std::vector<std::uint32_t> entry_;      // by flow: its first
  std::vector<std::uint32_t> entries_;    // how many
  std::vector<std::uint32_t> active_at_;  // place in active_
  std::vector<FlowIndex> active_;
  std::vector<FlowIndex> free_index_;
  // Entries of flows, in blocks of equal length that are used again.
  std::vector<std::uint32_t> entry_link_;
  std::vector<double> entry_share_;
  std::vector<std::uint32_t> entry_place_;  // among the link's users
  std::vector<std::vector<std::uint32_t>> free_blocks_;
  bool has_whole_shares_ = true;
};

}  // namespace orrery
