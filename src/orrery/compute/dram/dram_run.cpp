#include "orrery/compute/dram/dram_run.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "orrery/base/check.hpp"
#include "orrery/compute/dram/channel/dram_channel.hpp"

namespace orrery {
namespace {

class Player {
 public:
  Player(const DramSpec& spec, const DramSource& source, int per_cycle)
      : source_(source), per_cycle_(per_cycle) {
    ORRERY_CHECK(per_cycle > 0, "{} requests a cycle", per_cycle);
    channels_.reserve(static_cast<std::size_t>(spec.shape.channels));
    for (int c = 0; c < spec.shape.channels; ++c) channels_.emplace_back(spec);
  }

  void play(std::int64_t requests) {
    for (std::int64_t i = 0; i < requests; ++i) {
      const DramRequest r = source_(number_++);
      DramChannel& channel = channels_[static_cast<std::size_t>(r.address.channel)];
      if (entered_ == per_cycle_) {
        ++now_;
        entered_ = 0;
      }
      const std::int64_t at = channel.room(r.write, now_);
      if (at > now_) entered_ = 0;
      now_ = at;
      ++entered_;
      channel.push(r.address, r.write, now_);
    }
  }

  [[nodiscard]] std::int64_t now() const { return now_; }

  DramRun finish() {
    DramRun run;
    run.requests = run.played = number_;
    for (DramChannel& c : channels_) {
      run.cycles = std::max(run.cycles, c.drain());
      run.activations += c.activations();
    }
    return run;
  }

 private:
  const DramSource& source_;
  int per_cycle_, entered_ = 0;
  std::vector<DramChannel> channels_;
  std::int64_t now_ = 0, number_ = 0;
};

DramRun timed(const DramSpec& spec, DramRun run) {
  run.time = static_cast<double>(run.cycles) * spec.timing.cycle;
  run.bandwidth = spec.shape.request * static_cast<double>(run.requests) / run.time;
  return run;
}

}  // namespace

DramRun dram_run(const DramSpec& spec, const DramSource& source, std::int64_t requests,
                 int per_cycle) {
  ORRERY_CHECK(requests > 0, "{} requests", requests);
  Player player(spec, source, per_cycle);
  player.play(requests);
  return timed(spec, player.finish());
}

// A block lasts a whole number of refresh intervals, so that each holds as many refreshes; three in
// a row must have let in the same number of requests within a two-hundredth.
DramRun dram_steady_run(const DramSpec& spec, const DramSource& source, std::int64_t requests,
                        int per_cycle) {
  constexpr std::int64_t kIntervals = 8, kCyclesWithoutRefresh = 50'000;
  constexpr double kAgreement = 0.005;
  const std::int64_t block =
      spec.timing.refi > 0 ? kIntervals * spec.timing.refi : kCyclesWithoutRefresh;
  Player player(spec, source, per_cycle);
  std::int64_t done = 0, last[3] = {0, 0, 0};
  while (done < requests) {
    const std::int64_t end = player.now() / block * block + block, before = done;
    while (done < requests && player.now() < end) {
      player.play(1);
      ++done;
    }
    std::rotate(last, last + 1, last + 3);
    last[2] = done - before;
    const auto [least, most] = std::minmax_element(last, last + 3);
    const double mean = static_cast<double>(last[0] + last[1] + last[2]) / 3.0;
    if (*least == 0 || static_cast<double>(*most - *least) > kAgreement * mean) continue;
    DramRun run = player.finish();
    const std::int64_t left = requests - done;
    run.requests += left;
    run.cycles += std::llround(static_cast<double>(left) / mean * static_cast<double>(block));
    return timed(spec, run);
  }
  return timed(spec, player.finish());
}

}  // namespace orrery
