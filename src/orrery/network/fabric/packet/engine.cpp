#include "orrery/network/fabric/packet/engine.hpp"

#include <algorithm>
#include <cmath>

#include "orrery/base/check.hpp"
#include "orrery/network/fabric/packet/packet_fabric.hpp"

namespace orrery::packet {
namespace {

// Ways that a sprayed flow goes round through.
constexpr std::uint32_t kWays = 16;
// Packets of one payload are counted in 16 bits.
constexpr double kMostPayload = 60'000.0;
constexpr std::uint64_t kEventsBetweenLooks = 1 << 20;

// About one event a bucket: a full packet's time over the ports that may be busy.
std::int64_t bucket_width(const Wires& wires, const PacketOptions& options) {
  const double bytes = (options.payload + options.header).value();
  double shortest = 1e9;
  for (const LinkKind& k : wires.kinds)
    shortest = std::min(shortest, bytes / k.bandwidth.value() * kPicoseconds);
  const double busy = std::max<double>(1.0, wires.endpoints * 4.0);
  return static_cast<std::int64_t>(std::max(1.0, shortest / busy));
}

}  // namespace

std::int64_t ps(double seconds) {
  return static_cast<std::int64_t>(std::llround(seconds * kPicoseconds));
}

Engine::Engine(const Wires& wires, const Routing& routing, const PacketOptions& options)
    : wires_(wires),
      routing_(routing),
      options_(options),
      has_detours_(routing.has_detours()),
      channels_(static_cast<std::uint32_t>(std::max(1, routing.channels()))),
      choices_(routing.per_packet() ? kWays : 1),
      header_(static_cast<std::uint32_t>(options.header.value())),
      payload_(static_cast<std::uint32_t>(options.payload.value())),
      events_(bucket_width(wires, options)) {
  ORRERY_CHECK(payload_ >= 1 && options.payload.value() + options.header.value() <= kMostPayload,
               "a packet of {} B", options.payload.value());
}

FabricResult Engine::run(Traffic& traffic) {
  reset();
  traffic_ = &traffic;
  traffic.begin(*this);
  for (std::uint64_t events = 1; !events_.empty(); ++events) {
    if (events % kEventsBetweenLooks == 0 && watch_) watch_(now());
    const WheelEvent event = events_.take();
    const WheelEvent& next = events_.upcoming();
    if (next.kind() == kArrive) __builtin_prefetch(packets_.data() + next.subject);
    now_ = event.time;
    handle(event);
  }
  ORRERY_CHECK(live_ == 0, "{} messages wait for each other: buffers without a way out", live_);
  return result();
}

void Engine::reset() {
  ports_.assign(wires_.links.size(), {});
  rings_.assign(wires_.links.size(), {});
  for (std::size_t i = 0; i < ports_.size(); ++i) {
    const LinkKind& kind = wires_.kinds[wires_.links[i].kind];
    ports_[i].latency = ps(kind.latency.value());
    ports_[i].per_byte = kPicoseconds / kind.bandwidth.value();
  }
  gates_.clear();
  if (options_.flow_control == FlowControl::Credit) {
    gates_.assign(ports_.size() * channels_, {});
    for (Gate& g : gates_) g.room = static_cast<std::int32_t>(options_.buffer.value());
  }
  if (options_.flow_control == FlowControl::Pfc) begin_pauses();
  now_ = completion_ = 0;
  messages_ = hops_ = drops_ = pauses_ = 0;
  live_ = 0;
  grants_.assign(options_.transport == Transport::ReceiverDriven ? wires_.endpoints : 0, {});
  rng_ = Rng(0, "marks");
}

FabricResult Engine::result() const {
  FabricResult r;
  r.completion = Seconds{static_cast<double>(completion_) / kPicoseconds};
  r.messages = messages_;
  r.events = hops_;
  r.drops = drops_;
  r.pauses = pauses_;
  r.link_bytes.reserve(ports_.size());
  r.wire_bytes.reserve(ports_.size());
  for (const Port& p : ports_) {
    r.link_bytes.push_back(p.payload);
    r.wire_bytes.push_back(p.wire);
  }
  return r;
}

void Engine::handle(const WheelEvent& event) {
  switch (static_cast<Kind>(event.kind())) {
    case kArrive:
      return arrive(event.subject);
    case kPull:
      return pull(event.subject);
    case kRoom:
      return look_again(event.subject);
    case kReady: {
      FlowState& flow = flows_[event.subject];
      flow.in_ring = false;
      const Port& port = ports_[flow.port];
      const bool is_idle = !port.pulled && port.blocked == 0 && port.free_at <= now_;
      if (is_idle && rings_[flow.port].empty()) emit(event.subject);
      return join(event.subject);
    }
    case kAcknowledge:
      return acknowledge(event.subject);
    case kLost:
      return lost(event.subject);
    case kGrant:
      return join(event.subject);
    case kStart:
      return start(event.subject);
    case kDone:
      return finish(event.subject);
    case kServe:
      ports_[event.subject].serves = false;
      return serve(event.subject);
    case kPause:
      lines_[event.subject].is_paused = true;
      return;
    case kResume:
      lines_[event.subject].is_paused = false;
      return serve(event.subject / channels_);
  }
}

}  // namespace orrery::packet

namespace orrery {

std::unique_ptr<Fabric> make_packet(const Wires& wires, const Routing& routing,
                                    const PacketOptions& options) {
  return std::make_unique<packet::Engine>(wires, routing, options);
}

}  // namespace orrery
