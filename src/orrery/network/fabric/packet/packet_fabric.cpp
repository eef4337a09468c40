#include "orrery/network/fabric/packet/packet_fabric.hpp"

#include <algorithm>
#include <cmath>
#include <deque>

#include "orrery/base/check.hpp"
#include "orrery/base/rng.hpp"
#include "orrery/des/event_wheel.hpp"
#include "orrery/network/fabric/packet/state.hpp"

namespace orrery {
namespace packet {
namespace {

constexpr double kPicoseconds = 1e12;
// Ways that a sprayed flow goes round through.
constexpr std::uint32_t kWays = 16;
// Packets of one payload are counted in 16 bits.
constexpr double kMostPayload = 60'000.0;

enum Kind : std::uint8_t {
  kArrive,       // packet at the next vertex
  kPull,         // port asks its ring for a packet
  kRoom,         // gate may have room again
  kReady,        // flow's pace lets it send
  kAcknowledge,  // packet's receipt is back at its sender
  kLost,         // notice of a dropped packet is
  kGrant,        // a receiver lets a flow send one more
  kStart,        // flow begins
  kDone          // flow without packets
};

std::int64_t ps(double seconds) {
  return static_cast<std::int64_t>(std::llround(seconds * kPicoseconds));
}

// About one event a bucket: a full packet's time over the ports that may be busy; but the wheel
// must reach as far as a packet flies.
std::int64_t bucket_width(const Wires& wires, const PacketOptions& options) {
  const double bytes = (options.payload + options.header).value();
  double shortest = 1e9, farthest = 1.0;
  for (const LinkKind& k : wires.kinds) {
    const double length = bytes / k.bandwidth.value() * kPicoseconds;
    shortest = std::min(shortest, length);
    farthest = std::max(farthest, length + k.latency.value() * kPicoseconds);
  }
  const double busy = std::max<double>(1.0, wires.endpoints * 4.0);
  return static_cast<std::int64_t>(
      std::max({1.0, shortest / busy, 2.0 * farthest / EventWheel::kBuckets}));
}

class Engine final : public Fabric, private Injector {
 public:
  Engine(const Wires& wires, const Routing& routing, const PacketOptions& options)
      : wires_(wires),
        routing_(routing),
        options_(options),
        channels_(static_cast<std::uint32_t>(std::max(1, routing.channels()))),
        choices_(routing.per_packet() ? kWays : 1),
        header_(static_cast<std::uint32_t>(options.header.value())),
        payload_(static_cast<std::uint32_t>(options.payload.value())),
        events_(bucket_width(wires, options)) {
    ORRERY_CHECK(payload_ >= 1 && options.payload.value() + options.header.value() <= kMostPayload,
                 "a packet of {} B", options.payload.value());
  }

  [[nodiscard]] const char* name() const override { return "packet"; }

  FabricResult run(Traffic& traffic) override {
    reset();
    traffic_ = &traffic;
    traffic.begin(*this);
    while (!events_.empty()) {
      const WheelEvent event = events_.take();
      now_ = event.time;
      handle(event);
    }
    ORRERY_CHECK(live_ == 0, "{} messages wait for each other: buffers without a way out", live_);
    return result();
  }

 private:
  void reset() {
    ports_.assign(wires_.links.size(), {});
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
    now_ = completion_ = 0;
    messages_ = hops_ = drops_ = 0;
    live_ = 0;
    grants_.assign(options_.transport == Transport::ReceiverDriven ? wires_.endpoints : 0, {});
    rng_ = Rng(messages_, "marks");
  }

  FabricResult result() const {
    FabricResult r;
    r.completion = Seconds{static_cast<double>(completion_) / kPicoseconds};
    r.messages = messages_;
    r.events = hops_;
    r.drops = drops_;
    r.link_bytes.reserve(ports_.size());
    r.wire_bytes.reserve(ports_.size());
    for (const Port& p : ports_) {
      r.link_bytes.push_back(p.payload);
      r.wire_bytes.push_back(p.wire);
    }
    return r;
  }

  // ---- traffic

  [[nodiscard]] Seconds now() const override {
    return Seconds{static_cast<double>(now_) / kPicoseconds};
  }

