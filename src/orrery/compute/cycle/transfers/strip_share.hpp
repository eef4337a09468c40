// StripShare: which share of a linear stream's bandwidth the strips of a matrix reach in DRAM. Each
// class of strips is played once, command by command, on one channel.
#pragma once
#include <map>
#include <mutex>
#include <tuple>

#include "orrery/compute/cycle/transfers/strip.hpp"
#include "orrery/compute/dram/dram_kind.hpp"

namespace orrery {

class StripShare {
 public:
  // Whether there is such a memory: a clock so fast that its cells take thousands of cycles is
  // none.
  static bool is_playable(const DramKind& kind, int stacks, BytesPerSecond peak);

  // Precondition: it is playable.
  StripShare(const DramKind& kind, int stacks, BytesPerSecond peak);

  // At most 1: what linear streams reach is the calibration's business.
  [[nodiscard]] double of(const Strip& strip) const;
  // One read of an idle memory.
  [[nodiscard]] Seconds idle_latency() const;

 private:
  // Runs in a channel, as powers of two: requests of one, and how many times as long the stride is.
  struct StripClass {
    int run = 0, stride = 0;
    Way way = Way::Load;

    friend auto operator<=>(const StripClass&, const StripClass&) = default;
  };
  [[nodiscard]] double played(const StripClass& c) const;    // of the channel's peak
  [[nodiscard]] double relative(const StripClass& c) const;  // of a linear stream, kept

  DramSpec channel_;
  double channels_ = 1;
  int granule_ = 1;  // requests
  mutable std::mutex mutex_;
  mutable std::map<StripClass, double> known_;  // a class's share never changes: still pure
};

}  // namespace orrery
