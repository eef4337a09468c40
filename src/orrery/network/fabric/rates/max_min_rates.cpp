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
// Nor is it tried while a restart changes more than one flow in so many.
constexpr std::size_t kFewChanges = 16;
constexpr int kFailuresBeforeRestarts = 2;
constexpr int kRestartsBeforeTryingAgain = 64;

// On more links walking along all of them costs more than looking where a change is felt.
constexpr std::size_t kMostLinksToSort = 1024;

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

MaxMinRates::MaxMinRates(std::vector<double> capacity)
    : incidence_(capacity.size()), capacity_(std::move(capacity)), sorted_(incidence_, capacity_) {
  const std::size_t n = capacity_.size();
  commits_.assign(n, 0);
  dirty_at_.assign(n, 0);
  stamp_.assign(n, 0);
  unfixed_.assign(n, 0);
  freed_users_.assign(n, 0);
  for (auto* v : {&load_, &left_, &growing_, &freed_load_, &freed_weight_, &level_, &fastest_,
                  &levels_.level}) {
    v->assign(n, 0.0);
  }
}

FlowIndex MaxMinRates::add(std::span<const LinkUse> uses) {
  const FlowIndex f = incidence_.add(uses);
  if (incidence_.index_end() > levels_.held.size()) {
    levels_.held.resize(incidence_.index_end());
    new_rate_.resize(incidence_.index_end());
    new_holder_.resize(incidence_.index_end());
  }
  levels_.held[f] = {.by = FlowLevels::kNoLink, .state = FlowLevels::Frozen};
  for (const LinkUse& u : uses) mark_dirty(u.link);
  added_.push_back(f);
  sorted_.add(f);
  return f;
}

void MaxMinRates::remove(FlowIndex f) {
  FlowLevels::Held& held = levels_.held[f];
  if (held.state != FlowLevels::Frozen) throw std::logic_error("MaxMinRates: a flow removed twice");
  sorted_.remove(f);
  const double rate = levels_.rate(f);
  const auto links = incidence_.links(f);
  const auto shares = incidence_.shares(f);
  for (std::size_t i = 0; i < links.size(); ++i) {
    const std::uint32_t l = links[i];
    load_[l] = incidence_.users(l).size() == 1 ? 0.0 : load_[l] - shares[i] * rate;
    mark_dirty(l);
  }
  if (held.by == FlowLevels::kNoLink) std::erase(added_, f);  // never solved
  held = {};
  incidence_.remove(f);
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
  levels_.held[f].state = FlowLevels::Freed;
  freed_.push_back(f);
  const double rate = levels_.rate(f);
  const auto links = incidence_.links(f);
  const auto shares = incidence_.shares(f);
  for (std::size_t i = 0; i < links.size(); ++i) {
    const std::uint32_t l = links[i];
    touch(l);
    freed_load_[l] += shares[i] * rate;
    freed_weight_[l] += shares[i];
    ++freed_users_[l];
  }
}

void MaxMinRates::free_held_back_by(std::uint32_t link) {
  for (const FlowIndex f : incidence_.users(link)) {
    const FlowLevels::Held& held = levels_.held[f];
    if (held.state == FlowLevels::Frozen && held.by == link) free_flow(f);
  }
}

