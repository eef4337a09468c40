#include "orrery/compute/tile/nested_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "orrery/base/check.hpp"
#include "orrery/compute/tile/array_work.hpp"

namespace orrery {
namespace {

constexpr LoopOrder kOrders[] = {
    {Loop::Rows, Loop::Columns, Loop::Depth}, {Loop::Columns, Loop::Rows, Loop::Depth},
    {Loop::Rows, Loop::Depth, Loop::Columns}, {Loop::Depth, Loop::Rows, Loop::Columns},
    {Loop::Columns, Loop::Depth, Loop::Rows}, {Loop::Depth, Loop::Columns, Loop::Rows}};

// What has been spent on the levels decided so far. Transfers that are buffered twice run beside
// the arrays, the others take turns with them.
struct Spent {
  double longest = 0, beside = 0, turns = 0, fills = 0;

  void add(double seconds, double fill, bool double_buffered) {
    if (!double_buffered) {
      turns += seconds;
      return;
    }
    longest = std::max(longest, seconds);
    beside += seconds;
    fills += std::min(fill, seconds);
  }

  // longest + (1 - hidden) of the rest, at least math and what nothing hides. The arrays' own
  // stream runs in step with them: it is waited for only where it is the longest.
  [[nodiscard]] double duration(double math, double stream, double hidden) const {
    const double most = std::max(longest, math);
    return turns + std::max({most + (1.0 - hidden) * (beside + math - most), math + fills, stream});
  }
};

double seconds_of(double bytes, double bandwidth) {
  return bandwidth > 0 ? bytes / bandwidth : 0.0;
}

// Bytes that the tiles of one level hold, and those of their first filling.
struct Room {
  double operands = 0, sums = 0, results = 0;

