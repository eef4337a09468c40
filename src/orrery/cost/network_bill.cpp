#include "orrery/cost/network_bill.hpp"

namespace orrery {
namespace {

void add(const char* name, std::int64_t count, BytesPerSecond rate, const NetworkPart& part,
         NetworkBill& bill) {
  if (count == 0) return;
  NetworkItem item{name, count, rate, std::nullopt, std::nullopt};
  const double parts = rate / part.rate;
  if (part.price) {
    item.price = *part.price * parts;
    bill.price += *item.price;
  } else {
    bill.unpriced.emplace_back(name);
  }
  if (part.power) {
    item.power = *part.power * parts;
    bill.power += *item.power;
  } else {
    bill.unpowered.emplace_back(name);
  }
  bill.items.push_back(std::move(item));
}

}  // namespace

NetworkBill network_bill(const Wires& wires, const NetworkParts& parts) {
  struct Sum {
    std::int64_t count = 0;
    BytesPerSecond rate;
    void add(std::int64_t more, BytesPerSecond each) {
      count += more;
      rate += each * static_cast<double>(more);
    }
  };
  Sum ports, optical_ends, copper_ends, cards, fibres;
  for (std::size_t i = 0; i < wires.links.size(); i += 2) {
    const Link& l = wires.links[i];
    const LinkKind& kind = wires.kinds[l.kind];
    for (const std::uint32_t end : {l.from, l.to}) {
      if (end >= wires.endpoints) {
        ports.add(1, kind.bandwidth);
      } else if (kind.ends_in_card) {
        cards.add(1, kind.bandwidth);
      }
    }
    (kind.optical ? optical_ends : copper_ends).add(2, kind.bandwidth);
    if (kind.optical) fibres.add(1, kind.bandwidth);
  }
  NetworkBill bill;
  add("switches", std::int64_t{wires.vertices} - wires.endpoints, ports.rate, parts.switches, bill);
  add("transceivers", optical_ends.count, optical_ends.rate, parts.transceiver, bill);
  add("fibres", fibres.count, fibres.rate, parts.fibre, bill);
  add("copper ends", copper_ends.count, copper_ends.rate, parts.copper_end, bill);
  add("cards", cards.count, cards.rate, parts.card, bill);
  return bill;
}

}  // namespace orrery
