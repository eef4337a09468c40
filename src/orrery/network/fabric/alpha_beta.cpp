#include "orrery/network/fabric/alpha_beta.hpp"

#include <algorithm>
#include <limits>
#include <queue>

#include "orrery/base/check.hpp"

namespace orrery {
namespace {

enum class Happens : std::uint8_t { Start, HeadArrives, Delivered };

struct Event {
  double time = 0.0;
  std::uint64_t order = 0;  // of posting: equal times keep it
  Message message;
  Happens what = Happens::Start;
  std::uint32_t last_link = 0;
  double length = 0.0;                    // time on the narrowest link
  bool operator<(const Event& o) const {  // std::priority_queue gives the largest
    return time != o.time ? time > o.time : order > o.order;
  }
};

class AlphaBetaFabric final : public Fabric, private Injector {
 public:
  AlphaBetaFabric(const Wires& wires, const Routing& routing) : wires_(wires), routing_(routing) {}

  [[nodiscard]] const char* name() const override { return "alpha_beta"; }

  FabricResult run(Traffic& traffic) override {
    result_ = {};
    result_.link_bytes.assign(wires_.links.size(), 0.0);
    free_at_.assign(wires_.links.size(), 0.0);
    now_ = 0.0;
    order_ = 0;
    traffic.begin(*this);
    while (!events_.empty()) {
      const Event event = events_.top();
      events_.pop();
      now_ = event.time;
      ++result_.events;
      switch (event.what) {
        case Happens::Start:
          start(event.message);
          break;
        case Happens::HeadArrives:
          receive(event);
          break;
        case Happens::Delivered:
          result_.completion = Seconds{now_};
          traffic.delivered(event.message.tag, *this);
          break;
      }
    }
    return std::move(result_);
  }

 private:
  [[nodiscard]] Seconds now() const override { return Seconds{now_}; }

  void send(const Message& message, Seconds after) override {
    ORRERY_CHECK(message.from < wires_.endpoints && message.to < wires_.endpoints,
                 "a message from {} to {} of {} endpoints", message.from, message.to,
                 wires_.endpoints);
    ORRERY_CHECK(after.value() >= 0.0, "a message {} s in the past", -after.value());
    ++result_.messages;
    if (after.value() > 0.0) {
      post(now_ + after.value(), message, Happens::Start);
    } else {
      start(message);
    }
  }

  void post(double time, const Message& message, Happens what, std::uint32_t last_link = 0,
            double length = 0.0) {
    events_.push({time, order_++, message, what, last_link, length});
  }

  // The sender's port takes messages in the order of their sending.
  void start(const Message& message) {
    way_.clear();
    routing_.route(message.from, message.to, message.choice, way_);
    if (way_.empty()) {
      post(now_, message, Happens::Delivered);
      return;
    }
    double latency = 0.0, narrowest = std::numeric_limits<double>::infinity();
    for (const Hop& hop : way_) {
      const LinkKind& kind = wires_.kind(hop.link);
      latency += kind.latency.value();
      narrowest = std::min(narrowest, kind.bandwidth.value());
      result_.link_bytes[index(hop.link)] += message.size.value();
    }
    const double length = message.size.value() / narrowest;
    double& free_at = free_at_[index(way_.front().link)];
    const double leaves = std::max(now_, free_at);
    free_at = leaves + length;
    if (way_.size() == 1) {
      post(leaves + latency + length, message, Happens::Delivered);
    } else {
      post(leaves + latency, message, Happens::HeadArrives,
           static_cast<std::uint32_t>(index(way_.back().link)), length);
    }
  }

  // The receiver's port takes them in the order of their arrival.
  void receive(const Event& event) {
    double& free_at = free_at_[event.last_link];
    free_at = std::max(now_, free_at) + event.length;
    post(free_at, event.message, Happens::Delivered);
  }

  const Wires& wires_;
  const Routing& routing_;
  std::priority_queue<Event> events_;
  std::vector<double> free_at_;  // by link, as a port
  std::vector<Hop> way_;
  FabricResult result_;
  double now_ = 0.0;
  std::uint64_t order_ = 0;
};

}  // namespace

std::unique_ptr<Fabric> make_alpha_beta(const Wires& wires, const Routing& routing) {
  return std::make_unique<AlphaBetaFabric>(wires, routing);
}

}  // namespace orrery
