// ChakraTraffic: plays execution traces on a network. Computing takes the time that was traced, one
// node at a time on a rank, as Chakra's feeders do; messages and collectives take the time that
// they take here.
//
// A collective starts when its last rank has come to it, and is over for all of them at the same
// time. Each goes over all ranks, whatever group it was traced in.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <tuple>

#include "orrery/collective/schedules/schedule_traffic.hpp"
#include "orrery/study/network/chakra/chakra_trace.hpp"

namespace orrery {

// One trace for all ranks, which then all do the same, or one for each.
struct ChakraWorkload {
  std::vector<ChakraTrace> traces;
  std::uint32_t ranks = 0;

  [[nodiscard]] const ChakraTrace& of(std::uint32_t rank) const {
    return traces.size() == 1 ? traces.front() : traces[rank];
  }
};

// The traces agree: as many collectives of the same kinds and sizes, as many receives as sends of
// each pair and tag. "" or what would do.
std::string disagreement(const ChakraWorkload& workload);

// Vector of a traced collective, as CollectiveCall counts it.
Bytes vector_of(const ChakraNode& node, std::uint32_t ranks);

class ChakraTraffic final : public Traffic {
 public:
  // Rank r at endpoint r. The workload must outlive it.
  explicit ChakraTraffic(const ChakraWorkload& workload);

  void begin(Injector& network) override;
  void delivered(std::uint64_t tag, Injector& network) override;

 private:
  enum class What : std::uint8_t { Computed, Sent, OfCollective };
  struct Slot {
    What what = What::Computed;
    std::uint32_t rank = 0;  // or the collective's number
    std::uint32_t node = 0;
    std::uint64_t tag = 0;  // the collective's own
  };
  struct Collective {
    std::uint32_t arrived = 0;
    std::unique_ptr<CollectiveSchedule> schedule;
    std::unique_ptr<ScheduleTraffic> traffic;
  };
  using Line = std::tuple<std::uint32_t, std::uint32_t, std::uint64_t>;  // from, to, tag
  class Relay;

  std::uint64_t slot(const Slot& s);
  void start(std::uint32_t rank, std::uint32_t node, Injector& network);
  void compute_next(std::uint32_t rank, Injector& network);
  void arrive(std::uint32_t number, Injector& network);
  void end_if_done(std::uint32_t number);
  void finish(std::uint32_t rank, std::uint32_t node);
  void go_on(Injector& network);

  const ChakraWorkload& workload_;
  std::vector<std::vector<std::uint32_t>> unmet_;        // by rank and node
  std::vector<std::vector<std::uint32_t>> number_;       // by trace and node: of its collective
  std::vector<Collective> collectives_;                  // by number
  std::map<Line, std::uint32_t> ready_;                  // delivered, not yet received
  std::map<Line, std::deque<std::uint32_t>> receiving_;  // nodes of the receiver
  std::vector<std::set<std::uint32_t>> computable_;      // by rank: nodes, first come by their ids
  std::vector<std::uint8_t> is_computing_;               // by rank
  std::vector<Slot> slots_;
  std::vector<std::uint64_t> free_;
  std::deque<std::pair<std::uint32_t, std::uint32_t>> startable_;  // rank, node
};

}  // namespace orrery
