#include "orrery/network/fabric/rates/sorted_levels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace orrery {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr std::uint32_t kNowhere = ~std::uint32_t{0};
// Levels and loads that differ by less are equal: far above rounding, far below what anybody sees.
constexpr double kSlack = 1e-12;
// A level that moves by less than this has only been rounded otherwise.
constexpr double kRounding = 1e-14;
// Sums are corrected by differences, each of which rounds.
constexpr std::uint32_t kSolvesBetweenSums = 256;
// Moving more links than this costs more than filling anew.
constexpr std::size_t kMostMovesPerLink = 8;

}  // namespace

void SortedLevels::mark(std::uint32_t link) {
  is_stale_[link] = 1;
  first_ = std::min<std::size_t>(first_, place_[link]);
}

void SortedLevels::add(FlowIndex f) {
  if (!is_known_) return;
  if (is_whole_ && !incidence_.has_whole_shares()) return forget();
  const auto links = incidence_.links(f);
  std::uint32_t first = kNowhere;
  for (const std::uint32_t l : links) {
    if (place_[l] == kNowhere) {
      if (std::ranges::find(links, guard_[l]) == links.end()) return forget();
    } else if (first == kNowhere || place_[l] < place_[first]) {
      first = l;
    }
  }
  if (!hold(f, first)) return forget();
  take_elsewhere(f, first, passed_[first]);
  mark(first);
}

void SortedLevels::remove(FlowIndex f) {
  if (!is_known_) return;
  const std::uint32_t by = holder_[f];
  take_elsewhere(f, by, -passed_[by]);
  release(f);
  mark(by);
}

double SortedLevels::own_share(FlowIndex f, std::uint32_t link) const {
  if (is_whole_) return 1.0;
  const auto links = incidence_.links(f);
  return incidence_.shares(
      f)[static_cast<std::size_t>(std::ranges::find(links, link) - links.begin())];
}

void SortedLevels::take_elsewhere(FlowIndex f, std::uint32_t link, double rate) {
  const auto links = incidence_.links(f);
  const auto shares = incidence_.shares(f);
  for (std::size_t i = 0; i < links.size(); ++i) {
    if (links[i] == link) continue;
    left_[links[i]] -= shares[i] * rate;
    is_stale_[links[i]] = 1;
  }
}

// False where the flow has more links than were reckoned with.
bool SortedLevels::hold(FlowIndex f, std::uint32_t link) {
  if (holder_.size() <= f) {
    holder_.resize(f + 1);
    slot_.resize(f + 1);
  }
  Held& held = held_[link];
  const std::size_t end = held.others.size() + width_;
  const auto links = incidence_.links(f);
  const auto shares = incidence_.shares(f);
  for (std::size_t i = 0; i < links.size(); ++i) {
    if (links[i] == link) {
      holds_[link] += shares[i];
    } else if (place_[links[i]] != kNowhere) {
      if (held.others.size() == end) return false;
      held.others.push_back(links[i]);
      if (!is_whole_) held.other_shares.push_back(shares[i]);
    }
  }
  held.others.resize(end, static_cast<std::uint32_t>(capacity_.size()));
  if (!is_whole_) held.other_shares.resize(end, 0.0);
  holder_[f] = link;
  slot_[f] = static_cast<std::uint32_t>(held.flows.size());
  held.flows.push_back(f);
  return true;
}

void SortedLevels::release(FlowIndex f) {
  const std::uint32_t link = holder_[f];
  Held& held = held_[link];
  const std::size_t at = slot_[f], last = held.flows.size() - 1;
  holds_[link] = last == 0 ? 0.0 : holds_[link] - own_share(f, link);
  held.flows[at] = held.flows[last];
  slot_[held.flows[at]] = static_cast<std::uint32_t>(at);
  held.flows.pop_back();
  const auto close = [&](auto& row) {
    for (std::size_t i = 0; i < width_; ++i) row[at * width_ + i] = row[last * width_ + i];
    row.resize(last * width_);
  };
  close(held.others);
  if (!is_whole_) close(held.other_shares);
}

// A link that can be forgotten: all its flows cross one other link, which is no wider, so that it
// never holds anybody back. Of two with the same flows and capacity the first is kept.
bool SortedLevels::is_needless(std::uint32_t link) {
  const std::span<const FlowIndex> users = incidence_.users(link);
  if (users.empty()) return false;
  const auto every_user_crosses = [&](std::uint32_t other) {
    return std::ranges::all_of(users, [&](FlowIndex f) {
      const auto links = incidence_.links(f);
      return std::ranges::find(links, other) != links.end();
    });
  };
  for (const std::uint32_t other : incidence_.links(users.front())) {
    const std::size_t others = incidence_.users(other).size();
    if (other == link || capacity_[other] > capacity_[link] || others < users.size()) continue;
    const bool is_first =
        others > users.size() || capacity_[other] < capacity_[link] || other < link;
    if (!is_first || !every_user_crosses(other)) continue;
    guard_[link] = other;
    return true;
  }
  return false;
}