  [[nodiscard]] double once() const { return operands + sums; }
  [[nodiscard]] double twice() const { return 2.0 * operands + sums; }
};

Room room(const ArrayProduct& p, const std::array<double, 3>& tile) {
  const double results = tile[0] * tile[1];
  return {tile[2] * (tile[0] * p.input_element + tile[1] * p.weight_element),
          results * kPartialElement, results * p.output_element};
}

// The product as one level sees it: what its instances do not share out, each has for itself.
ArrayProduct seen_by(const ArrayLevel& level, const ArrayProduct& p, Loop split) {
  ArrayProduct out = p;
  (split == Loop::Rows ? out.weight_element : out.input_element) *= level.instances;
  return out;
}

double bandwidth_outside(const ArrayChip& chip, std::size_t level) {
  return level == 0 ? chip.bandwidth : chip.nest[level - 1].bandwidth;
}

// What the search takes a level without a known bandwidth for: never waited for, but of two
// mappings alike the one that moves less through it is better.
double searched_bandwidth(const ArrayChip& chip, std::size_t level) {
  constexpr double kBeyondWaiting = 1e12;  // times main memory's
  const double known = bandwidth_outside(chip, level);
  return known > 0 ? known : chip.bandwidth * kBeyondWaiting;
}

NestedTiles priced_level(const ArrayChip& chip, const ArrayProduct& p, std::size_t level,
                         const LevelTiles& tiles, const Room& room, double bytes) {
  NestedTiles out;
  out.tiles = tiles;
  out.double_buffered = room.twice() <= chip.nest[level].capacity;
  out.held_bytes = out.double_buffered ? room.twice() : room.once();
  out.bytes = p.count * bytes;
  out.seconds = seconds_of(out.bytes, bandwidth_outside(chip, level));
  return out;
}

double first_fill(const Room& room, double bandwidth) {
  return seconds_of(room.operands + room.results, bandwidth);
}

Spent spent_on(const ArrayChip& chip, const ArrayProduct& p, const std::vector<NestedTiles>& nest,
               Loop split) {
  Spent out;
  for (std::size_t l = 0; l < nest.size(); ++l) {
    const Room held = room(seen_by(chip.nest[l], p, split), nest[l].tiles.size);
    out.add(nest[l].seconds, first_fill(held, bandwidth_outside(chip, l)), nest[l].double_buffered);
  }
  return out;
}

double around(const ArrayChip& chip) {
  double out = filling_cycles(chip) * chip.cycle + chip.latency;
  for (const ArrayLevel& level : chip.nest) out += level.latency;
  return out;
}

// What the arrays take with the innermost tiles.
struct Inside {
  double math = 0, stream = 0, cycles = 0, bytes = 0;
  Dataflow stationary = Dataflow::WeightStationary;
};

Inside inside(const ArrayChip& chip, const ArrayProduct& p, const std::array<double, 3>& tile,
              Dataflow stationary) {
  const ArrayWork work = array_work(chip, p, tile[0], tile[1], tile[2], stationary);
  Inside out;
  out.cycles = work.cycles;
  out.bytes = p.count * work.scratchpad_bytes;
  out.math = work.cycles * chip.cycle;
  out.stream = seconds_of(out.bytes, chip.nest.back().bandwidth);
  out.stationary = stationary;
  return out;
}

// From one step of a walk over tiles to the next, one operand's tile stays at most. Were it always
// the one that is worth most, it would change in one step of its loop's length; let the next best
// stay in those.
double least_bytes(const ArrayProduct& p, const std::array<double, 3>& tile) {
  const double rows = std::ceil(p.m / tile[0]), columns = std::ceil(p.n / tile[1]),
               depth = std::ceil(p.k / tile[2]);
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

ArrayMapping told(const ArrayChip& chip, const ArrayProduct& p, std::vector<NestedTiles> nest,
                  const Inside& work, Loop split) {
  const Spent spent = spent_on(chip, p, nest, split);
  ArrayMapping m;
  m.split = split;
  const NestedTiles& outermost = nest.front();
  m.tile_rows = outermost.tiles.size[0];
  m.tile_columns = outermost.tiles.size[1];
  m.tile_depth = outermost.tiles.size[2];
  m.inner = outermost.tiles.order[2] == Loop::Rows      ? InnerLoop::Rows
            : outermost.tiles.order[2] == Loop::Columns ? InnerLoop::Columns
                                                        : InnerLoop::Depth;
  m.stationary = work.stationary;
  m.double_buffered = outermost.double_buffered;
  m.held_bytes = outermost.held_bytes;
  m.memory_bytes = outermost.bytes;
  m.memory = outermost.seconds;
  m.math = work.math;
  m.fill = spent.fills;
  m.scratchpad_bytes = work.bytes;
  m.duration = spent.duration(work.math, work.stream, chip.hidden) + around(chip);
  m.utilisation = p.count * p.m * p.n * p.k / (work.cycles * chip.array * chip.array * chip.arrays);
  m.fits = true;
  m.nest = std::move(nest);
  return m;
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
  using Index = std::array<std::size_t, 3>;

  using Cuts = std::array<const AxisCut*, 3>;

  // The levels decided so far.
  struct Branch {
    Index index{};
    std::array<AxisRuns, 3> runs;
    NestLoops loops;
    Spent spent;
  };

  // One level more: its tiles and the order of its loops.
  struct Step {
    Index index{};
    NestedTiles level;
    Spent spent;
    double least = 0;  // seconds that it will take however it goes on
  };

  // Innermost tiles by size: what the arrays take, and whether they fit.
  struct Leaf {
    std::array<Inside, 3> flows;
    std::size_t count = 0;  // 0: they do not fit
    double bytes = 0;       // that they move at least, however the levels outside look
  };

  [[nodiscard]] std::array<double, 3> size_of(const Index& i) const {
    return {sizes_[0][i[0]], sizes_[1][i[1]], sizes_[2][i[2]]};
  }

  [[nodiscard]] std::size_t leaf_at(const Index& i) const {
    return (i[0] * sizes_[1].size() + i[1]) * sizes_[2].size() + i[2];
  }

  template <class Visit>
  static void up_to(const Index& last, const Visit& visit) {
    Index i{};
    for (i[0] = 0; i[0] <= last[0]; ++i[0]) {
      for (i[1] = 0; i[1] <= last[1]; ++i[1]) {
        for (i[2] = 0; i[2] <= last[2]; ++i[2]) visit(i);
      }
    }
  }

  [[nodiscard]] Index largest() const {
    return {sizes_[0].size() - 1, sizes_[1].size() - 1, sizes_[2].size() - 1};
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
      leaf.bytes = p_.count * least_bytes(seen_.back(), tile);
      least_bytes_ = std::min(least_bytes_, leaf.bytes);
    });
  }