// Rates of the freed flows on what the frozen ones leave.
void MaxMinRates::fill() {
  heap_.clear();
  filled_.clear();
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
    filled_.push_back(l);
    for (const FlowIndex f : incidence_.users(l)) {
      if (levels_.held[f].state != FlowLevels::Freed) continue;
      levels_.held[f].state = FlowLevels::Fixed;
      new_rate_[f] = now;
      new_holder_[f] = l;
      --unfixed;
      const auto links = incidence_.links(f);
      const auto shares = incidence_.shares(f);
      for (std::size_t i = 0; i < links.size(); ++i) {
        const std::uint32_t m = links[i];
        left_[m] -= shares[i] * now;
        growing_[m] -= shares[i];
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
    if (freed_users_[l] == incidence_.users(l).size()) continue;
    const bool saturated = left_[l] <= kSlack * capacity_[l];
    const double level = level_[l];
    const double fastest = fastest_[l];
    for (const FlowIndex f : incidence_.users(l)) {
      const FlowLevels::Held& held = levels_.held[f];
      if (held.state != FlowLevels::Frozen) continue;
      const double rate = levels_.rate(f);
      const bool holds_others_back = rate > level * (1 + kSlack);
      const bool no_longer_held = held.by == l && (!saturated || fastest > rate * (1 + kSlack));
      if (holds_others_back || no_longer_held) free_flow(f);
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
    for (const FlowIndex f : freed_) levels_.held[f].state = FlowLevels::Freed;
    if (freed_.size() > kFewFlows && 2 * freed_.size() > active()) return false;
  }
}

double MaxMinRates::lowest_changed_level() const {
  double lowest = slowest_removed_;
  for (const FlowIndex f : added_) {
    for (const std::uint32_t l : incidence_.links(f))
      lowest = std::min(lowest, capacity_[l] / incidence_.weight(l));
  }
  return lowest;
}

void MaxMinRates::solve_above(double level) {
  ++solve_;
  for (const std::uint32_t l : dirty_) touch(l);
  const double least = level * (1 - 1e-9);
  for (const FlowIndex f : incidence_.active()) {
    const double rate = levels_.rate(f);
    if (rate >= least || rate == 0.0) free_flow(f);
  }
  fill();
  commit();
}

void MaxMinRates::solve_all() {
  ++solve_;
  for (const FlowIndex f : incidence_.active()) free_flow(f);
  for (const std::uint32_t l : touched_) load_[l] = freed_load_[l];
  fill();
  commit();
  sorted_.adopt(filled_, levels_);
}

// Where local solving does not pay.
void MaxMinRates::solve_widely() {
  for (const FlowIndex f : freed_) levels_.held[f].state = FlowLevels::Frozen;
  freed_.clear();
  touched_.clear();
  if (capacity_.size() > kMostLinksToSort) {
    solve_above(lowest_changed_level());
  } else {
    if (!sorted_.solve(added_, levels_)) solve_all();
    loads_are_old_ = true;
    if (levels_.changed_flows > kFewFlows && kFewChanges * levels_.changed_flows > active())
      local_failures_ = kFailuresBeforeRestarts;
  }
}

void MaxMinRates::sum_load(std::uint32_t l) {
  commits_[l] = 0;
  double sum = 0.0;
  const auto users = incidence_.users(l);
  for (std::size_t i = 0; i < users.size(); ++i)
    sum += incidence_.user_share(l, i) * levels_.rate(users[i]);
  load_[l] = sum;
  incidence_.sum_weight(l);
}

void MaxMinRates::commit() {
  sorted_.forget();
  for (const FlowIndex f : freed_) {
    FlowLevels::Held& held = levels_.held[f];
    if (new_rate_[f] != levels_.rate(f)) ++levels_.changed_flows;
    held.state = FlowLevels::Frozen;
    if (held.by == new_holder_[f]) continue;
    held.by = new_holder_[f];
    levels_.moved_flows.push_back(f);
  }
  for (const std::uint32_t l : touched_) {
    if (level_[l] != kInfinite && level_[l] != levels_.level[l]) {
      levels_.level[l] = level_[l];
      levels_.changed_links.push_back(l);
    }
    load_[l] = incidence_.users(l).empty() ? 0.0 : capacity_[l] - left_[l];
  }
  for (const std::uint32_t l : touched_) {
    if (++commits_[l] >= kCommitsBetweenSums) sum_load(l);
  }
}

const FlowLevels& MaxMinRates::solve() {
  levels_.changed_links.clear();
  levels_.moved_flows.clear();
  levels_.changed_flows = 0;
  freed_.clear();
  touched_.clear();
  ++solve_;
  bool solved = false;
  if (local_failures_ < kFailuresBeforeRestarts) {
    if (std::exchange(loads_are_old_, false)) {
      for (std::uint32_t l = 0; l < capacity_.size(); ++l) sum_load(l);
    }
    solved = solve_locally();
    if (solved) commit();
    const bool is_wide = freed_.size() > kFewFlows && kFewChanges * freed_.size() > active();
    const bool could_sort = is_wide && capacity_.size() <= kMostLinksToSort;
    local_failures_ = solved && !could_sort ? 0 : local_failures_ + 1;
  } else if (++local_failures_ > kRestartsBeforeTryingAgain) {
    local_failures_ = kFailuresBeforeRestarts - 1;
  }
  if (!solved) solve_widely();
  added_.clear();
  dirty_.clear();
  slowest_removed_ = kInfinite;
  return levels_;
}

}  // namespace orrery
