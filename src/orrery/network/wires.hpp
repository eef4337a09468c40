// Wires: a network as vertices and directed links. Vertices [0, endpoints) send and receive; the
// others are switches. In a torus, mesh or hypercube an endpoint is its own router.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "orrery/base/units.hpp"

namespace orrery {

enum class LinkId : std::uint32_t {};
[[nodiscard]] constexpr std::size_t index(LinkId l) { return static_cast<std::size_t>(l); }

// What a link is made of; many links share one.
struct LinkKind {
  std::string name;           // "host", "leaf", "global", "x"
  BytesPerSecond bandwidth;   // one direction
  Seconds latency;            // wire and the switch behind it, no load
  bool optical = false;       // a transceiver at either end
  bool ends_in_card = false;  // a network card at an endpoint's end, beside the chip
};

struct Link {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint32_t kind = 0;  // index into Wires::kinds
};

// A cable is two links that follow each other in `links`: 2i and 2i + 1, one each way.
struct Wires {
  std::uint32_t endpoints = 0;
  std::uint32_t vertices = 0;
  std::vector<Link> links;
  std::vector<LinkKind> kinds;
  std::vector<bool> failed;  // by cable, both ways at once; empty: none

  [[nodiscard]] bool is_failed(LinkId l) const { return !failed.empty() && failed[index(l) / 2]; }
  [[nodiscard]] const Link& link(LinkId l) const { return links[index(l)]; }
  [[nodiscard]] const LinkKind& kind(LinkId l) const { return kinds[links[index(l)].kind]; }
  // What an endpoint can send over all its links.
  [[nodiscard]] BytesPerSecond injection(std::uint32_t endpoint) const {
    BytesPerSecond sum;
    for (std::size_t i = 0; i < links.size(); ++i) {
      if (links[i].from == endpoint && !is_failed(static_cast<LinkId>(i)))
        sum += kinds[links[i].kind].bandwidth;
    }
    return sum;
  }
  // Both directions; returns the one from `a` to `b`, the other is the next id.
  LinkId connect(std::uint32_t a, std::uint32_t b, std::uint32_t kind) {
    const auto id = static_cast<LinkId>(links.size());
    links.push_back({a, b, kind});
    links.push_back({b, a, kind});
    return id;
  }
};

}  // namespace orrery