  // No level moves less than the one outside it, whose tiles are larger, and the innermost no less
  // than the best of its tiles alone.
  [[nodiscard]] double bound(const Step& step, std::size_t level) const {
    Spent spent = step.spent;
    for (std::size_t l = level + 1; l < depth_; ++l) {
      const double bytes =
          l + 1 == depth_ ? std::max(step.level.bytes, least_bytes_) : step.level.bytes;
      spent.add(bytes / searched_bandwidth(chip_, l), 0, true);
    }
    return spent.duration(least_math_, least_stream_, chip_.hidden);
  }

  // Every way to lay tiles into `level`. The innermost level's are compared, others visited.
  template <class Visit>
  void lay(const Branch& parent, std::size_t level, const Visit& visit) {
    const auto number = static_cast<unsigned>(level) + 1U;
    std::array<std::vector<AxisCut>, 3> cuts;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      cuts[axis].reserve(parent.index[axis] + 1);
      for (std::size_t i = 0; i <= parent.index[axis]; ++i)
        cuts[axis].push_back(cut_axis(parent.runs[axis], sizes_[axis][i], number));
    }
    NestLoops loops = parent.loops;
    up_to(parent.index, [&](const Index& i) {
      const Leaf* leaf = level + 1 == depth_ ? &leaves_[leaf_at(i)] : nullptr;
      if (leaf != nullptr && (leaf->count == 0 || cannot_win(parent.spent, level, *leaf))) return;
      const std::array<double, 3> tile = size_of(i);
      const Room held = room(seen_[level], tile);
      if (held.once() > chip_.nest[level].capacity) return;
      const Cuts cut{&cuts[0][i[0]], &cuts[1][i[1]], &cuts[2][i[2]]};
      for (std::size_t axis = 0; axis < 3; ++axis) loops.tiles[number][axis] = cut[axis]->tiles;
      const LoopsCut loops_cut = loops_that(cut, number);
      for (const LoopOrder& order : kOrders) {
        if (is_another_order_alike(order, loops_cut)) continue;
        place_order(order, number, loops);
        Step step{i, {}, parent.spent, 0};
        step.level = priced_level(chip_, p_, level, {tile, order}, held,
                                  level_bytes(seen_[level], cut, loops));
        const double bandwidth = searched_bandwidth(chip_, level);
        step.spent.add(step.level.bytes / bandwidth, first_fill(held, bandwidth),
                       step.level.double_buffered);
        ++considered_;
        if (leaf != nullptr) {
          chosen_[level] = step.level;
          finish(step.spent, *leaf);
        } else {
          step.least = bound(step, level);
          visit(step);
        }
      }
    });
  }

