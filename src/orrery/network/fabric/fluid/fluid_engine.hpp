// FluidEngine: plays traffic as fluid whose rates are max-min fair at every instant. Exact: no time
// step; rates change when a message starts or ends, and only where that is felt.
//
// A message holds its carriers until its last byte has left the sender and is delivered one path
// latency later. Where a message starts on the way of one that ended at the same instant, it takes
// over that one's rate and nothing is solved: a ring of a thousand steps is solved once.
#pragma once
#include <cstdint>
#include <queue>
#include <vector>

#include "orrery/network/fabric.hpp"
#include "orrery/network/fabric/fluid/clocks.hpp"
#include "orrery/network/fabric/fluid/fluid_network.hpp"
#include "orrery/network/fabric/rates/max_min_rates.hpp"

namespace orrery {

class FluidEngine final : private Injector {
 public:
  explicit FluidEngine(FluidNetwork& network);

  // link_bytes are by carrier. Once.
  FabricResult play(Traffic& traffic, const Fabric::Watch& watch = {});

 private:
  struct Live {
    double carried = 0.0;  // bytes of all messages on this way so far
    double size = 0.0;
    double latency = 0.0;
    std::uint64_t tag = 0;
    std::uint64_t choice = 0;
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    FlowIndex next_parked = 0;  // of the same sender
    bool parked = false;
  };
  struct Due {
    double time = 0.0;
    std::uint64_t order = 0;  // of posting: equal times keep it
    Message message;
    bool operator<(const Due& o) const {  // std::priority_queue gives the largest
      return time != o.time ? time > o.time : order > o.order;
    }
  };

  [[nodiscard]] Seconds now() const override { return Seconds{now_}; }
  void send(const Message& message, Seconds after) override;

  void start(const Message& message);
  bool take_over(const Message& message);
  void arrive(double time, std::uint64_t tag);
  void end(FlowIndex flow);
  void deliver(Traffic& traffic);
  void settle();
  void remove_parked();

  FluidNetwork& network_;
  MaxMinRates rates_;
  Clocks clocks_;
  std::vector<Live> live_;
  std::priority_queue<Due> starts_;
  std::priority_queue<Due> arrivals_;
  std::vector<std::uint64_t> delivered_;
  std::vector<std::uint64_t> delivering_;
  std::vector<FlowIndex> ended_;
  std::vector<FlowIndex> parked_;            // ended now, not yet removed
  std::vector<FlowIndex> parked_of_sender_;  // first in its chain
  std::vector<FlowIndex> started_;           // since the last settling
  std::vector<LinkUse> uses_;
  FabricResult result_;
  double now_ = 0.0;
  std::uint64_t order_ = 0;
  bool changed_ = false;  // rates are to be solved
};

}  // namespace orrery
