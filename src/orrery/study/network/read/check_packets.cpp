#include <algorithm>

#include "orrery/base/text/quantity.hpp"
#include "orrery/study/network/read/parts.hpp"

namespace orrery::network_parts {
namespace {

constexpr int kPriorities = 8;  // of IEEE 802.1Qbb
constexpr Bytes kMostPacket{60'000};

}  // namespace

void check_packets(const Node& root, const NetworkStudy& study, Diagnostics& problems) {
  if (study.fabric != FabricKind::Packet) return;
  const Node* node = root.find("packet");
  const Complaints complain(node != nullptr ? *node : root, problems);
  const PacketOptions& o = study.packet;
  const Bytes packet = o.payload + o.header;
  if (o.payload < Bytes{1} || o.header < Bytes{} || packet > kMostPacket)
    complain("payload", "1 B or more, with its header at most 60 kB");
  if (o.buffer < packet) complain("buffer", fmt::format("room for a packet, {}", show(packet)));
  if (o.mark_always < o.mark_from) complain("mark_always", "mark_from or more");
  if (o.flow_control != FlowControl::Pfc || !problems.empty()) return;
  const auto routing =
      study.topology->routing(study.routing, static_cast<std::uint64_t>(study.seed));
  if (routing->channels() > kPriorities)
    complain("flow_control",
             fmt::format("credit: pfc pauses {} priorities, and {} needs {} channels here",
                         kPriorities, study.routing, routing->channels()));
  Bytes needed;
  for (const LinkKind& k : study.topology->wires().kinds)
    needed = std::max(needed, pause_headroom(o, k.bandwidth, k.latency));
  if (o.pause_from > o.buffer) {
    complain("pause_from", fmt::format("the buffer or less, {}", show(o.buffer)));
  } else if (o.pause_from == Bytes{} && o.buffer < needed + 2.0 * packet) {
    complain("buffer",
             fmt::format("{} or more: two packets, and what still comes after a pause is asked for",
                         show(needed + 2.0 * packet)));
  }
}

}  // namespace orrery::network_parts
