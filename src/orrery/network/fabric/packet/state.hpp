// What the packet engine keeps of packets, links and flows: small records in pools, by index.
#pragma once
#include <cstdint>
#include <vector>

#include "orrery/network/fabric/packet/congestion.hpp"
#include "orrery/network/routing.hpp"

namespace orrery::packet {

inline constexpr std::uint32_t kNone = 0xffffffff;

// A cache line: a large network's packets are far apart in memory.
struct alignas(64) Packet {
  std::uint32_t flow = 0;
  std::uint32_t next = kNone;   // in the line before a full buffer, or in the pool
  std::uint32_t holds = kNone;  // gate whose buffer it stands in
  std::uint16_t wire = 0;       // bytes
  std::uint16_t payload = 0;
  const Hop* way = nullptr;  // its flow's; the flow stays while packets are under way
  std::uint8_t hop = 0, hops = 0;
  bool marked = false;
  float utilisation = 0.0f;
  std::int64_t sent = 0;
  std::int64_t tail = 0;  // when its last byte is where its head is
};

// One direction of a wire and the port that feeds it, first come first served. A cache line.
struct alignas(64) Port {
  std::int64_t free_at = 0;
  std::int64_t latency = 0;
  double per_byte = 0.0;             // ps
  double payload = 0.0, wire = 0.0;  // bytes that crossed
  // HPCC's view: bytes sent, averaged over a round trip.
  std::int64_t seen_at = 0;
  double busy = 0.0;
  std::uint32_t blocked = 0;  // of its own sender's packets, those that wait for room
  bool pulled = false;        // an event will ask the ring
  // Pfc: an event will serve its lines; the channel that it serves next.
  bool serves = false;
  std::uint8_t turn = 0;
};

// Pfc. Packets before a port, of one channel; and what stands in the switch behind a link, by
// channel.
struct Line {
  std::uint32_t first = kNone, last = kNone;
  std::int32_t bytes = 0;
  bool is_paused = false;
};
struct Ingress {
  std::int32_t bytes = 0;
  bool has_paused = false;  // has asked for a pause
};

// The sender's side of a first link: flows that may send, in turn.
struct Ring {
  std::vector<std::uint32_t> flows;
  std::size_t turn = 0;

  [[nodiscard]] bool empty() const { return turn == flows.size(); }
  std::uint32_t take() {
    const std::uint32_t f = flows[turn++];
    if (empty()) {
      flows.clear();
      turn = 0;
    } else if (turn * 2 > flows.size() + 64) {
      flows.erase(flows.begin(), flows.begin() + static_cast<std::ptrdiff_t>(turn));
      turn = 0;
    }
    return f;
  }
};

// The room behind a link, for one channel, as its sender knows it.
struct Gate {
  struct Return {
    std::int64_t at = 0;
    std::int32_t bytes = 0;
  };
  std::int32_t room = 0;
  std::uint32_t first = kNone, last = kNone;  // packets that wait for room
  std::int64_t woken_at = -1;                 // an event will look again
  // Room on its way back, soonest first. Most of it comes in the order in which it left.
  std::vector<Return> returns;
  std::size_t taken = 0;  // of returns, from the front

  [[nodiscard]] bool expects_room() const { return taken < returns.size(); }
  // What has come back by now is room.
  void take_back(std::int64_t now) {
    if (taken == returns.size()) return;
    while (taken < returns.size() && returns[taken].at <= now) room += returns[taken++].bytes;
    if (taken == returns.size()) {
      returns.clear();
      taken = 0;
    } else if (taken > 16 && 2 * taken > returns.size()) {
      returns.erase(returns.begin(), returns.begin() + static_cast<std::ptrdiff_t>(taken));
      taken = 0;
    }
  }
  void expect(Return r) {
    auto at = returns.end();
    while (at != returns.begin() + static_cast<std::ptrdiff_t>(taken) && r.at < (at - 1)->at) --at;
    returns.insert(at, r);
  }
};

struct FlowState {
  std::uint64_t tag = 0;
  std::uint64_t choice = 0;
  std::uint32_t from = 0, to = 0;
  std::uint64_t bytes = 0;
  std::uint32_t packets = 0;  // to deliver
  std::uint32_t sent = 0;     // first time
  std::uint32_t again = 0;    // lost, to be sent once more
  std::uint32_t received = 0;
  bool tail_lost = false;
  bool in_ring = false;
  bool is_done = true;
  std::uint32_t port = kNone;  // whose ring it sits in
  double in_flight = 0.0;      // wire bytes not acknowledged
  std::int64_t paced_until = 0;
  Congestion congestion;
  PathFacts path;
  std::vector<Hop> ways;              // of `choices` packets, one after the other
  std::vector<std::uint16_t> way_at;  // first hop of each choice; one more entry
};

}  // namespace orrery::packet
