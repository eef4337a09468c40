#include "orrery/network/fabric/rates/max_min_rates.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

namespace orrery {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
// Rates that differ by less are equal: far above rounding, far below what anybody would see.
constexpr double kSlack = 1e-12;
constexpr std::uint32_t kCommitsBetweenSums = 64;
// Local solving that ends up freeing more than this share of all flows was not worth it.
constexpr std::size_t kFewFlows = 64;
constexpr int kFailuresBeforeRestarts = 2;
constexpr int kRestartsBeforeTryingAgain = 64;

enum State : std::uint8_t { kGone, kFrozen, kFreed, kFixed };

// A binary heap, smallest level first; ties by link, so that order never depends on history.
struct Less {
  template <class K>
  bool operator()(const K& a, const K& b) const {
    return a.level != b.level ? a.level < b.level : a.link < b.link;
  }
};

template <class K>
void sift_down(std::vector<K>& heap, std::size_t at) {
  const K key = heap[at];
  const std::size_t n = heap.size();
  for (;;) {
    std::size_t child = 2 * at + 1;
    if (child >= n) break;
    if (child + 1 < n && Less{}(heap[child + 1], heap[child])) ++child;
    if (!Less{}(heap[child], key)) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = key;
}

template <class K>
void pop(std::vector<K>& heap) {
  heap.front() = heap.back();
  heap.pop_back();
  if (!heap.empty()) sift_down(heap, 0);
}

}  // namespace

MaxMinRates::MaxMinRates(std::vector<double> capacity) : capacity_(std::move(capacity)) {
  const std::size_t n = capacity_.size();
  users_.resize(n);
  commits_.assign(n, 0);
  dirty_at_.assign(n, 0);
  stamp_.assign(n, 0);
  unfixed_.assign(n, 0);
  freed_users_.assign(n, 0);
  for (auto* v :
       {&load_, &weight_, &left_, &growing_, &freed_load_, &freed_weight_, &level_, &fastest_}) {
    v->assign(n, 0.0);
  }
}

MaxMinRates::FlowIndex MaxMinRates::add(std::span<const LinkUse> uses) {
  if (uses.empty()) throw std::logic_error("MaxMinRates: a flow over no link");
  FlowIndex f = 0;
  if (free_index_.empty()) {
    f = static_cast<FlowIndex>(rate_.size());
    entry_.push_back(0);
    entries_.push_back(0);
    rate_.push_back(0.0);
    new_rate_.push_back(0.0);
    held_by_.push_back(0);
    active_at_.push_back(0);
    state_.push_back(kGone);
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
    users_[l].push_back({f, e});
    weight_[l] += uses[i].share;
    mark_dirty(l);
  }
  entry_[f] = begin;
  entries_[f] = static_cast<std::uint32_t>(length);
  rate_[f] = 0.0;
  state_[f] = kFrozen;
  active_at_[f] = static_cast<std::uint32_t>(active_.size());
  active_.push_back(f);
  added_.push_back(f);
  return f;
}

void MaxMinRates::remove(FlowIndex f) {
  if (state_[f] != kFrozen) throw std::logic_error("MaxMinRates: a flow removed twice");
  const double rate = rate_[f];
  for (std::uint32_t e = entry_[f]; e < entry_[f] + entries_[f]; ++e) {
    const std::uint32_t l = entry_link_[e];
    std::vector<User>& users = users_[l];
    users[entry_place_[e]] = users.back();
    entry_place_[users[entry_place_[e]].entry] = entry_place_[e];
    users.pop_back();
    load_[l] = users.empty() ? 0.0 : load_[l] - entry_share_[e] * rate;
    weight_[l] = users.empty() ? 0.0 : weight_[l] - entry_share_[e];
    mark_dirty(l);
  }
  free_blocks_[entries_[f]].push_back(entry_[f]);
  state_[f] = kGone;
  active_[active_at_[f]] = active_.back();
  active_at_[active_.back()] = active_at_[f];
  active_.pop_back();
  if (rate == 0.0) std::erase(added_, f);  // never solved
  free_index_.push_back(f);
  slowest_removed_ = std::min(slowest_removed_, rate);
}

void MaxMinRates::mark_dirty(std::uint32_t l) {
  if (dirty_at_[l] == solve_ + 1) return;
  dirty_at_[l] = solve_ + 1;
  dirty_.push_back(l);
}

void MaxMinRates::touch(std::uint32_t l) {
  if (stamp_[l] == solve_) return;
  stamp_[l] = solve_;
  freed_load_[l] = freed_weight_[l] = 0.0;
  freed_users_[l] = 0;
  touched_.push_back(l);
}

void MaxMinRates::free_flow(FlowIndex f) {
  state_[f] = kFreed;
  freed_.push_back(f);
  const double rate = rate_[f];
  for (std::uint32_t e = entry_[f]; e < entry_[f] + entries_[f]; ++e) {
    const std::uint32_t l = entry_link_[e];
    touch(l);
    freed_load_[l] += entry_share_[e] * rate;
    freed_weight_[l] += entry_share_[e];
    ++freed_users_[l];
  }
}

void MaxMinRates::free_held_back_by(std::uint32_t link) {
  for (const User& u : users_[link]) {
    if (state_[u.flow] == kFrozen && held_by_[u.flow] == link) free_flow(u.flow);
  }
}

// Rates of the freed flows on what the frozen ones leave.
void MaxMinRates::fill() {
  heap_.clear();
  for (const std::uint32_t l : touched_) {
    left_[l] = std::max(capacity_[l] - (load_[l] - freed_load_[l]), 0.0);
    growing_[l] = freed_weight_[l];
    unfixed_[l] = freed_users_[l];
    level_[l] = kInfinite;
    fastest_[l] = 0.0;
    if (unfixed_[l] > 0) heap_.push_back({left_[l] / growing_[l], l});
  }
  for (std::size_t i = heap_.size() / 2; i-- > 0;) sift_down(heap_, i);
  std::size_t unfixed = freed_.size();
  while (unfixed > 0) {
    const auto [level, l] = heap_.front();
    if (unfixed_[l] == 0) {
      pop(heap_);
      continue;
    }
    // Levels only rise while flows are fixed, so a key is a lower bound: look again when stale.
    const double now = std::max(left_[l], 0.0) / growing_[l];
    if (now > level) {
      heap_.front().level = now;
      sift_down(heap_, 0);
      continue;
    }
    level_[l] = now;
    for (const User& u : users_[l]) {
      const FlowIndex f = u.flow;
      if (state_[f] != kFreed) continue;
      state_[f] = kFixed;
      new_rate_[f] = now;
      held_by_[f] = l;
      --unfixed;
      const std::uint32_t end = entry_[f] + entries_[f];
      for (std::uint32_t e = entry_[f]; e < end; ++e) {
        const std::uint32_t m = entry_link_[e];
        left_[m] -= entry_share_[e] * now;
        growing_[m] -= entry_share_[e];
        --unfixed_[m];
        fastest_[m] = now;  // levels rise, so the last is the fastest
      }
    }
    pop(heap_);
  }
}

// Frees the flows whose rate cannot stay; false when there are none: the rates are max-min fair.
bool MaxMinRates::free_violators() {
  const std::size_t before = freed_.size();
  const std::size_t links = touched_.size();
  for (std::size_t i = 0; i < links; ++i) {
    const std::uint32_t l = touched_[i];
    if (freed_users_[l] == users_[l].size()) continue;
    const bool saturated = left_[l] <= kSlack * capacity_[l];
    const double level = level_[l];
    const double fastest = fastest_[l];
    for (const User& u : users_[l]) {
      if (state_[u.flow] != kFrozen) continue;
      const double rate = rate_[u.flow];
      const bool holds_others_back = rate > level * (1 + kSlack);
      const bool no_longer_held =
          held_by_[u.flow] == l && (!saturated || fastest > rate * (1 + kSlack));
      if (holds_others_back || no_longer_held) free_flow(u.flow);
    }
  }
  return freed_.size() > before;
}

bool MaxMinRates::solve_locally() {
  for (const FlowIndex f : added_) free_flow(f);
  for (const std::uint32_t l : dirty_) {
    touch(l);
    free_held_back_by(l);
  }
  for (;;) {
    fill();
    if (!free_violators()) return true;
    for (const FlowIndex f : freed_) state_[f] = kFreed;
    if (freed_.size() > kFewFlows && 2 * freed_.size() > active_.size()) return false;
  }
}

double MaxMinRates::lowest_changed_level() const {
  double lowest = slowest_removed_;
  for (const FlowIndex f : added_) {
    for (std::uint32_t e = entry_[f]; e < entry_[f] + entries_[f]; ++e) {
      const std::uint32_t l = entry_link_[e];
      lowest = std::min(lowest, capacity_[l] / weight_[l]);
    }
  }
  return lowest;
}

void MaxMinRates::solve_above(double level) {
  freed_.clear();
  touched_.clear();
  ++solve_;
  for (const std::uint32_t l : dirty_) touch(l);
  const double least = level * (1 - 1e-9);
  for (const FlowIndex f : active_) {
    state_[f] = kFrozen;
    if (rate_[f] >= least || rate_[f] == 0.0) free_flow(f);
  }
  fill();
}

void MaxMinRates::resync(std::uint32_t l) {
  commits_[l] = 0;
  double sum = 0.0, weight = 0.0;
  for (const User& u : users_[l]) {
    sum += entry_share_[u.entry] * rate_[u.flow];
    weight += entry_share_[u.entry];
  }
  load_[l] = sum;
  weight_[l] = weight;
}

void MaxMinRates::commit() {
  changed_.clear();
  for (const FlowIndex f : freed_) {
    state_[f] = kFrozen;
    if (new_rate_[f] == rate_[f]) continue;
    rate_[f] = new_rate_[f];
    changed_.push_back(f);
  }
  for (const std::uint32_t l : touched_) {
    load_[l] = users_[l].empty() ? 0.0 : capacity_[l] - left_[l];
    if (++commits_[l] >= kCommitsBetweenSums) resync(l);
  }
}

std::span<const MaxMinRates::FlowIndex> MaxMinRates::solve() {
  freed_.clear();
  touched_.clear();
  ++solve_;
  bool solved = false;
  if (local_failures_ < kFailuresBeforeRestarts) {
    solved = solve_locally();
    local_failures_ = solved ? 0 : local_failures_ + 1;
  } else if (++local_failures_ > kRestartsBeforeTryingAgain) {
    local_failures_ = kFailuresBeforeRestarts - 1;
  }
  if (!solved) solve_above(lowest_changed_level());
  commit();
  added_.clear();
  dirty_.clear();
  slowest_removed_ = kInfinite;
  return changed_;
}

}  // namespace orrery
