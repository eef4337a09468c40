// Engine: the packet fabric itself. Hosts send in senders.cpp, packets cross switches in
// switches.cpp, wait there for credits or in pauses.cpp; engine.cpp turns events into calls.
#pragma once
#include <deque>

#include "orrery/base/rng.hpp"
#include "orrery/des/event_wheel.hpp"
#include "orrery/network/fabric.hpp"
#include "orrery/network/fabric/packet/state.hpp"

namespace orrery::packet {

enum Kind : std::uint8_t {
  kArrive,       // packet at the next vertex
  kPull,         // port asks its ring for a packet
  kRoom,         // gate may have room again
  kReady,        // flow's pace lets it send
  kAcknowledge,  // packet's receipt is back at its sender
  kLost,         // notice of a dropped packet is
  kGrant,        // a receiver lets a flow send one more
  kStart,        // flow begins
  kDone,         // flow without packets
  kServe,        // port looks at its lines
  kPause,        // a pause of a link's channel is there
  kResume        // its end is
};

inline constexpr double kPicoseconds = 1e12;  // in a second

std::int64_t ps(double seconds);

class Engine final : public Fabric, private Injector {
 public:
  Engine(const Wires& wires, const Routing& routing, const PacketOptions& options);

  [[nodiscard]] const char* name() const override { return "packet"; }
  FabricResult run(Traffic& traffic) override;

 private:
  void reset();
  FabricResult result() const;

  // Traffic.

  [[nodiscard]] Seconds now() const override {
    return Seconds{static_cast<double>(now_) / kPicoseconds};
  }

  void send(const Message& m, Seconds after) override;
  void start(std::uint32_t f);
  [[nodiscard]] PathFacts path_of(const FlowState& flow) const;

  // Senders.

  [[nodiscard]] bool has_more(const FlowState& flow) const {
    return flow.sent < flow.packets || flow.again > 0;
  }
  [[nodiscard]] bool may_send(const FlowState& flow) const {
    const double window = flow.congestion.window;
    return has_more(flow) &&
           (window <= 0.0 || flow.in_flight + flow.path.packet <= window || flow.in_flight <= 0.0);
  }

  // Into its port's ring when it may send; waits for its pace first.
  void join(std::uint32_t f);
  void ask(std::uint32_t p, std::int64_t when);
  // The next flow of the ring sends one packet and goes to its end.
  void pull(std::uint32_t p);
  // Makes the flow's next packet and sends it on its way; returns the port it takes.
  std::uint32_t emit(std::uint32_t f);
  // Which of a flow's ways its next packet takes: in turn, or where less waits.
  [[nodiscard]] std::uint32_t way_of_next(const FlowState& flow);
  [[nodiscard]] bool detour_waits_less(const FlowState& flow, std::uint32_t short_way);
  [[nodiscard]] double queue(const Hop& hop);
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

  // Switches.

  // A packet stands before its next link.
  void forward(std::uint32_t k);
  // Room that has come back by now counts.
  bool has_room(Gate& gate, std::int32_t bytes);
  // Looks again when the first room comes back; without any on its way, depart() calls.
  void wake(std::uint32_t g);
  void look_again(std::uint32_t g);
  //   starts when the port is free; ends when it has sent the last byte, not before that came
  void depart(std::uint32_t k, std::uint32_t p, std::uint32_t gate);
  // Room behind the link that the packet came over, known there one latency after it has left.
  void give_back(const Packet& packet, std::int64_t end);
  // RED over the queue, as DCQCN and DCTCP switches mark.
  void mark(Packet& packet, double queue);
  // Queue over a round trip's bytes, and the share of the last round trip that the port was busy.
  void observe(Packet& packet, Port& port, double queue, std::int64_t length);
  void drop(std::uint32_t k);
  void arrive(std::uint32_t k);
  void finish(std::uint32_t f);

  // Pauses (pfc).

  [[nodiscard]] bool has_pauses() const { return !lines_.empty(); }
  [[nodiscard]] std::uint32_t gate_of(const Hop& hop) const {
    return static_cast<std::uint32_t>(index(hop.link)) * channels_ + hop.channel;
  }
  void begin_pauses();
  // Into the line before its port; it now stands in the switch behind its last link.
  void line_up(std::uint32_t k);
  // Sends the port's next packet when it is free, or sees to being called again.
  void serve(std::uint32_t p);
  // The unpaused line whose turn it is; kNone.
  [[nodiscard]] std::uint32_t next_line(std::uint32_t p) const;
  void leave(const Hop& came_over, std::int32_t bytes);
  void pause(std::uint32_t gate, Kind kind);

  // Feedback.

  void acknowledge(std::uint32_t k);
  void lost(std::uint32_t k);

  [[nodiscard]] bool is_paced() const { return options_.transport == Transport::Dcqcn; }

  // Slots of flows are used again when nothing of them is under way.
  void free_when_quiet(std::uint32_t f) {
    if (flows_[f].in_flight <= 0.5) free_flows_.push_back(f);
  }

  // The receiver paces its senders to what its link takes.
  void grant(std::uint32_t f);
  void handle(const WheelEvent& event);

  const Wires& wires_;
  const Routing& routing_;
  PacketOptions options_;
  bool has_detours_;
  std::uint32_t channels_, choices_, header_, payload_;
  EventWheel events_;
  Traffic* traffic_ = nullptr;
  std::vector<Port> ports_;
  std::vector<Ring> rings_;  // by port
  std::vector<Gate> gates_;
  std::vector<Line> lines_;               // by port and channel; empty: no pfc
  std::vector<Ingress> ingresses_;        // by link and channel
  std::vector<std::int32_t> pause_from_;  // by kind of link
  std::vector<Packet> packets_;
  std::uint32_t free_packet_ = kNone;
  std::deque<FlowState> flows_;  // addresses stay while traffic sends from a delivery
  std::vector<std::uint32_t> free_flows_;
  std::vector<std::int64_t> grants_;  // by receiver: when it lets the next packet come
  Rng rng_{0, "marks"};
  std::int64_t now_ = 0, completion_ = 0;
  std::uint64_t messages_ = 0, hops_ = 0, drops_ = 0, pauses_ = 0, live_ = 0;
};

}  // namespace orrery::packet