  [[nodiscard]] Branch grown(const Branch& parent, const Step& step, std::size_t level) const {
    const auto number = static_cast<unsigned>(level) + 1U;
    Branch out;
    out.index = step.index;
    out.loops = parent.loops;
    out.spent = step.spent;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double tile = step.level.tiles.size[axis];
      const AxisCut cut = cut_axis(parent.runs[axis], tile, number);
      out.loops.tiles[number][axis] = cut.tiles;
      out.runs[axis] = tiles_of(cut, tile);
    }
    place_order(step.level.tiles.order, number, out.loops);
    return out;
  }

  [[nodiscard]] bool cannot_win(Spent spent, std::size_t level, const Leaf& leaf) const {
    spent.add(leaf.bytes / searched_bandwidth(chip_, level), 0, true);
    for (std::size_t f = 0; f < leaf.count; ++f) {
      const Inside& work = leaf.flows[f];
      if (spent.duration(work.math, work.stream, chip_.hidden) < least_) return false;
    }
    return true;
  }

  struct LoopsCut {
    std::array<bool, 3> somewhere{}, everywhere{true, true, true};
  };

  static LoopsCut loops_that(const Cuts& cut, unsigned level) {
    LoopsCut out;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      for (std::size_t r = 0; r < cut[axis]->parents.count; ++r) {
        const bool cuts = (cut[axis]->parents.run[r].cut >> level & 1U) != 0;
        out.somewhere[axis] = out.somewhere[axis] || cuts;
        out.everywhere[axis] = out.everywhere[axis] && cuts;
      }
    }
    return out;
  }

  // A loop over one tile may stand anywhere, and so may the outer two of three that have several
  // tiles everywhere: of orders that differ in nothing else, one is tried.
  static bool is_another_order_alike(const LoopOrder& order, const LoopsCut& cut) {
    const auto axis = [&](std::size_t place) { return static_cast<std::size_t>(order[place]); };
    for (std::size_t i = 0; i < 2; ++i) {
      const bool cuts = cut.somewhere[axis(i)], next_cuts = cut.somewhere[axis(i + 1)];
      if (!next_cuts && (cuts || axis(i) > axis(i + 1))) return true;
    }
    const bool three = cut.everywhere[0] && cut.everywhere[1] && cut.everywhere[2];
    return three && axis(0) > axis(1);
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

  // The step that may win most is followed first, so that most others need not be.
  void descend(const Branch& branch, std::size_t level) {
    std::vector<Step> waiting;
    std::size_t first = 0;
    lay(branch, level, [&](const Step& step) {
      if (step.least >= least_) return;
      if (!waiting.empty() && step.least < waiting[first].least) first = waiting.size();
      waiting.push_back(step);
    });
    const auto follow = [&](const Step& step) {
      if (step.least >= least_) return;
      chosen_[level] = step.level;
      descend(grown(branch, step, level), level + 1);
    };
    if (!waiting.empty()) follow(waiting[first]);
    for (const Step& step : waiting) follow(step);
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

ArrayMapping nested_mapping(const ArrayChip& chip, const ArrayProduct& p,
                            const std::vector<LevelTiles>& levels, Dataflow stationary,
                            Loop split) {
  ORRERY_CHECK(levels.size() == chip.nest.size(), "{} levels of tiles for {} scratchpads",
               levels.size(), chip.nest.size());
  std::vector<LevelTiles> clipped = levels;
  std::array<double, 3> whole{p.m, p.n, p.k};
  for (LevelTiles& level : clipped) {
    for (std::size_t axis = 0; axis < 3; ++axis)
      whole[axis] = level.size[axis] = std::min(level.size[axis], whole[axis]);
  }
  std::vector<NestedTiles> nest;
  bool fits = true;
  for (std::size_t l = 0; l < clipped.size(); ++l) {
    const ArrayProduct seen = seen_by(chip.nest[l], p, split);
    const Room held = room(seen, clipped[l].size);
    fits = fits && held.once() <= chip.nest[l].capacity;
    nest.push_back(priced_level(chip, p, l, clipped[l], held, nested_bytes(seen, clipped)[l]));
  }
  ArrayMapping out = told(chip, p, nest, inside(chip, p, clipped.back().size, stationary), split);
  out.fits = fits;
  return out;
}

}  // namespace orrery
