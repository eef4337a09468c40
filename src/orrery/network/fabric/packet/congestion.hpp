// Congestion: how fast one flow may send, by the feedback of its packets. Windows and rates as the
// papers state them; each in congestion.cpp with its section.
#pragma once
#include <cstdint>

#include "orrery/network/fabric/packet/options.hpp"

namespace orrery::packet {

// What an acknowledgement brings back.
struct Feedback {
  std::int64_t now = 0;         // ps
  std::int64_t round_trip = 0;  // of this packet
  double utilisation = 0.0;     // of the busiest link on its way (HPCC)
  bool marked = false;
};

// What does not change while a flow lives.
struct PathFacts {
  double bandwidth = 0.0;            // bytes a picosecond, of the first link
  std::int64_t base_round_trip = 0;  // without queues, a full packet out and nothing back
  int hops = 0;
  double packet = 0.0;  // bytes of a full packet on the wire
};

struct Congestion {
  double window = 0.0;  // bytes on their way at most; 0: no limit
  double rate = 0.0;    // bytes a picosecond; 0: the link's
  // State of the algorithms.
  double target_rate = 0.0;
  double alpha = 1.0;
  double reference_window = 0.0;
  std::int64_t last_cut = 0, last_update = 0;
  int rounds = 0;
  std::uint32_t acked = 0, marked = 0, round_end = 0, seen = 0;

  void begin(Transport transport, const PathFacts& path);
  void acknowledged(Transport transport, const PathFacts& path, const Feedback& feedback,
                    std::uint32_t sent);
};

}  // namespace orrery::packet
