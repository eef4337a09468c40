#include "orrery/study/network/chakra/chakra_traffic.hpp"

#include <fmt/format.h>

#include "orrery/base/check.hpp"
#include "orrery/collective/schedules/builtins.hpp"
#include "orrery/network/placement/rank_map.hpp"

namespace orrery {

using Does = ChakraNode::Does;

std::string disagreement(const ChakraWorkload& workload) {
  const ChakraTrace& first = workload.traces.front();
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint64_t>, int> open;
  for (std::uint32_t rank = 0; rank < workload.traces.size(); ++rank) {
    const ChakraTrace& own = workload.traces[rank];
    if (own.collectives.size() != first.collectives.size())
      return fmt::format("as many collectives as the {} of rank 0 in that of rank {}, which has {}",
                         first.collectives.size(), rank, own.collectives.size());
    for (std::size_t i = 0; i < own.collectives.size(); ++i) {
      const ChakraNode& a = first.nodes[first.collectives[i]];
      const ChakraNode& b = own.nodes[own.collectives[i]];
      if (a.kind != b.kind || a.size != b.size)
        return fmt::format("the same collective {} on rank {} as on rank 0", i, rank);
    }
    for (const ChakraNode& node : own.nodes) {
      if (node.does != Does::Send && node.does != Does::Receive) continue;
      if (workload.traces.size() == 1) return "a trace for each rank where ranks send";
      if (node.peer >= workload.ranks)
        return fmt::format("peers below {}, and saw {}", workload.ranks, node.peer);
      if (node.does == Does::Send) {
        ++open[{rank, node.peer, node.tag}];
      } else {
        --open[{node.peer, rank, node.tag}];
      }
    }
  }
  for (const auto& [line, count] : open) {
    if (count != 0)
      return fmt::format("as many receives as sends from rank {} to {} with tag {}",
                         std::get<0>(line), std::get<1>(line), std::get<2>(line));
  }
  return "";
}

Bytes vector_of(const ChakraNode& node, std::uint32_t ranks) {
  return node.kind == CollectiveKind::AllGather ? static_cast<double>(ranks) * node.size
                                                : node.size;
}

// What a collective sees of the network.
class ChakraTraffic::Relay final : public Injector {
 public:
  Relay(ChakraTraffic& all, std::uint32_t number, Injector& network)
      : all_(all), number_(number), network_(network) {}
  [[nodiscard]] Seconds now() const override { return network_.now(); }
  void send(const Message& message, Seconds after) override {
    Message relayed = message;
    relayed.tag = all_.slot({What::OfCollective, number_, 0, message.tag});
    network_.send(relayed, after);
  }

