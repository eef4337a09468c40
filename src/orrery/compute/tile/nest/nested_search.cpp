#include "orrery/compute/tile/nest/nested_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "orrery/base/check.hpp"
#include "orrery/compute/tile/array_work.hpp"
#include "orrery/compute/tile/nest/loop_orders.hpp"
#include "orrery/compute/tile/nest/nested_pricing.hpp"

namespace orrery {
namespace {

// What the search takes a level without a known bandwidth for: never waited for, but of two
// mappings alike the one that moves less through it is better.
double searched_bandwidth(const ArrayChip& chip, std::size_t level) {
  constexpr double kBeyondWaiting = 1e12;  // times main memory's
  const double known = bandwidth_outside(chip, level);
  return known > 0 ? known : chip.bandwidth * kBeyondWaiting;
}

// From one step of a walk over tiles to the next, one operand's tile stays at most. Were it always
// the one that is worth most, it would change in one step of its loop's length; let the next best
// stay in those.
double least_bytes(const ArrayProduct& p, const std::array<double, 3>& tile,
                   const std::array<double, 3>& tiles) {
  const auto [rows, columns, depth] = tiles;
  const double a = p.m * p.k * p.input_element, b = p.k * p.n * p.weight_element,
               c = p.m * p.n * 2.0 * kPartialElement;
  const double cells = rows * columns * depth;
  struct Stay {
    double whole, once, length;  // bytes saved at most, and by one tile; tiles along its loop
  };
  const std::array<Stay, 3> stays{
      Stay{a * (columns - 1), tile[0] * tile[2] * p.input_element, columns},
      Stay{b * (rows - 1), tile[2] * tile[1] * p.weight_element, rows},
      Stay{c * (depth - 1), tile[0] * tile[1] * 2.0 * kPartialElement, depth}};
  double saved = 0;
  for (const Stay& first : stays) {
    double next = 0;
    for (const Stay& other : stays) {
      if (&other != &first)
        next = std::max(next, std::min(other.whole, cells / first.length * other.once));
    }
    saved = std::max(saved, first.whole + next);
  }
  return a * columns + b * rows + p.m * p.n * p.output_element + c * (depth - 1) - saved;
}

class Search {
 public:
  // Mappings that are no better than `least` seconds are not looked for.
  Search(const ArrayChip& chip, const ArrayProduct& p, Loop split, double least)
      : chip_(chip), p_(p), split_(split), depth_(chip.nest.size()), least_(least) {
    for (const ArrayLevel& level : chip.nest) seen_.push_back(seen_by(level, p, split));
    ORRERY_CHECK(depth_ <= kDeepestNest, "{} scratchpads within each other", depth_);
    sizes_ = {tile_sizes(p.m, chip.array), tile_sizes(p.n, chip.array),
              tile_sizes(p.k, chip.array)};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double whole = axis == 0 ? p.m : axis == 1 ? p.n : p.k;
      for (const double size : sizes_[axis]) tiles_[axis].push_back(std::ceil(whole / size));
    }
    measure_moves();
    measure_tiles();
  }

  // No nest: none is better.
  ArrayMapping best() {
    if (least_math_ < std::numeric_limits<double>::infinity()) descend(whole_product(), 0);
    ArrayMapping out;
    if (!nest_.empty()) out = told(chip_, p_, nest_, inside_, split_);
    out.considered = considered_;
    return out;
  }

  [[nodiscard]] double least() const { return least_; }

 private:
  using Index = std::array<std::uint8_t, 3>;  // into sizes_

  using Cuts = std::array<const AxisCut*, 3>;

  // The levels decided so far.
  struct Branch {
    Index index{};
    std::array<AxisRuns, 3> runs;
    NestLoops loops;
    Spent spent;
  };

  // One level more, in little room: many wait and few are followed.
  struct Step {
    Index index{};
    std::uint8_t order = 0;  // of kOrders
    double bytes = 0;        // of one product, through this level's outer boundary
    double least = 0;        // seconds that it will take however it goes on
  };
  struct Laid {
    NestedTiles tiles;
    Spent spent;
  };

