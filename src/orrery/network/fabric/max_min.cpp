#include "orrery/network/fabric/max_min.hpp"

#include <algorithm>
#include <limits>
#include <queue>
#include <stdexcept>

#include "orrery/network/fabric/finish_times.hpp"
#include "orrery/network/fabric/max_min_rates.hpp"

namespace orrery {
namespace {

// Ends that lie closer together than this share of the time passed are one event: rounding must
// not turn one symmetric end into a thousand.
constexpr double kSameTime = 1e-12;

struct Due {
  double time = 0.0;
  std::uint64_t order = 0;  // of posting: equal times keep it
  Message message;
  bool operator<(const Due& o) const {  // std::priority_queue gives the largest
    return time != o.time ? time > o.time : order > o.order;
  }
};

class MaxMinFabric final : public Fabric, private Injector {
 public:
  MaxMinFabric(const Wires& wires, const Routing& routing)
      : wires_(wires), routing_(routing), rates_(capacities(wires)) {}

  [[nodiscard]] const char* name() const override { return "max_min"; }

  FabricResult run(Traffic& traffic) override {
    result_ = {};
    result_.link_bytes.assign(wires_.links.size(), 0.0);
    now_ = 0.0;
    traffic.begin(*this);
    for (;;) {
      update_rates();
      const double drained = finish_.next();
      const double start = starts_.empty() ? kNever : starts_.top().time;
      const double arrival = arrivals_.empty() ? kNever : arrivals_.top().time;
      const double next = std::min({drained, start, arrival});
      if (next == kNever) break;
      now_ = std::max(now_, next);
      const double until = now_ + kSameTime * now_;
      finish_.take_until(until, ended_);
      for (const std::uint32_t f : ended_) end(f);
      while (!arrivals_.empty() && arrivals_.top().time <= until) {
        delivered_.push_back(arrivals_.top().message.tag);
        arrivals_.pop();
      }
      while (!starts_.empty() && starts_.top().time <= until) {
        const Message m = starts_.top().message;
        starts_.pop();
        start_now(m);
      }
      deliver(traffic);
    }
    if (rates_.active() > 0) throw std::logic_error("max_min: flows that never end");
    result_.completion = Seconds{now_};
    return std::move(result_);
  }

 private:
  static constexpr double kNever = std::numeric_limits<double>::infinity();

  struct Live {
    double left = 0.0;  // bytes, at `since`
    double since = 0.0;
    double size = 0.0;
    double latency = 0.0;
    std::uint64_t tag = 0;
  };

  static std::vector<double> capacities(const Wires& wires) {
    std::vector<double> out;
    out.reserve(wires.links.size());
    for (const Link& l : wires.links) out.push_back(wires.kinds[l.kind].bandwidth.value());
    return out;
  }

  [[nodiscard]] Seconds now() const override { return Seconds{now_}; }

  void send(const Message& m, Seconds after) override {
    if (m.from >= wires_.endpoints || m.to >= wires_.endpoints || !(after.value() >= 0.0)) {
      throw std::logic_error(
          "max_min: a message between endpoints that do not exist, or in the past");
    }
    ++result_.messages;
    if (after.value() > 0.0) {
      starts_.push({now_ + after.value(), order_++, m});
    } else {
      start_now(m);
    }
  }

  void start_now(const Message& m) {
    shares_.clear();
    uses_.clear();
    routing_.spread(m.from, m.to, m.choice, shares_);
    double latency = 0.0;
    for (const LinkShare& s : shares_) {
      uses_.push_back({static_cast<std::uint32_t>(index(s.link)), s.share});
      latency += s.share * wires_.kind(s.link).latency.value();
    }
    const double size = m.size.value();
    if (uses_.empty() || !(size > 0.0)) {
      arrive(now_ + latency, m.tag);
      return;
    }
    const std::uint32_t f = rates_.add(uses_);
    if (live_.size() <= f) live_.resize(f + 1);
    live_[f] = {size, now_, size, latency, m.tag};
    changed_ = true;
  }

  void arrive(double time, std::uint64_t tag) {
    if (time <= now_) {
      delivered_.push_back(tag);
    } else {
      arrivals_.push({time, order_++, {0, 0, Bytes{}, tag, 0}});
    }
  }

  void end(std::uint32_t f) {
    const Live& live = live_[f];
    const auto links = rates_.links(f);
    const auto shares = rates_.shares(f);
    for (std::size_t i = 0; i < links.size(); ++i) {
      result_.link_bytes[links[i]] += live.size * shares[i];
    }
    rates_.remove(f);
    changed_ = true;
    arrive(now_ + live.latency, live.tag);
  }

  // Traffic may send, and a message without links arrives at once: until nothing more is due now.
  void deliver(Traffic& traffic) {
    while (!delivered_.empty()) {
      delivering_.swap(delivered_);
      for (const std::uint64_t tag : delivering_) traffic.delivered(tag, *this);
      delivering_.clear();
    }
  }

  void update_rates() {
    if (!changed_) return;
    changed_ = false;
    const auto changed = rates_.solve();
    result_.events += changed.size();
    finish_.begin_update(changed.size(), rates_.active());
    for (const std::uint32_t f : changed) {
      Live& live = live_[f];
      const double old = live_rate(f);
      live.left = std::max(live.left - old * (now_ - live.since), 0.0);
      live.since = now_;
      rate_[f] = rates_.rate(f);
      finish_.set(f, now_ + live.left / rate_[f]);
    }
    finish_.end_update();
  }

  // The rate of before the solve; zero for a flow that is new.
  double live_rate(std::uint32_t f) {
    if (rate_.size() <= f) rate_.resize(f + 1, 0.0);
    return live_[f].since == now_ ? 0.0 : rate_[f];
  }

  const Wires& wires_;
  const Routing& routing_;
  MaxMinRates rates_;
  FinishTimes finish_;
  std::vector<Live> live_;
  std::vector<double> rate_;
  std::priority_queue<Due> starts_;
  std::priority_queue<Due> arrivals_;
  std::vector<std::uint64_t> delivered_;
  std::vector<std::uint64_t> delivering_;
  std::vector<std::uint32_t> ended_;
  std::vector<LinkShare> shares_;
  std::vector<LinkUse> uses_;
  FabricResult result_;
  double now_ = 0.0;
  std::uint64_t order_ = 0;
  bool changed_ = false;
};

}  // namespace

std::unique_ptr<Fabric> make_max_min(const Wires& wires, const Routing& routing) {
  return std::make_unique<MaxMinFabric>(wires, routing);
}

}  // namespace orrery