  void send(const Message& m, Seconds after) override {
    ORRERY_CHECK(m.from < wires_.endpoints && m.to < wires_.endpoints,
                 "a message from {} to {} of {} endpoints", m.from, m.to, wires_.endpoints);
    ORRERY_CHECK(after.value() >= 0.0, "a message {} s in the past", -after.value());
    ++messages_;
    ++live_;
    std::uint32_t f = 0;
    if (free_flows_.empty()) {
      f = static_cast<std::uint32_t>(flows_.size());
      flows_.emplace_back();
    } else {
      f = free_flows_.back();
      free_flows_.pop_back();
    }
    FlowState& flow = flows_[f];
    flow.tag = m.tag;
    flow.choice = m.choice;
    flow.from = m.from;
    flow.to = m.to;
    flow.bytes = static_cast<std::uint64_t>(std::llround(std::max(m.size.value(), 0.0)));
    flow.packets = static_cast<std::uint32_t>(
        std::max<std::uint64_t>(1, (flow.bytes + payload_ - 1) / payload_));
    flow.sent = flow.again = flow.received = 0;
    flow.tail_lost = flow.in_ring = flow.is_done = false;
    flow.in_flight = 0.0;
    flow.paced_until = 0;
    if (after.value() > 0.0) {
      events_.post(now_ + ps(after.value()), kStart, f);
    } else {
      start(f);
    }
  }

  void start(std::uint32_t f) {
    FlowState& flow = flows_[f];
    flow.ways.clear();
    flow.way_at.assign(1, 0);
    for (std::uint32_t c = 0; c < choices_ && (c == 0 || c < flow.packets); ++c) {
      routing_.route(flow.from, flow.to, choices_ > 1 ? flow.choice + c : flow.choice, flow.ways);
      flow.way_at.push_back(static_cast<std::uint16_t>(flow.ways.size()));
    }
    if (flow.ways.empty()) {  // to itself
      events_.post(now_, kDone, f);
      return;
    }
    flow.port = static_cast<std::uint32_t>(index(flow.ways.front().link));
    flow.path = path_of(flow);
    flow.congestion.begin(options_.transport, flow.path);
    join(f);
  }

  [[nodiscard]] PathFacts path_of(const FlowState& flow) const {
    PathFacts path;
    path.packet = header_ + payload_;
    path.bandwidth = 1.0 / ports_[flow.port].per_byte;
    for (std::size_t h = 0; h < flow.way_at[1]; ++h) {
      const Port& port = ports_[index(flow.ways[h].link)];
      // There with a full packet, back with a header.
      path.base_round_trip +=
          2 * port.latency + static_cast<std::int64_t>((path.packet + header_) * port.per_byte);
      ++path.hops;
    }
    return path;
  }

  // ---- senders

  [[nodiscard]] bool has_more(const FlowState& flow) const {
    return flow.sent < flow.packets || flow.again > 0;
  }
  [[nodiscard]] bool may_send(const FlowState& flow) const {
    const double window = flow.congestion.window;
    return has_more(flow) &&
           (window <= 0.0 || flow.in_flight + flow.path.packet <= window || flow.in_flight <= 0.0);
  }

  // Into its port's ring when it may send; waits for its pace first.
  void join(std::uint32_t f) {
    FlowState& flow = flows_[f];
    if (flow.in_ring || !may_send(flow)) return;
    flow.in_ring = true;
    if (flow.paced_until > now_) {
      events_.post(flow.paced_until, kReady, f);
      return;
    }
    Port& port = ports_[flow.port];
    port.ring.push_back(f);
    ask(flow.port, std::max(now_, port.free_at));
  }

  void ask(std::uint32_t p, std::int64_t when) {
    Port& port = ports_[p];
    if (port.pulled || port.blocked > 0 || port.ring.size() == port.turn) return;
    port.pulled = true;
    events_.post(when, kPull, p);
  }

