#include <algorithm>
#include <cmath>

#include "orrery/network/fabric/packet/engine.hpp"

namespace orrery::packet {

void Engine::forward(std::uint32_t k) {
  if (has_pauses()) {
    line_up(k);
    return;
  }
  const Packet& packet = packets_[k];
  const Hop hop = packet.way[packet.hop];
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

bool Engine::has_room(Gate& gate, std::int32_t bytes) {
  if (gate.room < bytes) gate.take_back(now_);
  return gate.room >= bytes;
}

void Engine::wake(std::uint32_t g) {
  Gate& gate = gates_[g];
  if (!gate.expects_room()) return;
  const std::int64_t first = std::max(gate.returns[gate.taken].at, now_);
  if (gate.woken_at >= now_ && gate.woken_at <= first) return;
  gate.woken_at = first;
  events_.post(first, kRoom, g);
}

void Engine::look_again(std::uint32_t g) {
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

void Engine::depart(std::uint32_t k, std::uint32_t p, std::uint32_t gate) {
  Packet& packet = packets_[k];
  Port& port = ports_[p];
  const std::int64_t start = std::max(now_, port.free_at);
  const double queue = has_pauses() ? lines_[gate_of(packet.way[packet.hop])].bytes
                                    : static_cast<double>(start - now_) / port.per_byte;
  if (packet.hop > 0) {
    if (options_.flow_control == FlowControl::Lossy &&
        queue + packet.wire > options_.buffer.value()) {
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

void Engine::give_back(const Packet& packet, std::int64_t end) {
  Gate& gate = gates_[packet.holds];
  gate.take_back(now_);  // keeps the list short
  gate.expect({end + ports_[packet.holds / channels_].latency, packet.wire});
  if (gate.first != kNone) wake(packet.holds);
}

void Engine::mark(Packet& packet, double queue) {
  const double from = options_.mark_from.value(), always = options_.mark_always.value();
  if (queue < from) return;
  packet.marked =
      packet.marked || queue >= always || rng_.uniform() * (always - from) < queue - from;
}

void Engine::observe(Packet& packet, Port& port, double queue, std::int64_t length) {
  const PathFacts& path = flows_[packet.flow].path;
  const auto round_trip = static_cast<double>(path.base_round_trip);
  const double passed = static_cast<double>(now_ - port.seen_at);
  port.busy = port.busy * std::exp(-passed / round_trip) + static_cast<double>(length) / round_trip;
  port.seen_at = now_;
  const double u = queue * port.per_byte / round_trip + std::min(port.busy, 1.0);
  packet.utilisation = std::max(packet.utilisation, static_cast<float>(u));
}

void Engine::drop(std::uint32_t k) {
  ++drops_;
  const Packet& packet = packets_[k];
  events_.post(now_ + flows_[packet.flow].path.base_round_trip / 2, kLost, k);
}

void Engine::arrive(std::uint32_t k) {
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

}  // namespace orrery::packet
