// Priority flow control: packets wait in lines before their port, and a switch whose buffer behind
// a link fills up has that link's sender stop the channel until most of it has drained.
#include <algorithm>

#include "orrery/network/fabric/packet/engine.hpp"

namespace orrery {
namespace {

constexpr Bytes kPauseFrame{64};  // IEEE 802.1Qbb, the least frame

}  // namespace

Bytes pause_headroom(const PacketOptions& options, BytesPerSecond bandwidth, Seconds latency) {
  // Half a packet has come when the switch counts it, half of one has left when its port hears.
  return 2.0 * latency * bandwidth + 2.0 * (options.payload + options.header) + kPauseFrame;
}

namespace packet {

void Engine::begin_pauses() {
  lines_.assign(ports_.size() * channels_, {});
  ingresses_.assign(ports_.size() * channels_, {});
  pause_from_.clear();
  for (const LinkKind& kind : wires_.kinds) {
    const Bytes headroom = pause_headroom(options_, kind.bandwidth, kind.latency);
    const Bytes from =
        options_.pause_from > Bytes{} ? options_.pause_from : options_.buffer - headroom;
    pause_from_.push_back(static_cast<std::int32_t>(std::max(from.value(), 0.0)));
  }
}

void Engine::line_up(std::uint32_t k) {
  Packet& packet = packets_[k];
  if (packet.hop > 0) {
    const Hop came_over = packet.way[packet.hop - 1];
    const std::uint32_t from = gate_of(came_over);
    Ingress& ingress = ingresses_[from];
    if (ingress.bytes + packet.wire > options_.buffer.value()) {
      drop(k);
      return;
    }
    ingress.bytes += packet.wire;
    const std::uint32_t kind = wires_.links[index(came_over.link)].kind;
    if (!ingress.has_paused && ingress.bytes > pause_from_[kind]) {
      ingress.has_paused = true;
      ++pauses_;
      pause(from, kPause);
    }
  }
  const Hop hop = packet.way[packet.hop];
  Line& line = lines_[gate_of(hop)];
  packet.next = kNone;
  (line.first == kNone ? line.first : packets_[line.last].next) = k;
  line.last = k;
  line.bytes += packet.wire;
  const auto p = static_cast<std::uint32_t>(index(hop.link));
  if (packet.hop == 0) ++ports_[p].blocked;
  serve(p);
}

std::uint32_t Engine::next_line(std::uint32_t p) const {
  for (std::uint32_t i = 0; i < channels_; ++i) {
    const std::uint32_t g = p * channels_ + (ports_[p].turn + i) % channels_;
    if (lines_[g].first != kNone && !lines_[g].is_paused) return g;
  }
  return kNone;
}

void Engine::serve(std::uint32_t p) {
  Port& port = ports_[p];
  std::uint32_t g = next_line(p);
  if (port.serves || g == kNone) return;
  if (port.free_at <= now_) {
    Line& line = lines_[g];
    const std::uint32_t k = line.first;
    const Packet& packet = packets_[k];
    line.first = packet.next;
    port.turn = static_cast<std::uint8_t>((g + 1) % channels_);
    if (packet.hop == 0) --port.blocked;
    depart(k, p, kNone);
    line.bytes -= packet.wire;
    if (packet.hop > 0) leave(packet.way[packet.hop - 1], packet.wire);
    g = next_line(p);
    if (g == kNone) return;
  }
  port.serves = true;
  events_.post(port.free_at, kServe, p);
}

// Resumed when two packets less than it takes to be paused stand there, so that it does not
// flutter.
void Engine::leave(const Hop& came_over, std::int32_t bytes) {
  const std::uint32_t g = gate_of(came_over);
  Ingress& ingress = ingresses_[g];
  ingress.bytes -= bytes;
  const std::int32_t from = pause_from_[wires_.links[index(came_over.link)].kind];
  const std::int32_t until = from - 2 * static_cast<std::int32_t>(header_ + payload_);
  if (!ingress.has_paused || ingress.bytes > std::max(until, 0)) return;
  ingress.has_paused = false;
  pause(g, kResume);
}

void Engine::pause(std::uint32_t gate, Kind kind) {
  const Port& port = ports_[gate / channels_];
  const auto frame = static_cast<std::int64_t>(kPauseFrame.value() * port.per_byte);
  events_.post(now_ + port.latency + frame, kind, gate);
}

}  // namespace packet
}  // namespace orrery