  // Innermost tiles by size: what the arrays take, and whether they fit.
  struct Leaf {
    std::array<Inside, 3> flows;
    std::size_t count = 0;  // 0: they do not fit
  };

  [[nodiscard]] std::array<double, 3> size_of(const Index& i) const {
    return {sizes_[0][i[0]], sizes_[1][i[1]], sizes_[2][i[2]]};
  }

  [[nodiscard]] std::size_t leaf_at(const Index& i) const {
    return (std::size_t{i[0]} * sizes_[1].size() + i[1]) * sizes_[2].size() + i[2];
  }

  template <class Visit>
  static void between(const Index& first, const Index& last, const Visit& visit) {
    Index i{};
    for (i[0] = first[0]; i[0] <= last[0]; ++i[0]) {
      for (i[1] = first[1]; i[1] <= last[1]; ++i[1]) {
        for (i[2] = first[2]; i[2] <= last[2]; ++i[2]) visit(i);
      }
    }
  }

  template <class Visit>
  static void up_to(const Index& last, const Visit& visit) {
    between(Index{}, last, visit);
  }

  [[nodiscard]] Index largest() const {
    const auto last = [&](std::size_t axis) {
      return static_cast<std::uint8_t>(sizes_[axis].size() - 1);
    };
    return {last(0), last(1), last(2)};
  }

  // Bytes that tiles of each size move at least at each level, however the levels outside look.
  void measure_moves() {
    for (std::size_t l = 0; l < depth_; ++l) {
      const bool is_alike = l > 0 && seen_[l].input_element == seen_[l - 1].input_element &&
                            seen_[l].weight_element == seen_[l - 1].weight_element;
      if (!is_alike) {
        std::vector<double>& moved = moves_.emplace_back();
        moved.reserve(sizes_[0].size() * sizes_[1].size() * sizes_[2].size());
        up_to(largest(), [&](const Index& i) {
          const std::array<double, 3> tiles{tiles_[0][i[0]], tiles_[1][i[1]], tiles_[2][i[2]]};
          moved.push_back(p_.count * least_bytes(seen_[l], size_of(i), tiles));
        });
      }
      moves_of_.push_back(moves_.size() - 1);
    }
  }

  [[nodiscard]] double moved_at_least(std::size_t level, const Index& i) const {
    return moves_[moves_of_[level]][leaf_at(i)];
  }

  void measure_tiles() {
    leaves_.resize(sizes_[0].size() * sizes_[1].size() * sizes_[2].size());
    up_to(largest(), [&](const Index& i) {
      const std::array<double, 3> tile = size_of(i);
      if (room(seen_.back(), tile).once() > chip_.nest.back().capacity) return;
      Leaf& leaf = leaves_[leaf_at(i)];
      for (const Dataflow flow : kDataflows) {
        const Inside work = inside(chip_, p_, tile, flow);
        least_math_ = std::min(least_math_, work.math);
        least_stream_ = std::min(least_stream_, work.stream);
        bool beaten = false;
        for (std::size_t f = 0; f < leaf.count; ++f)
          beaten |= leaf.flows[f].math <= work.math && leaf.flows[f].stream <= work.stream;
        if (!beaten) leaf.flows[leaf.count++] = work;
      }
      least_bytes_ = std::min(least_bytes_, moved_at_least(depth_ - 1, i));
    });
  }

  // No level moves less than the one outside it, whose tiles are larger, and the innermost no less
  // than the best of its tiles alone.
  [[nodiscard]] double bound(Spent spent, double moved, std::size_t level) const {
    for (std::size_t l = level + 1; l < depth_; ++l) {
      const double bytes = l + 1 == depth_ ? std::max(moved, least_bytes_) : moved;
      spent.add(bytes / searched_bandwidth(chip_, l), 0, true);
    }
    return spent.duration(least_math_, least_stream_, chip_.hidden);
  }

  // Before the orders of these tiles are tried.
  [[nodiscard]] double bound(Spent spent, const Index& i, std::size_t level) const {
    const double moved = moved_at_least(level, i);
    spent.add(moved / searched_bandwidth(chip_, level), 0, true);
    return bound(spent, moved, level);
  }

