#include "orrery/network/fabric/rates/repeated_fill.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace orrery {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
// Levels and loads that differ by less are equal: far above rounding, far below what anybody sees.
constexpr double kSlack = 1e-12;
constexpr std::size_t kLooksAhead = 16;  // on random exchanges 8 fail often, 32 cost more
constexpr std::size_t kFewestStepsBetweenCopies = 8;
constexpr std::size_t kMostCopies = 16;
// States are corrected by differences, each of which rounds.
constexpr std::uint32_t kSolvesBetweenStarts = 1000;

}  // namespace

void RepeatedFill::add(FlowIndex f) {
  if (!is_known_) return;
  if (is_whole_ && !incidence_.has_whole_shares()) return forget();
  const auto links = incidence_.links(f);
  const auto shares = incidence_.shares(f);
  double reaches = kInfinite;  // no link of the flow fills up below this level
  std::size_t done = order_.size();
  for (std::size_t i = 0; i < links.size(); ++i) {
    const std::uint32_t l = links[i];
    if (place_of_[l] == Place::Unknown) return forget();
    if (place_of_[l] == Place::Needless) {
      if (std::ranges::find(links, guard_[l]) == links.end()) return forget();
      continue;
    }
    least_share_[l] = std::min(least_share_[l], shares[i]);
    reaches = std::min(reaches, capacity_[l] / incidence_.weight(l));
    done = std::min<std::size_t>(done, place_[l]);  // of links that had no flow left, too
  }
  while (copies_known_ > 1 && (copies_[copies_known_ - 1].level >= reaches * (1 - kSlack) ||
                               copies_[copies_known_ - 1].done > done))
    --copies_known_;
  for (std::size_t c = 0; c < copies_known_; ++c) {
    for (std::size_t i = 0; i < links.size(); ++i) copies_[c].links[links[i]].growing += shares[i];
  }
  keep_links(f);
}

void RepeatedFill::remove(FlowIndex f, const FlowLevels& levels) {
  if (!is_known_) return;
  const std::uint32_t by = levels.held[f].by;
  const std::size_t step = by == FlowLevels::kNoLink ? 0 : step_[by];
  while (copies_known_ > 1 && copies_[copies_known_ - 1].steps > step) --copies_known_;
  const auto links = incidence_.links(f);
  const auto shares = incidence_.shares(f);
  for (std::size_t c = 0; c < copies_known_; ++c) {
    for (std::size_t i = 0; i < links.size(); ++i) copies_[c].links[links[i]].growing -= shares[i];
  }
}

