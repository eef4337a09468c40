// LoopingSchedule: a collective that starts again when it is through, for as long as a foreground
// is not over: a neighbouring job.
#pragma once
#include "orrery/collective/schedules/schedule_traffic.hpp"
#include "orrery/network/traffic/recorder.hpp"

namespace orrery {

class LoopingSchedule final : public Traffic {
 public:
  // Must take time: a size above zero. All three must outlive it.
  LoopingSchedule(const CollectiveSchedule& schedule, std::vector<std::uint32_t> endpoints,
                  const Recorder& foreground)
      : once_(schedule, std::move(endpoints)), foreground_(foreground) {}

  void begin(Injector& network) override { once_.begin(network); }
  void delivered(std::uint64_t tag, Injector& network) override {
    once_.delivered(tag, network);
    if (!once_.is_done()) return;
    ++rounds_;
    if (!foreground_.is_over()) once_.begin(network);
  }

  [[nodiscard]] std::uint64_t rounds() const { return rounds_; }

 private:
  ScheduleTraffic once_;
  const Recorder& foreground_;
  std::uint64_t rounds_ = 0;
};

}  // namespace orrery
