#include "orrery/planner/scorer.hpp"

#include <algorithm>

namespace orrery::planning {
namespace {

constexpr auto kData = static_cast<std::size_t>(CommPurpose::Data);
constexpr auto kPipeline = static_cast<std::size_t>(CommPurpose::Pipeline);

bool contains(const std::vector<std::uint8_t>& list, std::uint8_t value) {
  return std::ranges::find(list, value) != list.end();
}

bool any_true(const std::vector<bool>& values, const std::vector<std::uint8_t>& positions) {
  return std::ranges::any_of(positions, [&](std::uint8_t i) { return values[i]; });
}

bool same_contents(const StageContents& a, const StageContents& b) {
  return a.has_input == b.has_input && a.has_output == b.has_output &&
         std::ranges::equal(a.runs, b.runs, [](const LayerRun& x, const LayerRun& y) {
           return x.layer == y.layer && x.count == y.count;
         });
}

}  // namespace

Scorer::Scorer(const TuneTask& task, const PlanSpace& space, const TuneGoal& goal)
    : task_(task),
      space_(space),
      goal_(goal),
      capacity_(goal.memory_share * task.prices.cluster.chip.memory.capacity.value()),
      work_(task.work) {}

void Scorer::set_shape(const Shape& shape, std::uint32_t index) {
  shape_ = index;
  plan_ = shape.plan;
  work_.micro = shape.micro;
  micro_batches_ = std::max(1.0, static_cast<double>(work_.global) / (plan_.data * work_.micro));
  groups_ = groups_of(plan_, task_.prices.cluster);
  batch_ = training_batch(plan_, work_);
  stages_ = stages_of(task_.graph, plan_);
  // Of neighbours alike only the first can be the fullest: no schedule keeps more micro-batches in
  // flight on a later stage.
  fullest_candidates_.clear();
  for (std::size_t s = 0; s < stages_.size(); ++s) {
    if (s == 0 || !same_contents(stages_[s], stages_[s - 1])) {
      fullest_candidates_.push_back(static_cast<int>(s));
    }
  }
}

Tally Scorer::score(const Choices& choices, const Pick& pick, TopPoints& top) {
  pick_ = pick;
  apply(space_, pick_, plan_);
  footprints_.clear();
  for (const int s : fullest_candidates_) {
    footprints_.push_back(
        training_footprint(task_.graph, stages_[static_cast<std::size_t>(s)], plan_, batch_));
  }
  const Tally tally = hold(choices);
  // ZeRO-3 adds traffic to every layer; the other stages share their kernels and their traffic.
  Positions below, full;
  for (const std::uint8_t z : choices[kZero]) (space_.zero[z] < 3 ? below : full).push_back(z);
  for (const Positions& zeros : {below, full}) {
    if (!any_fits(zeros)) continue;
    price_kernels(choices, zeros);
    score_overlaps(choices, zeros, top);
  }
  return tally;
}

Tally Scorer::hold(const Choices& choices) {
  const auto count = [&](Knob knob) { return static_cast<std::int64_t>(choices[knob].size()); };
  const std::int64_t points = count(kOverlapTensor) * count(kOverlapExpert) *
                              count(kOverlapContext) * count(kOverlapPipeline) *
                              count(kOverlapData);
  Tally tally;
  held_.clear();
  Held held;
  for (const std::uint8_t schedule : choices[kSchedule]) {
    plan_.schedule = space_.schedule[schedule];
    held.pick[kSchedule] = schedule;
    for (const std::uint8_t zero : choices[kZero]) {
      plan_.zero = space_.zero[zero];
      held.pick[kZero] = zero;
      for (const std::uint8_t offload : choices[kOffloadOptimizer]) {
        plan_.offload.optimizer = space_.offload_optimizer[offload];
        held.pick[kOffloadOptimizer] = offload;
        held.peak = 0;
        for (std::size_t i = 0; i < footprints_.size(); ++i) {
          const double in_flight =
              micro_batches_in_flight(plan_, micro_batches_, fullest_candidates_[i]);
          const MemoryUse use =
              training_use(footprints_[i], plan_, groups_, in_flight, task_.memory);
          held.peak = std::max(held.peak, use.total().value());
        }
        held.fits = held.peak <= capacity_;
        (held.fits ? tally.feasible : tally.too_big) += points;
        held_.push_back(held);
      }
    }
  }
  return tally;
}

bool Scorer::any_fits(const Positions& zeros) const {
  return std::ranges::any_of(
      held_, [&](const Held& h) { return h.fits && contains(zeros, h.pick[kZero]); });
}

// Lowered and priced once, with everything overlapping that any of the points lets overlap.
void Scorer::price_kernels(const Choices& choices, const Positions& zeros) {
  plan_.zero = space_.zero[zeros.front()];
  plan_.overlap.tensor = any_true(space_.overlap_tensor, choices[kOverlapTensor]);
  plan_.overlap.expert = any_true(space_.overlap_expert, choices[kOverlapExpert]);
  plan_.overlap.context = any_true(space_.overlap_context, choices[kOverlapContext]);
  plan_.overlap.data = any_true(space_.overlap_data, choices[kOverlapData]);
  program_ = lower_training(task_.graph, plan_, work_, task_.prices.cluster);
  priced_ = price(program_, task_.prices);
  may_overlap_.clear();
  for (const auto& segment : priced_.segments) {
    for (const auto& transfer : segment.transfers) may_overlap_.push_back(transfer.may_overlap);
  }
  priced_ends_of_ = -1;
}

void Scorer::let_overlap(const Overlap& overlap) {
  const auto lets = [&](CommPurpose traffic) {
    switch (traffic) {
      case CommPurpose::Tensor:
        return overlap.tensor;
      case CommPurpose::Expert:
        return overlap.expert;
      case CommPurpose::Context:
        return overlap.context;
      case CommPurpose::Data:
        return overlap.data;
      case CommPurpose::Pipeline:
      case CommPurpose::Host:
        return true;
    }
    return true;
  };
  std::size_t i = 0;
  for (auto& segment : priced_.segments) {
    for (auto& transfer : segment.transfers) {
      transfer.may_overlap =
          transfer.always_overlaps || (may_overlap_[i] && lets(transfer.traffic));
      ++i;
    }
  }
}

void Scorer::score_overlaps(const Choices& choices, const Positions& zeros, TopPoints& top) {
  const bool data_in_layers = space_.zero[zeros.front()] == 3;
  const Positions whole{0};
  Overlap overlap;
  for (const std::uint8_t tensor : choices[kOverlapTensor]) {
    overlap.tensor = space_.overlap_tensor[pick_[kOverlapTensor] = tensor];
    for (const std::uint8_t expert : choices[kOverlapExpert]) {
      overlap.expert = space_.overlap_expert[pick_[kOverlapExpert] = expert];
      for (const std::uint8_t context : choices[kOverlapContext]) {
        overlap.context = space_.overlap_context[pick_[kOverlapContext] = context];
        for (const std::uint8_t data : data_in_layers ? choices[kOverlapData] : whole) {
          overlap.data = space_.overlap_data[data];
          let_overlap(overlap);
          add_stages(priced_, task_.prices.stack, times_, step_);
          add_stragglers(priced_.ranks, task_.prices.straggler_sigma, step_);
          if (step_.busiest_stage != priced_ends_of_) price_ends(choices, zeros);
          list_sends(choices);
          list_ends(data_in_layers ? Positions{data} : choices[kOverlapData]);
          combine(zeros, top);
        }
      }
    }
  }
}

void Scorer::list_sends(const Choices& choices) {
  sends_.clear();
  const Seconds exposed = step_.exposed[kPipeline], busy = step_.busy[kPipeline];
  for (const std::uint8_t schedule : choices[kSchedule]) {
    plan_.schedule = space_.schedule[schedule];
    priced_.schedule = schedule_of(plan_);
    for (const std::uint8_t overlap : choices[kOverlapPipeline]) {
      priced_.sends_overlap = space_.overlap_pipeline[overlap];
      add_pipeline(priced_, task_.prices.stack, times_, step_);
      sends_.push_back({schedule, overlap, step_.exposed[kPipeline], step_.bubble});
      step_.exposed[kPipeline] = exposed;
      step_.busy[kPipeline] = busy;
    }
  }
}

void Scorer::price_ends(const Choices& choices, const Positions& zeros) {
  priced_ends_of_ = step_.busiest_stage;
  priced_ends_.clear();
  const RankClass& whole = program_.classes[static_cast<std::size_t>(priced_ends_of_)];
  RankClass c;
  c.layers = whole.layers;
  c.multiplicity = whole.multiplicity;
  c.parameters = whole.parameters;
  c.expert_parameters = whole.expert_parameters;
  for (const std::uint8_t zero : zeros) {
    plan_.zero = space_.zero[zero];
    for (const std::uint8_t offload : choices[kOffloadOptimizer]) {
      plan_.offload.optimizer = space_.offload_optimizer[offload];
      c.step.clear();
      c.optimizer = {};
      c.optimizer_host = {};
      add_step_tasks(c, plan_, groups_);
      PricedEnd end{zero, offload, price(c, task_.prices), {}};
      for (const auto& transfer : end.stage.step) end.may_overlap.push_back(transfer.may_overlap);
      priced_ends_.push_back(std::move(end));
    }
  }
}

void Scorer::list_ends(const Positions& overlaps) {
  ends_.clear();
  const Seconds exposed = step_.exposed[kData], busy = step_.busy[kData], memory = step_.memory;
  const Bytes bytes = step_.bytes;
  for (PricedEnd& end : priced_ends_) {
    for (const std::uint8_t overlap : overlaps) {
      for (std::size_t i = 0; i < end.may_overlap.size(); ++i) {
        end.stage.step[i].may_overlap = end.may_overlap[i] && space_.overlap_data[overlap];
      }
      add_once_a_step(end.stage, times_, task_.prices.stack, step_);
      ends_.push_back(
          {end.zero, end.offload, overlap, step_.exposed[kData], step_.optimizer, step_.memory,
                       step_.bytes});
      step_.exposed[kData] = exposed;
      step_.busy[kData] = busy;
      step_.memory = memory;
      step_.bytes = bytes;
    }
  }
}

double Scorer::score_of(Seconds time, double peak) const {
  switch (goal_.objective) {
    case Objective::Time:
      return time.value();
    case Objective::Memory:
      return peak;
    case Objective::Energy:
      return (power_per_chip(step_, task_.prices.cluster, task_.power) * time).value();
    case Objective::Cost:
      return chip_cost(time, power_per_chip(step_, task_.prices.cluster, task_.power),
                       task_.prices.cluster, task_.money)
          .value();
  }
  return 0;
}

void Scorer::combine(const Positions& zeros, TopPoints& top) {
  for (const Held& held : held_) {
    if (!held.fits || !contains(zeros, held.pick[kZero])) continue;
    for (const Sends& sends : sends_) {
      if (sends.schedule != held.pick[kSchedule]) continue;
      step_.exposed[kPipeline] = sends.exposed;
      step_.bubble = sends.bubble;
      for (const StepEnd& end : ends_) {
        if (end.zero != held.pick[kZero] || end.offload != held.pick[kOffloadOptimizer]) continue;
        step_.exposed[kData] = end.exposed;
        step_.optimizer = end.optimizer;
        step_.memory = end.memory;
        step_.bytes = end.bytes;
        const Seconds time = step_.total();
        const double score = score_of(time, held.peak);
        if (!top.may_enter(score)) continue;
        Point point{score, time.value(), held.peak, shape_, pick_};
        point.pick[kSchedule] = held.pick[kSchedule];
        point.pick[kZero] = held.pick[kZero];
        point.pick[kOffloadOptimizer] = held.pick[kOffloadOptimizer];
        point.pick[kOverlapPipeline] = sends.overlap;
        point.pick[kOverlapData] = end.overlap;
        top.offer(point);
      }
    }
  }
}

}  // namespace orrery::planning
