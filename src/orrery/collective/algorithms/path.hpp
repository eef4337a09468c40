// Path: one collective's group as the algorithms see it, tier by tier, innermost first; Cost: what
// an algorithm takes. Plain doubles in SI units inside this folder only.
#pragma once
#include <array>
#include <vector>

#include "orrery/collective/closed_form.hpp"
#include "orrery/network/torus_axes.hpp"

namespace orrery::detail {

struct Hop {
  int members = 1;         // of the group, at this tier; at least 2
  int tier = 0;            // index into Cluster::tiers
  double inside = 1.0;     // ranks of the group inside one member
  double bandwidth = 0.0;  // of one rank, one direction: its share of the wires it can use
  double link = 0.0;       // of one message to one peer, one direction
  double latency = 0.0;
  TierKind kind = TierKind::Switch;
  bool adds = false;  // the switches reduce
  TorusAxes axes;     // torus only
  const FabricCalibration* fabric = nullptr;
};

struct Path {
  double size = 0.0;
  double ranks = 1.0;
  int hops = 0;
  std::array<Hop, kMostTiers> hop;
};

struct Cost {
  double latency = 1e300;
  double bandwidth = 0.0;
  const char* algorithm = "";
  int tier = 0;
  [[nodiscard]] double total() const { return latency + bandwidth; }
  void keep_faster(const Cost& other) {
    if (other.total() < total()) *this = other;
  }
};

using Lines = std::vector<ProtocolLine> FabricCalibration::*;

// What one hop contributes to an algorithm that runs through all hops at the same time.
struct Share {
  double steps = 0.0;  // messages that the software handles one after the other
  double waits = 0.0;  // wire latencies that nothing hides
  double bytes = 0.0;
};

// The fastest protocol for an algorithm that keeps all tiers busy at once:
//   T = min over protocols ( max launch + sum steps * (step + latency) + max bytes / (wire *
//   efficiency) )
Cost fastest_pipelined(const Path& path, const std::array<Share, kMostTiers>& shares, Lines lines,
                       const char* algorithm);

// The fastest protocol on one hop alone.
Cost fastest_on(const Hop& hop, double steps, double bytes, double bandwidth, Lines lines,
                const char* algorithm);

// How many of a ring's `ranks` links cross this tier and no outer one.
double crossings(const Path& path, int hop);

Cost ring(const Path& path, double rounds, Lines lines);
Cost tree_all_reduce(const Path& path);
Cost tree_broadcast(const Path& path);
Cost in_network_all_reduce(const Path& path);
Cost engine_all_reduce(const Path& path);
Cost hierarchical(const Path& path, double rounds, Lines lines);
Cost all_to_all(const Path& path);
Cost send_recv(const Path& path);

// Algorithms on one tier of a mesh or torus; hierarchical() strings tiers together.
Cost direct_mesh(const Hop& hop, double size, double rounds, Lines lines);
Cost bucket_torus(const Hop& hop, double size, double rounds, Lines lines);

}  // namespace orrery::detail