void SortedLevels::adopt(std::span<const std::uint32_t> filled, const FlowLevels& levels) {
  const std::size_t n = capacity_.size();
  is_whole_ = incidence_.has_whole_shares();
  held_.resize(n);
  for (Held& h : held_) {
    h.flows.clear();
    h.others.clear();
    h.other_shares.clear();
  }
  left_.assign(n + 1, 0.0);
  for (auto* v : {&holds_, &passed_}) v->assign(n, 0.0);
  level_.assign(n, kInfinite);
  is_stale_.assign(n + 1, 0);
  place_.assign(n, 0);
  guard_.assign(n, 0);
  order_.assign(filled.begin(), filled.end());
  for (const std::uint32_t l : filled) {
    place_[l] = 1;
    level_[l] = passed_[l] = levels.level[l];
  }
  for (std::uint32_t l = 0; l < n; ++l) {
    if (place_[l] == 1) continue;
    if (is_whole_ && is_needless(l)) {
      place_[l] = kNowhere;
    } else {
      order_.push_back(l);
    }
  }
  for (std::size_t i = 0; i < order_.size(); ++i) place_[order_[i]] = static_cast<std::uint32_t>(i);
  width_ = 0;
  for (const FlowIndex f : incidence_.active()) {
    const auto is_kept = [&](std::uint32_t l) { return place_[l] != kNowhere; };
    const auto kept = std::ranges::count_if(incidence_.links(f), is_kept);
    width_ = std::max(width_, static_cast<std::size_t>(kept) - 1);
  }
  for (const FlowIndex f : incidence_.active()) hold(f, levels.held[f].by);
  sum_afresh();
  first_ = order_.size();
  is_known_ = true;
}

void SortedLevels::sum_afresh() {
  solves_ = 0;
  std::ranges::copy(capacity_, left_.begin());
  std::ranges::fill(holds_, 0.0);
  for (const FlowIndex f : incidence_.active()) {
    const std::uint32_t by = holder_[f];
    const auto links = incidence_.links(f);
    const auto shares = incidence_.shares(f);
    for (std::size_t i = 0; i < links.size(); ++i) {
      if (links[i] == by) {
        holds_[by] += shares[i];
      } else {
        left_[links[i]] -= shares[i] * passed_[by];
      }
    }
  }
}

double SortedLevels::level_of(std::uint32_t link) const {
  if (!held_[link].flows.empty()) return left_[link] / holds_[link];
  return left_[link] < -kSlack * capacity_[link] ? -kInfinite : kInfinite;
}

void SortedLevels::pass_on(std::uint32_t link, double change) {
  const Held& held = held_[link];
  double* const left = left_.data();
  std::uint8_t* const is_stale = is_stale_.data();
  if (is_whole_) {
    for (const std::uint32_t other : held.others) {
      left[other] -= change;
      is_stale[other] = 1;
    }
    return;
  }
  for (std::size_t i = 0; i < held.others.size(); ++i) {
    left[held.others[i]] -= change * held.other_shares[i];
    is_stale[held.others[i]] = 1;
  }
}

// `link` comes before `from` now: it holds back the flows of both.
void SortedLevels::take_shared(std::uint32_t link, std::uint32_t from, FlowLevels& levels) {
  const Held& held = held_[from];
  for (std::size_t i = held.others.size(); i-- > 0;) {
    if (held.others[i] != link) continue;
    const FlowIndex f = held.flows[i / width_];
    take_elsewhere(f, from, -passed_[from]);
    release(f);
    hold(f, link);
    take_elsewhere(f, link, passed_[link]);
    levels.held[f].by = link;
    levels.moved_flows.push_back(f);
    i = i / width_ * width_;
  }
}

void SortedLevels::settle(std::uint32_t link, double level, FlowLevels& levels) {
  is_stale_[link] = 0;
  level_[link] = level;
  const double passes = level == kInfinite ? 0.0 : level;
  const double change = passes - passed_[link];
  if (std::abs(change) <= kRounding * passes) return;
  passed_[link] = passes;
  if (level == kInfinite) return;
  pass_on(link, change);
  levels.level[link] = level;
  levels.changed_links.push_back(link);
  levels.changed_flows += held_[link].flows.size();
}

bool SortedLevels::solve(std::span<const FlowIndex> added, FlowLevels& levels) {
  if (!is_known_) return false;
  if (++solves_ > kSolvesBetweenSums) sum_afresh();
  for (const FlowIndex f : added) {
    levels.held[f].by = holder_[f];
    levels.moved_flows.push_back(f);
  }
  std::size_t moves_left = kMostMovesPerLink * order_.size();
  for (std::size_t i = first_; i < order_.size();) {
    const std::uint32_t l = order_[i];
    double level = is_stale_[l] != 0 ? level_of(l) : level_[l];
    std::size_t at = i;
    for (; at > 0 && level < level_[order_[at - 1]] * (1 - kSlack); --at) {
      if (moves_left-- == 0) return false;
      const std::uint32_t passed = order_[at - 1];
      take_shared(l, passed, levels);
      order_[at] = passed;
      place_[passed] = static_cast<std::uint32_t>(at);
      level = level_of(l);
    }
    order_[at] = l;
    place_[l] = static_cast<std::uint32_t>(at);
    settle(l, level, levels);
    i = at + 1;
  }
  first_ = order_.size();
  return true;
}

}  // namespace orrery
