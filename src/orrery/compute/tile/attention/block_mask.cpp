#include "orrery/compute/tile/attention/block_mask.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

namespace orrery {
namespace {

using Whole = std::int64_t;

double real(Whole v) { return static_cast<double>(v); }
Whole whole(double v) { return static_cast<Whole>(std::ceil(v)); }
Whole rounded_up(Whole part, Whole unit) { return (part + unit - 1) / unit; }

// Sum of floor((slope i + offset) / divisor) over 0 <= i < count, nothing below zero. What divides
// is summed at once; the rest counts the points under a line, so axes may be swapped: Euclid's
// steps.
double floor_sum(Whole count, Whole divisor, Whole slope, Whole offset) {
  double sum = 0;
  while (count > 0) {
    sum += real(count) * (real(count - 1) / 2 * real(slope / divisor) + real(offset / divisor));
    slope %= divisor;
    offset %= divisor;
    const Whole top = slope * count + offset;
    count = top / divisor;
    offset = top % divisor;
    std::swap(divisor, slope);
  }
  return sum;
}

// Of i = 0, 1, 2 ... the least for which slope i + offset >= bound.
Whole first_at(Whole slope, Whole offset, Whole bound) {
  return bound <= offset ? 0 : rounded_up(bound - offset, slope);
}

// The end of the keys that blocks of queries see, or their beginning: slope i + offset, never below
// zero nor above `most`.
struct Edge {
  Whole slope, offset, most;

  [[nodiscard]] Whole at(Whole i) const { return std::clamp<Whole>(slope * i + offset, 0, most); }

  // Sum of floor((at(i) + more) / divisor) over 0 <= i < count.
  [[nodiscard]] double sum(Whole count, Whole divisor, Whole more) const {
    const Whole begin = std::min(count, first_at(slope, offset, 0)),
                end = std::min(count, first_at(slope, offset, most));
    return real(begin) * real(more / divisor) +
           floor_sum(end - begin, divisor, slope, slope * begin + offset + more) +
           real(count - end) * real((most + more) / divisor);
  }

  // Of 0 <= i < count, those with at(i) > bound, bound < most.
  [[nodiscard]] Whole above(Whole count, Whole bound) const {
    return count - std::min(count, first_at(slope, offset, bound + 1));
  }
};

// A query at t sees the keys from t + begin to t + end - 1 that there are.
struct Sight {
  Whole queries, keys, begin, end;
};

Sight sight(const AttentionMask& mask) {
  Sight s{whole(mask.queries), whole(mask.keys), 0, 0};
  const Whole own = s.keys - s.queries, window = whole(mask.window);
  s.end = mask.causal ? own + 1 : s.keys;
  s.begin = -s.queries;
  if (window > 0 && mask.causal) s.begin = own + 1 - window;
  if (window > 0 && !mask.causal) {
    s.begin = own - window / 2;
    s.end = s.begin + window;
  }
  // Beyond either end there is nothing to tell apart.
  s.begin = std::max(s.begin, -s.queries);
  s.end = std::min(s.end, s.keys);
  return s;
}

}  // namespace

BlockVisits block_visits(const AttentionMask& mask, double query_block, double key_block) {
  const Sight s = sight(mask);
  const Whole rows = std::clamp<Whole>(whole(query_block), 1, s.queries),
              columns = std::clamp<Whole>(whole(key_block), 1, s.keys);
  const Whole full = (s.queries - 1) / rows;  // blocks of queries before the last
  const Whole key_blocks = rounded_up(s.keys, columns);
  const Edge begin{rows, s.begin, s.keys}, end{rows, rows - 1 + s.end, s.keys};
  const Whole last_begin = begin.at(full),
              last_end = std::clamp<Whole>(s.queries - 1 + s.end, 0, s.keys);
  const Whole at_ends =
      last_end > last_begin ? rounded_up(last_end, columns) - last_begin / columns : 0;
  const Whole before_last = (key_blocks - 1) * columns;

  BlockVisits v;
  v.of_last_queries = real(at_ends);
  v.pairs = end.sum(full, columns, columns - 1) - begin.sum(full, columns, 0) + real(at_ends);
  v.of_both = at_ends > 0 && last_end > before_last ? 1 : 0;
  v.of_last_keys = real(end.above(full, before_last)) + v.of_both;
  v.queries =
      real(rows) * (v.pairs - real(at_ends)) + real(s.queries - full * rows) * real(at_ends);
  v.keys = real(columns) * v.pairs - real(key_blocks * columns - s.keys) * v.of_last_keys;

  const Whole blind = std::min(full, first_at(rows, end.offset, 1));  // they come before all keys
  v.touched_queries =
      real((full - blind) * rows) + (at_ends > 0 ? real(s.queries - full * rows) : 0);
  const Whole first_key = begin.at(blind) / columns * columns;
  const Whole last_key = std::min(s.keys, rounded_up(last_end, columns) * columns);
  v.touched_keys = v.pairs > 0 ? real(last_key - first_key) : 0;
  return v;
}

// Causal: the i-th query that sees any key sees those before it, itself among them, the latest
// `window` of them.
double seen_scores(const AttentionMask& m) {
  if (!m.causal && m.window > 0) return block_visits(m, 1, 1).pairs;
  if (!m.causal) return m.queries * m.keys;
  const double seeing = std::min(m.queries, m.keys), before = m.keys - seeing;
  const double most = m.window > 0 ? m.window : m.keys;
  const double growing = std::clamp(most - before, 0.0, seeing);  // queries that see all before
  return growing * (before + 0.5 * (growing + 1.0)) + (seeing - growing) * most;
}

}  // namespace orrery