  [[nodiscard]] Laid laid(const Spent& before, std::size_t level, const Room& held,
                          const LevelTiles& tiles, double bytes) const {
    Laid out{priced_level(chip_, p_, level, tiles, held, bytes), before};
    const double bandwidth = searched_bandwidth(chip_, level);
    out.spent.add(out.tiles.bytes / bandwidth, first_fill(held, bandwidth),
                  out.tiles.double_buffered);
    return out;
  }

  // Every way to lay tiles of these sizes into `level`. The innermost level's are compared, others
  // visited.
  template <class Visit>
  void lay(const Branch& parent, std::size_t level, const Index& first, const Index& last,
           const Visit& visit) {
    const auto number = static_cast<unsigned>(level) + 1U;
    std::array<std::vector<AxisCut>, 3> cuts;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      cuts[axis].reserve(last[axis] - first[axis] + 1U);
      for (std::size_t i = first[axis]; i <= last[axis]; ++i)
        cuts[axis].push_back(cut_axis(parent.runs[axis], sizes_[axis][i], number));
    }
    NestLoops loops = parent.loops;
    between(first, last, [&](const Index& i) {
      const Leaf* leaf = level + 1 == depth_ ? &leaves_[leaf_at(i)] : nullptr;
      if (leaf != nullptr && (leaf->count == 0 || cannot_win(parent.spent, i, *leaf))) return;
      if (leaf == nullptr && bound(parent.spent, i, level) >= least_) return;
      const std::array<double, 3> tile = size_of(i);
      const Room held = room(seen_[level], tile);
      if (held.once() > chip_.nest[level].capacity) return;
      const Cuts cut{&cuts[0][i[0] - first[0]], &cuts[1][i[1] - first[1]],
                     &cuts[2][i[2] - first[2]]};
      for (std::size_t axis = 0; axis < 3; ++axis) loops.tiles[number][axis] = cut[axis]->tiles;
      const unsigned orders = kOrdersToTry[loops_cut(cut)];
      for (std::size_t o = 0; o < std::size(kOrders); ++o) {
        if ((orders >> o & 1U) == 0) continue;
        const LoopOrder& order = kOrders[o];
        place_order(order, number, loops);
        const double bytes = level_bytes(seen_[level], cut, loops);
        const Laid here = laid(parent.spent, level, held, {tile, order}, bytes);
        ++considered_;
        if (leaf != nullptr) {
          chosen_[level] = here.tiles;
          finish(here.spent, *leaf);
        } else {
          visit(Step{i, static_cast<std::uint8_t>(o), bytes,
                     bound(here.spent, here.tiles.bytes, level)});
        }
      }
    });
  }