  // The next flow of the ring sends one packet and goes to its end.
  void pull(std::uint32_t p) {
    Port& port = ports_[p];
    port.pulled = false;
    if (port.blocked > 0 || port.turn == port.ring.size()) return;
    const std::uint32_t f = port.ring[port.turn++];
    if (port.turn * 2 > port.ring.size() + 64) {
      port.ring.erase(port.ring.begin(),
                      port.ring.begin() + static_cast<std::ptrdiff_t>(port.turn));
      port.turn = 0;
    }
    FlowState& flow = flows_[f];
    flow.in_ring = false;
    const std::uint32_t first = emit(f);
    join(f);
    // A sprayed packet may have taken another port: this one is still idle.
    if (first != p) ask(p, std::max(now_, ports_[p].free_at));
  }

  // Makes the flow's next packet and sends it on its way; returns the port it takes.
  std::uint32_t emit(std::uint32_t f) {
    FlowState& flow = flows_[f];
    const std::uint32_t k = new_packet();
    Packet& packet = packets_[k];
    bool is_tail = false;
    if (flow.again > 0) {
      --flow.again;
      is_tail = flow.tail_lost && flow.again == 0;
      if (is_tail) flow.tail_lost = false;
    } else {
      is_tail = ++flow.sent == flow.packets;
    }
    const std::uint64_t before = std::uint64_t{flow.packets - 1} * payload_;
    packet.payload = static_cast<std::uint16_t>(is_tail ? flow.bytes - before : payload_);
    packet.wire = static_cast<std::uint16_t>(packet.payload + header_);
    packet.flow = f;
    packet.holds = packet.next = kNone;
    const std::uint32_t choice =
        choices_ > 1 ? (flow.sent + flow.again) % static_cast<std::uint32_t>(flow.way_at.size() - 1)
                     : 0;
    packet.way = flow.way_at[choice];
    packet.hops = static_cast<std::uint8_t>(flow.way_at[choice + 1] - packet.way);
    packet.hop = 0;
    packet.sent = packet.tail = now_;
    packet.utilisation = 0.0f;
    packet.marked = false;
    flow.in_flight += packet.wire;
    if (is_paced()) {
      flow.congestion.acknowledged(options_.transport, flow.path, {now_, 0, 0.0, false}, flow.sent);
      const auto gap = static_cast<std::int64_t>(packet.wire / flow.congestion.rate);
      flow.paced_until = std::max(flow.paced_until, now_) + gap;
    }
    const auto port = static_cast<std::uint32_t>(index(flow.ways[packet.way].link));
    forward(k);
    return port;
  }

  std::uint32_t new_packet() {
    if (free_packet_ == kNone) {
      packets_.emplace_back();
      return static_cast<std::uint32_t>(packets_.size() - 1);
    }
    const std::uint32_t k = free_packet_;
    free_packet_ = packets_[k].next;
    return k;
  }
  void free_packet(std::uint32_t k) {
    packets_[k].next = free_packet_;
    free_packet_ = k;
  }

  // ---- switches

  // A packet stands before its next link.
  void forward(std::uint32_t k) {
    const Packet& packet = packets_[k];
    const Hop hop = flows_[packet.flow].ways[packet.way + packet.hop];
    const auto p = static_cast<std::uint32_t>(index(hop.link));
    const bool is_last = packet.hop + 1 == packet.hops;  // its receiver takes it at once
    if (gates_.empty() || is_last) {
      depart(k, p, kNone);
      return;
    }
    const std::uint32_t g = p * channels_ + hop.channel;
    Gate& gate = gates_[g];
    if (gate.first == kNone && has_room(gate, packet.wire)) {
      gate.room -= packet.wire;
      depart(k, p, g);
      return;
    }
    (gate.first == kNone ? gate.first : packets_[gate.last].next) = k;
    gate.last = k;
    packets_[k].next = kNone;
    if (packet.hop == 0) ++ports_[p].blocked;
    wake(g);
  }

  // Room that has come back by now counts.
  bool has_room(Gate& gate, std::int32_t bytes) {
    if (gate.room >= bytes) return true;
    std::size_t kept = 0;
    for (const Gate::Return& r : gate.returns) {
      if (r.at <= now_) {
        gate.room += r.bytes;
      } else {
        gate.returns[kept++] = r;
      }
    }
    gate.returns.resize(kept);
    return gate.room >= bytes;
  }

