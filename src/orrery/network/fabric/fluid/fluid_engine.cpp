#include "orrery/network/fabric/fluid/fluid_engine.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "orrery/base/check.hpp"

namespace orrery {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr std::uint32_t kNone = ~std::uint32_t{0};
// Ends that lie closer together than this share of the time passed are one event: rounding must
// not turn one symmetric end into a thousand.
constexpr double kSameTime = 1e-12;
constexpr std::uint64_t kInstantsBetweenLooks = 1024;

}  // namespace

FluidEngine::FluidEngine(FluidNetwork& network) : network_(network), rates_(network.capacities()) {
  result_.link_bytes.assign(network.capacities().size(), 0.0);
}

FabricResult FluidEngine::play(Traffic& traffic, const Fabric::Watch& watch) {
  traffic.begin(*this);
  deliver(traffic);
  for (std::uint64_t instants = 1;; ++instants) {
    if (watch && instants % kInstantsBetweenLooks == 0) watch(now());
    settle();
    const double drained = clocks_.next();
    const double start_time = starts_.empty() ? kNever : starts_.top().time;
    const double arrival = arrivals_.empty() ? kNever : arrivals_.top().time;
    const double next = std::min({drained, start_time, arrival});
    if (next == kNever) break;
    now_ = std::max(now_, next);
    const double until = now_ + kSameTime * now_;
    clocks_.take_until(until, ended_);
    for (const FlowIndex f : ended_) end(f);
    while (!arrivals_.empty() && arrivals_.top().time <= until) {
      delivered_.push_back(arrivals_.top().message.tag);
      arrivals_.pop();
    }
    while (!starts_.empty() && starts_.top().time <= until) {
      const Message m = starts_.top().message;
      starts_.pop();
      start(m);
    }
    deliver(traffic);
  }
  ORRERY_CHECK(rates_.active() == 0, "{} flows never end", rates_.active());
  result_.completion = Seconds{now_};
  return std::move(result_);
}

void FluidEngine::send(const Message& m, Seconds after) {
  ORRERY_CHECK(after.value() >= 0.0, "a message sent {} s before now", -after.value());
  ++result_.messages;
  if (after.value() > 0.0) {
    starts_.push({now_ + after.value(), order_++, m});
  } else {
    start(m);
  }
}

void FluidEngine::start(const Message& m) {
  if (take_over(m)) return;
  uses_.clear();
  const double latency = network_.path(m, uses_).value();
  const double size = m.size.value();
  if (uses_.empty() || !(size > 0.0)) {
    arrive(now_ + latency, m.tag);
    return;
  }
  const FlowIndex f = rates_.add(uses_);
  if (live_.size() <= f) live_.resize(f + 1);
  live_[f] = {.size = size,
              .latency = latency,
              .tag = m.tag,
              .choice = m.choice,
              .from = m.from,
              .to = m.to};
  started_.push_back(f);
  changed_ = true;
}

bool FluidEngine::take_over(const Message& m) {
  if (m.from >= parked_of_sender_.size() || !(m.size.value() > 0.0)) return false;
  for (FlowIndex* at = &parked_of_sender_[m.from]; *at != kNone; at = &live_[*at].next_parked) {
    Live& live = live_[*at];
    if (live.to != m.to || live.choice != m.choice) continue;
    started_.push_back(*at);
    *at = live.next_parked;
    live.parked = false;
    live.size = m.size.value();
    live.tag = m.tag;
    return true;
  }
  return false;
}

void FluidEngine::arrive(double time, std::uint64_t tag) {
  if (time <= now_) {
    delivered_.push_back(tag);
  } else {
    arrivals_.push({time, order_++, {.tag = tag}});
  }
}

void FluidEngine::end(FlowIndex f) {
  Live& live = live_[f];
  live.carried += live.size;
  live.parked = true;
  if (parked_of_sender_.size() <= live.from) parked_of_sender_.resize(live.from + 1, kNone);
  live.next_parked = std::exchange(parked_of_sender_[live.from], f);
  parked_.push_back(f);
  arrive(now_ + live.latency, live.tag);
}

// Traffic may send, and a message without carriers arrives at once: until nothing more is due now.
void FluidEngine::deliver(Traffic& traffic) {
  while (!delivered_.empty()) {
    delivering_.swap(delivered_);
    for (const std::uint64_t tag : delivering_) traffic.delivered(tag, *this);
    delivering_.clear();
  }
}

void FluidEngine::remove_parked() {
  for (const FlowIndex f : parked_) {
    Live& live = live_[f];
    parked_of_sender_[live.from] = kNone;
    if (!live.parked) continue;
    const auto links = rates_.incidence().links(f);
    const auto shares = rates_.incidence().shares(f);
    for (std::size_t i = 0; i < links.size(); ++i) {
      result_.link_bytes[links[i]] += live.carried * shares[i];
    }
    rates_.remove(f);
    clocks_.forget(f);
    changed_ = true;
  }
  parked_.clear();
}

// Rates of what now runs, and when each flow would end.
void FluidEngine::settle() {
  remove_parked();
  for (const FlowIndex f : started_) clocks_.start(f, live_[f].size, now_);
  if (changed_) {
    const FlowLevels& solved = rates_.solve();
    result_.events += solved.changed_flows;
    // First who leaves a clock, while it still says what each has left; then how fast clocks go.
    for (const FlowIndex f : solved.moved_flows) clocks_.move(f, solved.held[f].by, now_);
    for (const std::uint32_t l : solved.changed_links) clocks_.set_rate(l, solved.level[l], now_);
    changed_ = false;
  }
  started_.clear();
}

}  // namespace orrery
