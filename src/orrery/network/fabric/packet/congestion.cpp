#include "orrery/network/fabric/packet/congestion.hpp"

#include <algorithm>
#include <cmath>

namespace orrery::packet {
namespace {

constexpr std::int64_t kMicrosecond = 1'000'000;  // ps

// DCTCP (Alizadeh et al. 2010, section 3.1): alpha = (1-g) alpha + g F each window; a marked window
// cuts W by alpha / 2, an unmarked one adds a packet.
void dctcp(Congestion& c, const PathFacts& path, const Feedback& f, std::uint32_t sent) {
  constexpr double kGain = 1.0 / 16;
  ++c.acked;
  ++c.seen;
  c.marked += f.marked ? 1 : 0;
  if (c.seen < c.round_end) return;
  const double fraction = c.acked > 0 ? static_cast<double>(c.marked) / c.acked : 0.0;
  c.alpha = (1 - kGain) * c.alpha + kGain * fraction;
  c.window = c.marked > 0 ? c.window * (1 - c.alpha / 2) : c.window + path.packet;
  c.window = std::max(c.window, path.packet);
  c.acked = c.marked = 0;
  c.round_end = std::max(sent, c.seen + 1);
}

// DCQCN (Zhu et al. 2015, section 3.1, table 14): on a notification (at most one in 50 us)
//   RT = RC, RC = RC (1 - alpha/2), alpha = (1-g) alpha + g
// and every 55 us without one alpha = (1-g) alpha, RC = (RT + RC)/2, RT += R_AI after five rounds.
void dcqcn(Congestion& c, const PathFacts& path, const Feedback& f) {
  constexpr double kGain = 1.0 / 256, kLeast = 1e-3;
  constexpr double kIncrease = 5e6 / 1e12;  // 40 Mb/s, in bytes a picosecond
  constexpr int kFastRounds = 5;
  if (f.marked && f.now - c.last_cut >= 50 * kMicrosecond) {
    c.last_cut = c.last_update = f.now;
    c.target_rate = c.rate;
    c.rate = std::max(c.rate * (1 - c.alpha / 2), kLeast * path.bandwidth);
    c.alpha = (1 - kGain) * c.alpha + kGain;
    c.rounds = 0;
    return;
  }
  while (f.now - c.last_update >= 55 * kMicrosecond) {
    c.last_update += 55 * kMicrosecond;
    c.alpha *= 1 - kGain;
    if (++c.rounds > kFastRounds)
      c.target_rate = std::min(c.target_rate + kIncrease, path.bandwidth);
    c.rate = std::min(0.5 * (c.rate + c.target_rate), path.bandwidth);
  }
}

// HPCC (Li et al. 2019, algorithm 1): W = W_c / (U / eta) + W_AI, W_c taken over once a round trip;
// five additive rounds where U is below eta.
void hpcc(Congestion& c, const PathFacts& path, const Feedback& f, std::uint32_t sent) {
  constexpr double kEta = 0.95,
                   kSharers = 16;    // flows at a link that additive steps leave room for
  constexpr double kLeastCut = 0.1;  // of U / eta: no window grows tenfold at once
  constexpr int kStages = 5;
  const double most = path.bandwidth * static_cast<double>(path.base_round_trip);
  const double add = most * (1 - kEta) / kSharers;
  ++c.seen;
  if (f.utilisation >= kEta || c.rounds >= kStages) {
    c.window = c.reference_window / std::max(f.utilisation / kEta, kLeastCut) + add;
  } else {
    c.window = c.reference_window + add;
  }
  c.window = std::clamp(c.window, path.packet, most);
  if (c.seen < c.round_end) return;
  c.rounds = f.utilisation >= kEta || c.rounds >= kStages ? 0 : c.rounds + 1;
  c.reference_window = c.window;
  c.round_end = std::max(sent, c.seen + 1);
}

// Swift (Kumar et al. 2020, section 3.2): below the target delay W += a packet a round trip, above
// it W *= max(1 - beta (delay - target)/delay, 1 - max_mdf), once a round trip. The target is the
// empty path's and half as much again for queues, 1 us more a hop (section 3.5 scales by hops).
void swift(Congestion& c, const PathFacts& path, const Feedback& f) {
  constexpr double kBeta = 0.8, kMostCut = 0.5;
  constexpr double kMostRoundTrips = 4;  // of bytes in flight: queues hold no more, ours
  const double target = 1.5 * static_cast<double>(path.base_round_trip) +
                        static_cast<double>(path.hops) * kMicrosecond;
  const auto delay = static_cast<double>(f.round_trip);
  if (delay < target) {
    c.window += path.packet * path.packet / c.window;
  } else if (f.now - c.last_cut >= f.round_trip) {
    c.last_cut = f.now;
    c.window *= std::max(1 - kBeta * (delay - target) / delay, 1 - kMostCut);
  }
  const double most =
      kMostRoundTrips * path.bandwidth * static_cast<double>(path.base_round_trip) + path.packet;
  c.window = std::clamp(c.window, path.packet, most);
}

}  // namespace

void Congestion::begin(Transport transport, const PathFacts& path) {
  *this = {};
  const double in_flight =
      std::max(path.bandwidth * static_cast<double>(path.base_round_trip), path.packet);
  switch (transport) {
    case Transport::None:
      break;
    case Transport::Dcqcn:  // starts at line rate
      rate = target_rate = path.bandwidth;
      break;
    case Transport::Dctcp:
    case Transport::Hpcc:
    case Transport::Swift:
    case Transport::ReceiverDriven:
      window = reference_window = in_flight + path.packet;
      round_end = 1;
      break;
  }
}

void Congestion::acknowledged(Transport transport, const PathFacts& path, const Feedback& feedback,
                              std::uint32_t sent) {
  switch (transport) {
    case Transport::None:
    case Transport::ReceiverDriven:
      break;
    case Transport::Dctcp:
      dctcp(*this, path, feedback, sent);
      break;
    case Transport::Dcqcn:
      dcqcn(*this, path, feedback);
      break;
    case Transport::Hpcc:
      hpcc(*this, path, feedback, sent);
      break;
    case Transport::Swift:
      swift(*this, path, feedback);
      break;
  }
}

}  // namespace orrery::packet
