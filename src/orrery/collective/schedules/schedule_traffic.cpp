#include "orrery/collective/schedules/schedule_traffic.hpp"

#include "orrery/base/check.hpp"
#include "orrery/base/rng.hpp"

namespace orrery {
namespace {

// step: 20 bits, stream: 8, sender: 18, receiver: 18 (limits in builtins.cpp).
struct Tag {
  std::uint32_t step, stream, from, to;
};

constexpr std::uint64_t packed(const Tag& t) {
  return std::uint64_t{t.step} << 44 | std::uint64_t{t.stream} << 36 | std::uint64_t{t.from} << 18 |
         t.to;
}

constexpr Tag unpacked(std::uint64_t tag) {
  constexpr std::uint64_t kRank = (1u << 18) - 1;
  return {static_cast<std::uint32_t>(tag >> 44), static_cast<std::uint32_t>(tag >> 36 & 0xff),
          static_cast<std::uint32_t>(tag >> 18 & kRank), static_cast<std::uint32_t>(tag & kRank)};
}

}  // namespace

ScheduleTraffic::ScheduleTraffic(const CollectiveSchedule& schedule,
                                 std::vector<std::uint32_t> endpoints, BytesPerSecond gamma)
    : schedule_(schedule),
      endpoints_(std::move(endpoints)),
      ranks_(schedule.ranks()),
      gamma_(gamma / static_cast<double>(schedule.streams())) {
  ORRERY_CHECK(endpoints_.size() == ranks_, "{} endpoints for {} ranks", endpoints_.size(), ranks_);
}

void ScheduleTraffic::begin(Injector& network) {
  places_.assign(std::size_t{schedule_.streams()} * ranks_, {});
  unfinished_ = places_.size();
  early_.clear();
  for (std::uint32_t stream = 0; stream < schedule_.streams(); ++stream) {
    for (std::uint32_t rank = 0; rank < ranks_; ++rank) advance(stream, rank, network);
  }
}

// Starts the rank's step, and goes on while there is nothing to wait for.
void ScheduleTraffic::advance(std::uint32_t stream, std::uint32_t rank, Injector& network) {
  Place& place = places_[place_of(stream, rank)];
  for (const std::uint32_t steps = schedule_.steps(stream);; add(stream, rank, network)) {
    if (place.step == steps) {
      --unfinished_;
      completion_ = std::max({completion_, network.now(), place.ready});
      return;
    }
    moves_.clear();
    schedule_.sends(stream, rank, place.step, moves_);
    place.sending = static_cast<std::uint32_t>(moves_.size());
    place.awaited = schedule_.receives(stream, rank, place.step);
    if (!early_.empty()) {
      const auto found = early_.find(packed({place.step, stream, 0, rank}));
      if (found != early_.end()) {
        place.awaited -= found->second;
        early_.erase(found);
      }
    }
    for (const Move& move : moves_) {
      // Tells flows of different pairs and streams apart for ECMP.
      const std::uint64_t pair = packed({0, stream, rank, move.peer});
      network.send({endpoints_[rank], endpoints_[move.peer], move.size,
                    packed({place.step, stream, rank, move.peer}), mixed(pair)},
                   std::max(place.ready - network.now(), Seconds{}));
    }
    if (place.sending > 0 || place.awaited > 0) return;
  }
}

// Adds what the step brought: the next one starts later by that.
void ScheduleTraffic::add(std::uint32_t stream, std::uint32_t rank, Injector& network) {
  Place& place = places_[place_of(stream, rank)];
  place.ready = std::max(place.ready, network.now());
  place.ready += schedule_.added(stream, rank, place.step) / gamma_;
  ++place.step;
}

void ScheduleTraffic::end_step(std::uint32_t stream, std::uint32_t rank, Injector& network) {
  add(stream, rank, network);
  advance(stream, rank, network);
}

void ScheduleTraffic::delivered(std::uint64_t tag, Injector& network) {
  const Tag t = unpacked(tag);
  Place& receiver = places_[place_of(t.stream, t.to)];
  if (receiver.step == t.step) {
    ORRERY_CHECK(receiver.awaited > 0, "rank {} gets more than it awaits in step {}", t.to, t.step);
    if (--receiver.awaited == 0 && receiver.sending == 0) end_step(t.stream, t.to, network);
  } else {
    ++early_[packed({t.step, t.stream, 0, t.to})];
  }
  Place& sender = places_[place_of(t.stream, t.from)];
  if (--sender.sending == 0 && sender.awaited == 0) end_step(t.stream, t.from, network);
}

}  // namespace orrery
