#include "orrery/network/fabric/rates/incidence.hpp"

#include <stdexcept>

namespace orrery {

FlowIndex Incidence::add(std::span<const LinkUse> uses) {
  if (uses.empty()) throw std::logic_error("Incidence: a flow over no link");
  FlowIndex f = 0;
  if (free_index_.empty()) {
    f = static_cast<FlowIndex>(entry_.size());
    entry_.push_back(0);
    entries_.push_back(0);
    active_at_.push_back(0);
  } else {
    f = free_index_.back();
    free_index_.pop_back();
  }
  const std::size_t length = uses.size();
  if (free_blocks_.size() <= length) free_blocks_.resize(length + 1);
  std::uint32_t begin = 0;
  if (free_blocks_[length].empty()) {
    begin = static_cast<std::uint32_t>(entry_link_.size());
    entry_link_.resize(begin + length);
    entry_share_.resize(begin + length);
    entry_place_.resize(begin + length);
  } else {
    begin = free_blocks_[length].back();
    free_blocks_[length].pop_back();
  }
  for (std::size_t i = 0; i < length; ++i) {
    const std::uint32_t l = uses[i].link;
    const auto e = static_cast<std::uint32_t>(begin + i);
    entry_link_[e] = l;
    entry_share_[e] = uses[i].share;
    entry_place_[e] = static_cast<std::uint32_t>(users_[l].size());
    users_[l].push_back(f);
    user_entries_[l].push_back(e);
    weight_[l] += uses[i].share;
    has_whole_shares_ = has_whole_shares_ && uses[i].share == 1.0;
  }
  entry_[f] = begin;
  entries_[f] = static_cast<std::uint32_t>(length);
  active_at_[f] = static_cast<std::uint32_t>(active_.size());
  active_.push_back(f);
  return f;
}

void Incidence::remove(FlowIndex f) {
  for (std::uint32_t e = entry_[f]; e < entry_[f] + entries_[f]; ++e) {
    const std::uint32_t l = entry_link_[e];
    std::vector<FlowIndex>& users = users_[l];
    std::vector<std::uint32_t>& entries = user_entries_[l];
    const std::uint32_t place = entry_place_[e];
    users[place] = users.back();
    entries[place] = entries.back();
    entry_place_[entries[place]] = place;
    users.pop_back();
    entries.pop_back();
    weight_[l] = users.empty() ? 0.0 : weight_[l] - entry_share_[e];
  }
  free_blocks_[entries_[f]].push_back(entry_[f]);
  active_[active_at_[f]] = active_.back();
  active_at_[active_.back()] = active_at_[f];
  active_.pop_back();
  free_index_.push_back(f);
}

void Incidence::sum_weight(std::uint32_t link) {
  double sum = 0.0;
  for (const std::uint32_t e : user_entries_[link]) sum += entry_share_[e];
  weight_[link] = sum;
}

}  // namespace orrery