// A link that can be forgotten: all its flows cross one other link, which is no wider, so that it
// never holds anybody back. Of two with the same flows and capacity the first is kept.
bool RepeatedFill::is_needless(std::uint32_t link) {
  const std::span<const FlowIndex> users = incidence_.users(link);
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

void RepeatedFill::keep_links(FlowIndex f) {
  if (freed_.size() <= f) freed_.resize(f + 1);
  if (!is_whole_) return;
  if (kept_.size() < (f + 1) * most_kept_) kept_.resize((f + 1) * most_kept_);
  std::uint32_t* kept = kept_.data() + f * most_kept_;
  std::uint32_t* const end = kept + most_kept_;
  for (const std::uint32_t l : incidence_.links(f)) {
    if (place_of_[l] == Place::Needless) continue;
    if (kept == end) return forget();
    *kept++ = l;
  }
  std::fill(kept, end, static_cast<std::uint32_t>(capacity_.size()));
}

void RepeatedFill::start_anew() {
  const std::size_t n = capacity_.size();
  order_.clear();
  place_of_.assign(n, Place::Unknown);
  guard_.assign(n, 0);
  step_.assign(n, 0);
  place_.assign(n, 0);
  now_.assign(n + 1, {});  // the last is nobody's
  least_share_.assign(n, kInfinite);
  flows_fixed_ = 0;
  is_whole_ = incidence_.has_whole_shares();
  for (std::uint32_t l = 0; l < n; ++l) {
    double weight = 0.0;
    for (std::size_t i = 0; i < incidence_.users(l).size(); ++i) {
      const double share = incidence_.user_share(l, i);
      weight += share;
      least_share_[l] = std::min(least_share_[l], share);
    }
    now_[l] = {capacity_[l], weight};
    if (weight == 0.0) continue;
    place_of_[l] = is_whole_ && is_needless(l) ? Place::Needless : Place::Ordered;
    if (place_of_[l] == Place::Ordered) order_.push_back(l);
  }
  std::ranges::sort(order_, [&](std::uint32_t a, std::uint32_t b) {
    const double of_a = now_[a].left / now_[a].growing, of_b = now_[b].left / now_[b].growing;
    return of_a != of_b ? of_a < of_b : a < b;
  });
  most_kept_ = 0;
  for (const FlowIndex f : incidence_.active()) {
    const auto is_kept = [&](std::uint32_t l) { return place_of_[l] != Place::Needless; };
    const auto kept = std::ranges::count_if(incidence_.links(f), is_kept);
    most_kept_ = std::max(most_kept_, static_cast<std::size_t>(kept));
  }
  for (const FlowIndex f : incidence_.active()) keep_links(f);
  copy_every_ = std::max(kFewestStepsBetweenCopies, order_.size() / kMostCopies);
  copies_known_ = 0;
  done_ = steps_ = 0;
  copy_state(0.0);
  solves_ = 0;
  is_known_ = true;
}

void RepeatedFill::copy_state(double level) {
  if (copies_.size() == copies_known_) copies_.emplace_back();
  Copy& c = copies_[copies_known_++];
  c.done = done_;
  c.steps = steps_;
  c.fixed = flows_fixed_;
  c.level = level;
  c.links = now_;
}

void RepeatedFill::restart() {
  const Copy& c = copies_[copies_known_ - 1];
  now_ = c.links;
  done_ = c.done;
  steps_ = c.steps;
  for (std::size_t i = c.fixed; i < flows_fixed_; ++i) freed_[fixed_[i]] = 1;
  flows_fixed_ = c.fixed;
}

// Fixes the flows of a link that are not fixed yet. The link's own state is not looked at again.
template <bool kWhole>
void RepeatedFill::fix_flows(std::uint32_t link, double level, FlowLevels& levels) {
  FlowLevels::Held* const held = levels.held.data();
  std::uint8_t* const freed = freed_.data();
  const std::span<const FlowIndex> users = incidence_.users(link);
  // Chosen without branches: which users are fixed already looks random to the processor.
  const std::size_t first = flows_fixed_;
  if (fixed_.size() < first + users.size()) fixed_.resize(2 * (first + users.size()));
  FlowIndex* chosen = fixed_.data() + first;
  for (const FlowIndex f : users) {
    *chosen = f;
    chosen += freed[f];
  }
  flows_fixed_ = static_cast<std::size_t>(chosen - fixed_.data());
  std::size_t moved = 0;
  LinkState* const now = now_.data();
  for (std::size_t i = first; i < flows_fixed_; ++i) {
    const FlowIndex f = fixed_[i];
    freed[f] = 0;
    if (held[f].by != link) {
      held[f].by = link;
      levels.moved_flows.push_back(f);
      ++moved;
    }
    if constexpr (kWhole) {
      const std::uint32_t* m = kept_.data() + f * most_kept_;
      for (const std::uint32_t* const end = m + most_kept_; m != end; ++m) {
        if (*m == link) continue;
        now[*m].left -= level;
        now[*m].growing -= 1.0;
      }
    } else {
      const std::span<const std::uint32_t> links = incidence_.links(f);
      const std::span<const double> shares = incidence_.shares(f);
      for (std::size_t k = 0; k < links.size(); ++k) {
        now[links[k]].left -= shares[k] * level;
        now[links[k]].growing -= shares[k];
      }
    }
  }
  if (level == levels.level[link]) {
    levels.changed_flows += moved;
    return;
  }
  levels.level[link] = level;
  levels.changed_links.push_back(link);
  levels.changed_flows += flows_fixed_ - first;
}

bool RepeatedFill::is_overfull(std::uint32_t link) const {
  return now_[link].left < -kSlack * capacity_[link];
}

// False where it sees, too late, that a link should have been taken earlier.
bool RepeatedFill::fill(FlowLevels& levels, std::size_t ahead) {
  const std::size_t flows = incidence_.active().size();
  double last = copies_[copies_known_ - 1].level;
  const bool looks_everywhere = ahead >= order_.size();
  while (flows_fixed_ < flows) {
    double least = kInfinite;
    std::size_t at = done_;
    for (std::size_t i = done_, end = std::min(done_ + ahead, order_.size()); i < end; ++i) {
      const std::uint32_t l = order_[i];
      const LinkState& link = now_[l];
      if (link.growing < 0.5 * least_share_[l]) {  // no flow left but rounding
        if (!looks_everywhere && is_overfull(l)) return false;
        std::rotate(order_.begin() + static_cast<std::ptrdiff_t>(done_),
                    order_.begin() + static_cast<std::ptrdiff_t>(i),
                    order_.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        if (at < i && least < kInfinite) ++at;
        place_[l] = static_cast<std::uint32_t>(done_++);
        end = std::min(done_ + ahead, order_.size());
        continue;
      }
      const double level = link.left / link.growing;
      if (level < least) {
        least = level;
        at = i;
      }
    }
    if (least == kInfinite)
      throw std::logic_error("RepeatedFill: flows over links it does not know");
    if (!looks_everywhere && least < last * (1 - kSlack)) return false;
    const std::uint32_t l = order_[at];
    std::rotate(order_.begin() + static_cast<std::ptrdiff_t>(done_),
                order_.begin() + static_cast<std::ptrdiff_t>(at),
                order_.begin() + static_cast<std::ptrdiff_t>(at) + 1);
    if (steps_ >= copies_[copies_known_ - 1].steps + copy_every_) copy_state(last);
    last = std::max(least, 0.0);
    step_[l] = static_cast<std::uint32_t>(steps_);
    if (is_whole_) {
      fix_flows<true>(l, last, levels);
    } else {
      fix_flows<false>(l, last, levels);
    }
    place_[l] = static_cast<std::uint32_t>(done_++);
    ++steps_;
  }
  if (looks_everywhere) return true;
  return std::none_of(order_.begin() + static_cast<std::ptrdiff_t>(done_), order_.end(),
                      [&](std::uint32_t l) { return is_overfull(l); });
}

void RepeatedFill::solve(std::span<const FlowIndex> added, FlowLevels& levels) {
  if (++solves_ > kSolvesBetweenStarts) forget();
  if (!is_known_) {
    start_anew();
    for (const FlowIndex f : incidence_.active()) freed_[f] = 1;
  }
  for (const FlowIndex f : added) freed_[f] = 1;
  const std::size_t from = copies_known_;
  for (std::size_t ahead = kLooksAhead;; ahead *= 8) {
    restart();
    if (fill(levels, ahead)) return;
    copies_known_ = from;
  }
}

}  // namespace orrery