  // Looks again when the first room comes back; without any on its way, depart() calls.
  void wake(std::uint32_t g) {
    Gate& gate = gates_[g];
    if (gate.returns.empty()) return;
    std::int64_t first = gate.returns.front().at;
    for (const Gate::Return& r : gate.returns) first = std::min(first, r.at);
    first = std::max(first, now_);
    if (gate.woken_at >= now_ && gate.woken_at <= first) return;
    gate.woken_at = first;
    events_.post(first, kRoom, g);
  }

  void look_again(std::uint32_t g) {
    Gate& gate = gates_[g];
    if (gate.woken_at != now_) return;  // an earlier look has been posted since
    gate.woken_at = -1;
    while (gate.first != kNone && has_room(gate, packets_[gate.first].wire)) {
      const std::uint32_t k = gate.first;
      gate.first = packets_[k].next;
      if (gate.first == kNone) gate.last = kNone;
      gate.room -= packets_[k].wire;
      if (packets_[k].hop == 0) --ports_[g / channels_].blocked;
      depart(k, g / channels_, g);
    }
    if (gate.first != kNone) wake(g);
  }

  //   starts when the port is free; ends when it has sent the last byte, not before that came
  void depart(std::uint32_t k, std::uint32_t p, std::uint32_t gate) {
    Packet& packet = packets_[k];
    Port& port = ports_[p];
    const std::int64_t start = std::max(now_, port.free_at);
    const double queue = static_cast<double>(start - now_) / port.per_byte;
    if (packet.hop > 0) {
      if (gates_.empty() && queue + packet.wire > options_.buffer.value()) {
        drop(k);
        return;
      }
      mark(packet, queue);
    }
    const std::int64_t length = std::llround(packet.wire * port.per_byte);
    const std::int64_t end = std::max(start + length, packet.tail);
    port.free_at = end;
    port.payload += packet.payload;
    port.wire += packet.wire;
    ++hops_;
    if (options_.transport == Transport::Hpcc) observe(packet, port, queue, length);
    if (packet.holds != kNone) give_back(packet, end);
    packet.holds = gate;
    packet.tail = end + port.latency;
    const bool cuts = options_.switching == Switching::CutThrough && packet.hop + 1 < packet.hops;
    const std::int64_t head =
        cuts ? start + std::llround(header_ * port.per_byte) + port.latency : packet.tail;
    events_.post(head, kArrive, k);
    if (packet.hop == 0) ask(p, end);
  }

  // Room behind the link that the packet came over, known there one latency after it has left.
  void give_back(const Packet& packet, std::int64_t end) {
    Gate& gate = gates_[packet.holds];
    gate.returns.push_back({end + ports_[packet.holds / channels_].latency, packet.wire});
    if (gate.first != kNone) wake(packet.holds);
  }

  // RED over the queue, as DCQCN and DCTCP switches mark.
  void mark(Packet& packet, double queue) {
    const double from = options_.mark_from.value(), always = options_.mark_always.value();
    if (queue < from) return;
    packet.marked =
        packet.marked || queue >= always || rng_.uniform() * (always - from) < queue - from;
  }

  // Queue over a round trip's bytes, and the share of the last round trip that the port was busy.
  void observe(Packet& packet, Port& port, double queue, std::int64_t length) {
    const PathFacts& path = flows_[packet.flow].path;
    const auto round_trip = static_cast<double>(path.base_round_trip);
    const double passed = static_cast<double>(now_ - port.seen_at);
    port.busy =
        port.busy * std::exp(-passed / round_trip) + static_cast<double>(length) / round_trip;
    port.seen_at = now_;
    const double u = queue * port.per_byte / round_trip + std::min(port.busy, 1.0);
    packet.utilisation = std::max(packet.utilisation, static_cast<float>(u));
  }

  void drop(std::uint32_t k) {
    ++drops_;
    const Packet& packet = packets_[k];
    events_.post(now_ + flows_[packet.flow].path.base_round_trip / 2, kLost, k);
  }

