// NetworkAnswer: what a network study answers, and how it is shown.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "orrery/cost/network_bill.hpp"
#include "orrery/network/placement/placement_search.hpp"
#include "orrery/network/traffic/collisions.hpp"
#include "orrery/report/report.hpp"
#include "orrery/study/network/network_study.hpp"

namespace orrery {

struct LinkLoad {
  std::string name;  // "leaf 3 -> spine 1"
  std::string kind;
  Bytes bytes;
  double utilisation = 0.0;  // of its bandwidth, over the whole completion time
};

struct NetworkResult {
  Bytes size;  // as the study says it; of one flow for traffic
  Seconds completion, lower_bound;
  Seconds idle;           // completion without the study's background and neighbours; 0: has none
  std::string algorithm;  // of a collective
  std::vector<std::uint64_t> neighbour_rounds;        // by neighbour: how often it was through
  BytesPerSecond algorithm_bandwidth, bus_bandwidth;  // collectives; nccl-tests' convention
  std::uint64_t flows = 0;
  std::vector<std::pair<std::string, Seconds>> flow_completion;  // "p50" ... "max"
  Bytes payload, wire;                                           // summed over all links
  std::uint64_t drops = 0;
  std::uint64_t pauses = 0;
  double mean_utilisation = 0.0;         // over links that the routing can use
  std::vector<LinkLoad> hottest;         // most loaded first
  std::vector<double> utilisation;       // of every link, for the picture
  std::optional<Collisions> collisions;  // of ECMP, where all messages could be asked
  double cpu = 0.0;                      // seconds of ours
};

struct NetworkAnswer {
  NetworkStudy study;
  std::string algorithm;  // of all results; "auto" where they differ
  std::uint64_t ranks = 0;
  std::optional<SearchedMap> searched;
  std::vector<NetworkResult> results;  // one a size
};

// `progress` is told which share of the least possible time has been played: a run on crowded wires
// takes longer.
NetworkAnswer run(const NetworkStudy& study,
                  const std::function<void(double share)>& progress = {});

std::string to_text(const NetworkAnswer& answer, Colour colour);
std::string to_json(const NetworkAnswer& answer);
std::string to_csv(const NetworkAnswer& answer);
// The facts of a topology alone, and what it is made of.
std::string topology_json(const Topology& topology, const NetworkBill& bill,
                          const std::string& title);
// One tile a link, dark where it is busy: the last size's loads.
std::string heat_map_svg(const NetworkAnswer& answer);

}  // namespace orrery
