#include <algorithm>
#include <cmath>

#include "orrery/base/check.hpp"
#include "orrery/network/fabric/packet/engine.hpp"

namespace orrery::packet {

void Engine::send(const Message& m, Seconds after) {
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

void Engine::start(std::uint32_t f) {
  FlowState& flow = flows_[f];
  flow.ways.clear();
  flow.way_at.assign(1, 0);
  for (std::uint32_t c = 0; c < choices_ && (c == 0 || c < flow.packets); ++c) {
    const std::uint64_t choice = choices_ > 1 ? flow.choice + c : flow.choice;
    routing_.route(flow.from, flow.to, choice, flow.ways);
    flow.way_at.push_back(static_cast<std::uint16_t>(flow.ways.size()));
    if (!has_detours_) continue;
    routing_.detour(flow.from, flow.to, choice, flow.ways);
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

PathFacts Engine::path_of(const FlowState& flow) const {
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

void Engine::join(std::uint32_t f) {
  FlowState& flow = flows_[f];
  if (flow.in_ring || !may_send(flow)) return;
  flow.in_ring = true;
  if (flow.paced_until > now_) {
    events_.post(flow.paced_until, kReady, f);
    return;
  }
  rings_[flow.port].flows.push_back(f);
  ask(flow.port, std::max(now_, ports_[flow.port].free_at));
}

void Engine::ask(std::uint32_t p, std::int64_t when) {
  Port& port = ports_[p];
  if (port.pulled || port.blocked > 0 || rings_[p].empty()) return;
  port.pulled = true;
  events_.post(when, kPull, p);
}

void Engine::pull(std::uint32_t p) {
  Port& port = ports_[p];
  port.pulled = false;
  if (port.blocked > 0 || rings_[p].empty()) return;
  const std::uint32_t f = rings_[p].take();
  FlowState& flow = flows_[f];
  flow.in_ring = false;
  const std::uint32_t first = emit(f);
  join(f);
  // A sprayed packet may have taken another port: this one is still idle.
  if (first != p) ask(p, std::max(now_, ports_[p].free_at));
}

std::uint32_t Engine::way_of_next(const FlowState& flow) {
  if (choices_ == 1) return 0;
  const auto ways = static_cast<std::uint32_t>(flow.way_at.size() - 1);
  if (!has_detours_) return (flow.sent + flow.again) % ways;
  const std::uint32_t short_way = (flow.sent + flow.again) % (ways / 2) * 2;
  return detour_waits_less(flow, short_way) ? short_way + 1 : short_way;
}

// UGAL with what a sender's switch knows: bytes before the ports at which the two ways part, and in
// the buffers behind them, times the ways' hops.
bool Engine::detour_waits_less(const FlowState& flow, std::uint32_t short_way) {
  const std::uint32_t first = flow.way_at[short_way];
  const std::uint32_t second = flow.way_at[short_way + 1];
  const std::uint32_t last = flow.way_at[short_way + 2];
  std::uint32_t same = 0;
  while (first + same < second && second + same < last &&
         flow.ways[first + same] == flow.ways[second + same])
    ++same;
  if (first + same == second || second + same == last) return false;
  return queue(flow.ways[second + same]) * (last - second) <
         queue(flow.ways[first + same]) * (second - first);
}

double Engine::queue(const Hop& hop) {
  const Port& port = ports_[index(hop.link)];
  const double packet = header_ + payload_;
  const double before =
      static_cast<double>(std::max<std::int64_t>(0, port.free_at - now_)) / port.per_byte;
  // A busy port without a queue sends a packet; behind it are one on the link, one that the next
  // switch sends on, and what a credit's round trip holds.
  if (has_pauses()) return before + lines_[gate_of(hop)].bytes;
  if (gates_.empty()) return std::max(0.0, before - packet);
  Gate& gate = gates_[index(hop.link) * channels_ + hop.channel];
  gate.take_back(now_);
  const double behind = options_.buffer.value() - gate.room;
  const double round_trip = 2.0 * static_cast<double>(port.latency) / port.per_byte;
  return std::max(0.0, before + behind - round_trip - 3.0 * packet);
}

std::uint32_t Engine::emit(std::uint32_t f) {
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
  const std::uint32_t choice = way_of_next(flow);
  packet.way = flow.ways.data() + flow.way_at[choice];
  packet.hops = static_cast<std::uint8_t>(flow.way_at[choice + 1] - flow.way_at[choice]);
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
  const auto port = static_cast<std::uint32_t>(index(packet.way->link));
  forward(k);
  return port;
}

void Engine::finish(std::uint32_t f) {
  FlowState& flow = flows_[f];
  flow.is_done = true;
  completion_ = now_;
  --live_;
  const std::uint64_t tag = flow.tag;
  free_when_quiet(f);
  traffic_->delivered(tag, *this);
}

void Engine::acknowledge(std::uint32_t k) {
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

void Engine::lost(std::uint32_t k) {
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

void Engine::grant(std::uint32_t f) {
  const FlowState& flow = flows_[f];
  std::int64_t& next = grants_[flow.to];
  const Port& last = ports_[index(flow.ways[flow.way_at[1] - 1].link)];
  next = std::max(next, now_) + std::llround(flow.path.packet * last.per_byte);
  events_.post(next + flow.path.base_round_trip / 2, kGrant, f);
}

}  // namespace orrery::packet