  [[nodiscard]] Branch grown(const Branch& parent, const Index& index, const Laid& here,
                             std::size_t level) const {
    const auto number = static_cast<unsigned>(level) + 1U;
    Branch out;
    out.index = index;
    out.loops = parent.loops;
    out.spent = here.spent;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double tile = here.tiles.tiles.size[axis];
      const AxisCut cut = cut_axis(parent.runs[axis], tile, number);
      out.loops.tiles[number][axis] = cut.tiles;
      out.runs[axis] = tiles_of(cut, tile);
    }
    place_order(here.tiles.tiles.order, number, out.loops);
    return out;
  }

  [[nodiscard]] bool cannot_win(Spent spent, const Index& i, const Leaf& leaf) const {
    const std::size_t level = depth_ - 1;
    spent.add(moved_at_least(level, i) / searched_bandwidth(chip_, level), 0, true);
    for (std::size_t f = 0; f < leaf.count; ++f) {
      const Inside& work = leaf.flows[f];
      if (spent.duration(work.math, work.stream, chip_.hidden) < least_) return false;
    }
    return true;
  }

  void finish(const Spent& spent, const Leaf& leaf) {
    for (std::size_t f = 0; f < leaf.count; ++f) {
      const double seconds = spent.duration(leaf.flows[f].math, leaf.flows[f].stream, chip_.hidden);
      if (seconds >= least_) continue;
      least_ = seconds;
      nest_.assign(chosen_.begin(), chosen_.begin() + static_cast<std::ptrdiff_t>(depth_));
      inside_ = leaf.flows[f];
    }
  }

  void follow(const Branch& branch, const Step& step, std::size_t level) {
    if (step.least >= least_) return;
    const std::array<double, 3> tile = size_of(step.index);
    const Laid here = laid(branch.spent, level, room(seen_[level], tile),
                           {tile, kOrders[step.order]}, step.bytes);
    chosen_[level] = here.tiles;
    descend(grown(branch, step.index, here, level), level + 1);
  }

  // Of the tiles that fit, those that may win most.
  [[nodiscard]] Index most_promising(const Branch& branch, std::size_t level) const {
    Index best{};
    double least = std::numeric_limits<double>::infinity();
    up_to(branch.index, [&](const Index& i) {
      if (room(seen_[level], size_of(i)).once() > chip_.nest[level].capacity) return;
      const double promised = bound(branch.spent, i, level);
      if (promised < least) {
        least = promised;
        best = i;
      }
    });
    return best;
  }

  // What may win most is followed first, so that most others need not be.
  void descend(const Branch& branch, std::size_t level) {
    std::vector<Step> waiting;
    const auto wait = [&](const Step& step) {
      if (step.least < least_) waiting.push_back(step);
    };
    if (level + 1 < depth_ && nest_.empty()) {
      const Index first = most_promising(branch, level);
      lay(branch, level, first, first, wait);
      if (!waiting.empty())
        follow(branch, *std::ranges::min_element(waiting, {}, &Step::least), level);
      waiting.clear();
    }
    lay(branch, level, Index{}, branch.index, wait);
    std::ranges::stable_sort(waiting, {}, &Step::least);
    for (const Step& step : waiting) follow(branch, step, level);
  }

  [[nodiscard]] Branch whole_product() const {
    Branch out;
    out.index = largest();
    out.runs = {whole_axis(p_.m), whole_axis(p_.n), whole_axis(p_.k)};
    return out;
  }

  const ArrayChip& chip_;
  const ArrayProduct& p_;
  std::vector<ArrayProduct> seen_;  // by level
  Loop split_;
  std::size_t depth_;
  std::array<std::vector<double>, 3> sizes_;
  std::array<std::vector<double>, 3> tiles_;  // of the whole product, by axis and size
  std::vector<std::vector<double>> moves_;    // of levels that differ
  std::vector<std::size_t> moves_of_;         // by level, into them
  std::vector<Leaf> leaves_;
  double least_math_ = std::numeric_limits<double>::infinity();
  double least_stream_ = std::numeric_limits<double>::infinity();
  double least_bytes_ = std::numeric_limits<double>::infinity();

  double least_;
  std::array<NestedTiles, kDeepestNest> chosen_;
  std::vector<NestedTiles> nest_;
  Inside inside_;
  int considered_ = 0;
};

}  // namespace

// time = longest of math and the transfers between levels + unhidden share of the rest, at least
//        math + first tiles in + last ones out, at least the arrays' stream; + transfers with one
//        buffer; + filling of the arrays and the latencies on the way
ArrayMapping best_nested_mapping(const ArrayChip& chip, const ArrayProduct& product) {
  Search by_rows(chip, product, Loop::Rows, std::numeric_limits<double>::infinity());
  ArrayMapping best = by_rows.best();
  int considered = best.considered;
  const bool is_split = std::any_of(chip.nest.begin(), chip.nest.end(),
                                    [](const ArrayLevel& level) { return level.instances > 1; });
  if (is_split) {
    Search by_columns(chip, product, Loop::Columns, by_rows.least());
    ArrayMapping other = by_columns.best();
    considered += other.considered;
    if (other.fits) best = std::move(other);
  }
  if (!best.fits) {
    best = streamed_past(chip, product);
    best.fits = false;
  }
  best.considered = considered;
  return best;
}

}  // namespace orrery