  void arrive(std::uint32_t k) {
    Packet& packet = packets_[k];
    if (++packet.hop < packet.hops) {
      forward(k);
      return;
    }
    FlowState& flow = flows_[packet.flow];
    const bool is_last = ++flow.received == flow.packets;
    // A rate hears of marks alone; a window of every packet.
    if (options_.transport == Transport::None || (is_paced() && !packet.marked)) {
      flow.in_flight -= packet.wire;
      free_packet(k);
    } else {
      events_.post(now_ + flow.path.base_round_trip / 2, kAcknowledge, k);
      if (options_.transport == Transport::ReceiverDriven && has_more(flow)) grant(packet.flow);
    }
    if (is_last) finish(packet.flow);
  }

  void finish(std::uint32_t f) {
    FlowState& flow = flows_[f];
    flow.is_done = true;
    completion_ = now_;
    --live_;
    const std::uint64_t tag = flow.tag;
    free_when_quiet(f);
    traffic_->delivered(tag, *this);
  }

  // ---- feedback

  void acknowledge(std::uint32_t k) {
    const Packet& packet = packets_[k];
    FlowState& flow = flows_[packet.flow];
    flow.in_flight -= packet.wire;
    if (flow.is_done) {
      free_when_quiet(packet.flow);
    } else {
      flow.congestion.acknowledged(options_.transport, flow.path,
                                   {now_, now_ - packet.sent, packet.utilisation, packet.marked},
                                   flow.sent);
      if (options_.transport != Transport::ReceiverDriven) join(packet.flow);
    }
    free_packet(k);
  }

  void lost(std::uint32_t k) {
    const Packet& packet = packets_[k];
    FlowState& flow = flows_[packet.flow];
    ++flow.again;
    flow.tail_lost = flow.tail_lost || packet.payload < payload_;
    flow.in_flight -= packet.wire;
    flow.congestion.acknowledged(options_.transport, flow.path,
                                 {now_, now_ - packet.sent, packet.utilisation, true}, flow.sent);
    // A receiver hears of it first (a trimmed packet) and asks for it in its turn.
    if (options_.transport == Transport::ReceiverDriven) {
      grant(packet.flow);
    } else {
      join(packet.flow);
    }
    free_packet(k);
  }

  [[nodiscard]] bool is_paced() const { return options_.transport == Transport::Dcqcn; }

  // Slots of flows are used again when nothing of them is under way.
  void free_when_quiet(std::uint32_t f) {
    if (flows_[f].in_flight <= 0.5) free_flows_.push_back(f);
  }

  // The receiver paces its senders to what its link takes.
  void grant(std::uint32_t f) {
    const FlowState& flow = flows_[f];
    std::int64_t& next = grants_[flow.to];
    const Port& last = ports_[index(flow.ways[flow.way_at[1] - 1].link)];
    next = std::max(next, now_) + std::llround(flow.path.packet * last.per_byte);
    events_.post(next + flow.path.base_round_trip / 2, kGrant, f);
  }

  void handle(const WheelEvent& event) {
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
        if (is_idle && port.turn == port.ring.size()) emit(event.subject);
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
    }
  }

  const Wires& wires_;
  const Routing& routing_;
  PacketOptions options_;
  std::uint32_t channels_, choices_, header_, payload_;
  EventWheel events_;
  Traffic* traffic_ = nullptr;
  std::vector<Port> ports_;
  std::vector<Gate> gates_;
  std::vector<Packet> packets_;
  std::uint32_t free_packet_ = kNone;
  std::deque<FlowState> flows_;  // addresses stay while traffic sends from a delivery
  std::vector<std::uint32_t> free_flows_;
  std::vector<std::int64_t> grants_;  // by receiver: when it lets the next packet come
  Rng rng_{0, "marks"};
  std::int64_t now_ = 0, completion_ = 0;
  std::uint64_t messages_ = 0, hops_ = 0, drops_ = 0, live_ = 0;
};

}  // namespace
}  // namespace packet

std::unique_ptr<Fabric> make_packet(const Wires& wires, const Routing& routing,
                                    const PacketOptions& options) {
  return std::make_unique<packet::Engine>(wires, routing, options);
}

}  // namespace orrery