 private:
  ChakraTraffic& all_;
  std::uint32_t number_;
  Injector& network_;
};

ChakraTraffic::ChakraTraffic(const ChakraWorkload& workload) : workload_(workload) {
  for (std::uint32_t rank = 0; rank < workload.ranks; ++rank) {
    unmet_.emplace_back();
    for (const ChakraNode& node : workload.of(rank).nodes) unmet_.back().push_back(node.waits_for);
  }
  for (const ChakraTrace& trace : workload.traces) {
    number_.emplace_back(trace.nodes.size(), 0);
    for (std::uint32_t i = 0; i < trace.collectives.size(); ++i)
      number_.back()[trace.collectives[i]] = i;
  }
  computable_.resize(workload.ranks);
  is_computing_.assign(workload.ranks, 0);
  collectives_.resize(workload.traces.front().collectives.size());
}

std::uint64_t ChakraTraffic::slot(const Slot& s) {
  if (free_.empty()) {
    slots_.push_back(s);
    return slots_.size() - 1;
  }
  const std::uint64_t at = free_.back();
  free_.pop_back();
  slots_[at] = s;
  return at;
}

void ChakraTraffic::begin(Injector& network) {
  for (std::uint32_t rank = 0; rank < workload_.ranks; ++rank) {
    for (std::uint32_t n = 0; n < unmet_[rank].size(); ++n) {
      if (unmet_[rank][n] == 0) startable_.emplace_back(rank, n);
    }
  }
  go_on(network);
}

// Nodes that take no time follow each other at once, in a queue: there may be thousands.
void ChakraTraffic::go_on(Injector& network) {
  while (!startable_.empty()) {
    const auto [rank, node] = startable_.front();
    startable_.pop_front();
    start(rank, node, network);
  }
}

void ChakraTraffic::finish(std::uint32_t rank, std::uint32_t node) {
  for (const std::uint32_t f : workload_.of(rank).nodes[node].followers) {
    if (--unmet_[rank][f] == 0) startable_.emplace_back(rank, f);
  }
}

void ChakraTraffic::start(std::uint32_t rank, std::uint32_t n, Injector& network) {
  const ChakraNode& node = workload_.of(rank).nodes[n];
  switch (node.does) {
    case Does::Compute:
      if (!(node.duration > Seconds{})) return finish(rank, n);
      computable_[rank].insert(n);
      return compute_next(rank, network);
    case Does::Send:
      network.send({rank, node.peer, node.size, slot({What::Sent, rank, n, 0}), node.tag});
      return;
    case Does::Receive: {
      const Line line{node.peer, rank, node.tag};
      const auto found = ready_.find(line);
      if (found == ready_.end() || found->second == 0) {
        receiving_[line].push_back(n);
      } else {
        --found->second;
        finish(rank, n);
      }
      return;
    }
    case Does::Collective:
      return arrive(number_[workload_.traces.size() == 1 ? 0 : rank][n], network);
  }
}

void ChakraTraffic::compute_next(std::uint32_t rank, Injector& network) {
  std::set<std::uint32_t>& waiting = computable_[rank];
  if (is_computing_[rank] != 0 || waiting.empty()) return;
  const std::uint32_t n = *waiting.begin();
  waiting.erase(waiting.begin());
  is_computing_[rank] = 1;
  network.send({rank, rank, Bytes{}, slot({What::Computed, rank, n, 0})},
               workload_.of(rank).nodes[n].duration);
}

void ChakraTraffic::arrive(std::uint32_t number, Injector& network) {
  Collective& c = collectives_[number];
  if (++c.arrived < workload_.ranks) return;
  const ChakraTrace& trace = workload_.traces.front();
  const ChakraNode& node = trace.nodes[trace.collectives[number]];
  MadeSchedule made =
      make_schedule(default_algorithm(node.kind),
                    {node.kind, vector_of(node, workload_.ranks), workload_.ranks, 1, {}, 1});
  ORRERY_CHECK(made, "a traced collective is refused: {}", made.error());
  c.schedule = std::move(*made);
  c.traffic = std::make_unique<ScheduleTraffic>(*c.schedule, identity_map(workload_.ranks));
  Relay relay(*this, number, network);
  c.traffic->begin(relay);
  end_if_done(number);
}

void ChakraTraffic::end_if_done(std::uint32_t number) {
  Collective& c = collectives_[number];
  if (!c.traffic->is_done()) return;
  for (std::uint32_t rank = 0; rank < workload_.ranks; ++rank)
    finish(rank, workload_.of(rank).collectives[number]);
}

void ChakraTraffic::delivered(std::uint64_t tag, Injector& network) {
  const Slot s = slots_[tag];
  free_.push_back(tag);
  switch (s.what) {
    case What::Computed:
      finish(s.rank, s.node);
      is_computing_[s.rank] = 0;
      compute_next(s.rank, network);
      break;
    case What::Sent: {
      const ChakraNode& node = workload_.of(s.rank).nodes[s.node];
      const Line line{s.rank, node.peer, node.tag};
      finish(s.rank, s.node);
      std::deque<std::uint32_t>& waiting = receiving_[line];
      if (waiting.empty()) {
        ++ready_[line];
      } else {
        finish(node.peer, waiting.front());
        waiting.pop_front();
      }
      break;
    }
    case What::OfCollective: {
      Relay relay(*this, s.rank, network);
      collectives_[s.rank].traffic->delivered(s.tag, relay);
      end_if_done(s.rank);
      break;
    }
  }
  go_on(network);
}

}  // namespace orrery
