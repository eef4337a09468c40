// What a network is made of, what that costs and what it draws: parts counted from the wires, each
// priced by the bandwidth that it must carry.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "orrery/base/text/reader.hpp"
#include "orrery/network/wires.hpp"

namespace orrery {

// One that is sold: at another rate its price and power are taken in proportion. What no source
// tells is left out, not guessed.
struct NetworkPart {
  BytesPerSecond rate;
  std::optional<Dollars> price;
  std::optional<Watts> power;
};

template <class V>
void describe(V& v, NetworkPart& p) {
  v("rate", p.rate, "one direction; of a switch all its ports together", kRequired);
  v("price", p.price, "of one; unknown when not given");
  v("power", p.power, "of one at work; unknown when not given");
}

struct NetworkParts {
  NetworkPart switches, transceiver, copper_end, card, fibre;
};

template <class V>
void describe(V& v, NetworkParts& p) {
  v("switch", p.switches, "priced by the sum of its ports in use", kRequired);
  v("transceiver", p.transceiver, "at either end of an optical cable", kRequired);
  v("copper_end", p.copper_end, "either end of a copper cable", kRequired);
  v("card", p.card, "at an endpoint that hangs from a switch", kRequired);
  v("fibre", p.fibre, "between two transceivers", kRequired);
  for (const char* other : {"name", "source"}) v.also(other);
}

struct NetworkItem {
  std::string name;
  std::int64_t count = 0;
  BytesPerSecond rate;  // of all together
  std::optional<Dollars> price;
  std::optional<Watts> power;
};

struct NetworkBill {
  std::vector<NetworkItem> items;  // those that the network has
  Dollars price;                   // of what has one
  Watts power;
  std::vector<std::string> unpriced, unpowered;
};

//   price of an item = sum of its rates x price / rate of the part that is sold
// Failed cables have been bought too. A switch is as large as its ports in use, not as those sold.
NetworkBill network_bill(const Wires& wires, const NetworkParts& parts);

}  // namespace orrery
