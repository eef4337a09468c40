// PacketOptions: switches, wires and end hosts of the packet fabric.
#pragma once
#include <cstdint>
#include <utility>

#include "orrery/base/text/reader.hpp"
#include "orrery/base/units.hpp"

namespace orrery {

enum class Switching : std::uint8_t { StoreAndForward, CutThrough };
// Credit: a packet leaves only when the buffer behind the link has room (InfiniBand, NVLink, ICI).
// Pfc: a switch whose buffer behind a link fills has the link paused (IEEE 802.1Qbb), one priority
// for each channel of the routing. Lossy: a full queue drops it, and its sender sends it again.
enum class FlowControl : std::uint8_t { Credit, Pfc, Lossy };
enum class Transport : std::uint8_t { None, Dctcp, Dcqcn, Hpcc, Swift, ReceiverDriven };

template <>
struct EnumNames<Switching> {
  static constexpr std::pair<const char*, Switching> values[] = {
      {"store_and_forward", Switching::StoreAndForward}, {"cut_through", Switching::CutThrough}};
};
template <>
struct EnumNames<FlowControl> {
  static constexpr std::pair<const char*, FlowControl> values[] = {
      {"credit", FlowControl::Credit}, {"pfc", FlowControl::Pfc}, {"lossy", FlowControl::Lossy}};
};
template <>
struct EnumNames<Transport> {
  static constexpr std::pair<const char*, Transport> values[] = {
      {"none", Transport::None},   {"dctcp", Transport::Dctcp},
      {"dcqcn", Transport::Dcqcn}, {"hpcc", Transport::Hpcc},
      {"swift", Transport::Swift}, {"receiver_driven", Transport::ReceiverDriven}};
};

struct PacketOptions {
  Bytes payload{4096};  // of a full packet
  Bytes header{30};     // IPv4 20 + UDP 8 + 2 of framing, as ns-3's point-to-point links carry it
  Bytes buffer{512.0 * 1024};  // behind each link and channel; lossy: of each link's queue
  Switching switching = Switching::StoreAndForward;
  FlowControl flow_control = FlowControl::Credit;
  Transport transport = Transport::None;
  Bytes mark_from{100.0 * 1024};    // queue at which marking starts,
  Bytes mark_always{400.0 * 1024};  // and at which every packet is marked
  // Pfc: bytes behind a link at which it is paused; 0: as many as leave room for what still comes.
  Bytes pause_from{};
};

// What a link may still deliver after the switch behind it has asked for a pause: a way out and
// back, the packet that its port has begun, the pause itself.
Bytes pause_headroom(const PacketOptions& options, BytesPerSecond bandwidth, Seconds latency);

template <class V>
void describe(V& v, PacketOptions& p) {
  v("payload", p.payload, "of a full packet");
  v("header", p.header, "of every packet, on the wire");
  v("buffer", p.buffer, "behind each link and channel; lossy: of each link's queue");
  v("switching", p.switching, "whether a packet is forwarded while it still arrives");
  v("flow_control", p.flow_control, "wait for room, or drop and send again");
  v("transport", p.transport, "what senders do about crowding");
  v("pause_from", p.pause_from,
    "pfc: bytes behind a link at which it is paused; 0: what leaves room for all that still comes");
  v("mark_from", p.mark_from, "queue at which ECN marking starts");
  v("mark_always", p.mark_always, "queue at which every packet is marked");
}

}  // namespace orrery
