// ScheduleTraffic: plays a CollectiveSchedule on a Fabric.
#pragma once
#include <unordered_map>

#include "orrery/collective/schedules/schedule.hpp"
#include "orrery/network/fabric.hpp"

namespace orrery {

// Rank r sits at endpoint endpoints[r]; several ranks may share one. The schedule must outlive the
// traffic.
class ScheduleTraffic final : public Traffic {
 public:
  // `gamma`: at which a rank adds what it received; by default that takes no time.
  ScheduleTraffic(const CollectiveSchedule& schedule, std::vector<std::uint32_t> endpoints,
                  BytesPerSecond gamma = BytesPerSecond{std::numeric_limits<double>::infinity()});

  void begin(Injector& network) override;
  void delivered(std::uint64_t tag, Injector& network) override;

  // Whether every rank is through, and when the last was: after the last delivery by what it adds.
  [[nodiscard]] bool is_done() const { return unfinished_ == 0; }
  [[nodiscard]] Seconds completion() const { return completion_; }

 private:
  // A rank in one of its streams.
  struct Place {
    std::uint32_t step = 0;
    std::uint32_t sending = 0;  // of this step, on their way
    std::uint32_t awaited = 0;  // of this step, still to come
    Seconds ready;              // the step starts; the one before it is added
  };

  void advance(std::uint32_t stream, std::uint32_t rank, Injector& network);
  void add(std::uint32_t stream, std::uint32_t rank, Injector& network);
  void end_step(std::uint32_t stream, std::uint32_t rank, Injector& network);
  [[nodiscard]] std::size_t place_of(std::uint32_t stream, std::uint32_t rank) const {
    return std::size_t{stream} * ranks_ + rank;
  }

  const CollectiveSchedule& schedule_;
  std::vector<std::uint32_t> endpoints_;
  std::uint32_t ranks_;
  BytesPerSecond gamma_;  // of one stream
  std::vector<Place> places_;
  // Messages of steps that their receiver has not reached.
  std::unordered_map<std::uint64_t, std::uint32_t> early_;
  std::vector<Move> moves_;
  std::size_t unfinished_ = 0;
  Seconds completion_;
};

}  // namespace orrery
