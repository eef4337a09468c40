#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "orrery/base/check.hpp"
#include "orrery/study/network/network_answer.hpp"

namespace orrery {
namespace {

using Json = nlohmann::ordered_json;

double checked(double value, const char* key) {
  ORRERY_CHECK(std::isfinite(value) && value >= 0.0, "network field {} is {}", key, value);
  return value;
}

Json facts_json(const NetworkFacts& f) {
  Json out;
  out["endpoints"] = f.endpoints;
  out["switches"] = f.switches;
  out["cables"] = f.cables;
  out["optical_cables"] = f.optical_cables;
  out["diameter"] = f.diameter;
  out["average_hops"] = checked(f.average_hops, "average_hops");
  out["average_hops_error"] = checked(f.average_hops_error, "average_hops_error");
  out["sampled_endpoints"] = f.sampled_endpoints;
  out["bisection_bytes_per_s"] = checked(f.bisection.value(), "bisection");
  out["bisection_is_bound"] = f.bisection_is_bound;
  return out;
}

Json congestion_json(const Congestion& c) {
  Json out;
  out["busiest_link_s"] = checked(c.busiest.value(), "busiest_link_s");
  out["all_links_s"] = checked(c.sum.value(), "all_links_s");
  return out;
}

void add_result(const NetworkResult& r, bool is_collective, Json& out) {
  out["size_bytes"] = checked(r.size.value(), "size_bytes");
  out["completion_s"] = checked(r.completion.value(), "completion_s");
  out["lower_bound_s"] = checked(r.lower_bound.value(), "lower_bound_s");
  if (r.idle > Seconds{}) {
    out["idle_completion_s"] = checked(r.idle.value(), "idle_completion_s");
    out["slowdown"] = checked(r.completion / r.idle, "slowdown");
    out["neighbour_rounds"] = r.neighbour_rounds;
  }
  if (is_collective) {
    out["algorithm_bandwidth_bytes_per_s"] =
        checked(r.algorithm_bandwidth.value(), "algorithm_bandwidth");
    out["bus_bandwidth_bytes_per_s"] = checked(r.bus_bandwidth.value(), "bus_bandwidth");
  }
  out["flows"] = r.flows;
  Json percentiles = Json::object();
  for (const auto& [name, time] : r.flow_completion)
    percentiles[name + "_s"] = checked(time.value(), name.c_str());
  out["flow_completion"] = percentiles;
  out["payload_bytes"] = checked(r.payload.value(), "payload_bytes");
  out["wire_bytes"] = checked(r.wire.value(), "wire_bytes");
  out["drops"] = r.drops;
  out["pauses"] = r.pauses;
  out["mean_link_utilisation"] = checked(r.mean_utilisation, "mean_link_utilisation");
  out["hottest_links"] = Json::array();
  for (const LinkLoad& l : r.hottest) {
    Json link;
    link["link"] = l.name;
    link["kind"] = l.kind;
    link["payload_bytes"] = checked(l.bytes.value(), "link bytes");
    link["utilisation"] = checked(l.utilisation, "utilisation");
    out["hottest_links"].push_back(link);
  }
  if (r.collisions) {
    Json& c = out["ecmp_collisions"];
    c["seeds"] = r.collisions->seeds;
    c["mean"] = checked(r.collisions->mean, "mean");
    c["deviation"] = checked(r.collisions->deviation, "deviation");
    c["least"] = checked(r.collisions->least, "least");
    c["most"] = checked(r.collisions->most, "most");
  }
  out["cpu_s"] = r.cpu;
}

}  // namespace

std::string to_json(const NetworkAnswer& a) {
  const NetworkStudy& s = a.study;
  Json out;
  out["schema"] = "orrery.network/1";
  out["study"] = s.name;
  out["task"] = s.collective ? "collective" : "traffic";
  out["topology"] = s.topology_text;
  out["network"] = facts_json(s.topology->facts());
  out["routing"] = s.routing;
  out["fabric"] = name_of(s.fabric);
  if (s.collective) {
    out["collective"] = name_of(s.collective->kind);
    out["algorithm"] = a.algorithm;
    out["groups"] = s.collective->groups;
    out["placement"] = name_of(s.placement.strategy);
    if (a.searched) {
      out["identity_placement"] = congestion_json(a.searched->before);
      out["searched_placement"] = congestion_json(a.searched->after);
      out["rank_map"] = a.searched->map;
    }
  } else {
    out["pattern"] = s.pattern;
  }
  out["ranks"] = a.ranks;
  if (a.results.size() == 1) {
    add_result(a.results.front(), s.collective.has_value(), out);
  } else {
    out["sweep"] = Json::array();
    for (const NetworkResult& r : a.results) {
      Json one;
      if (s.collective) one["algorithm"] = r.algorithm;
      add_result(r, s.collective.has_value(), one);
      out["sweep"].push_back(one);
    }
  }
  out["inputs_hash"] = s.inputs_hash;
  return out.dump(2) + "\n";
}

std::string topology_json(const Topology& topology, const NetworkBill& bill,
                          const std::string& title) {
  const NetworkFacts f = topology.facts();
  Json out;
  out["topology"] = title;
  out.update(facts_json(f));
  out["routings"] = topology.routings();
  out["cost_usd"] = checked(bill.price.value(), "cost_usd");
  out["power_w"] = checked(bill.power.value(), "power_w");
  out["cost_leaves_out"] = bill.unpriced;
  out["power_leaves_out"] = bill.unpowered;
  out["parts"] = Json::array();
  for (const NetworkItem& item : bill.items) {
    Json part;
    part["part"] = item.name;
    part["count"] = item.count;
    part["bytes_per_s"] = checked(item.rate.value(), "rate of parts");
    part["cost_usd"] = item.price ? Json(item.price->value()) : Json(nullptr);
    part["power_w"] = item.power ? Json(item.power->value()) : Json(nullptr);
    out["parts"].push_back(part);
  }
  return out.dump(2) + "\n";
}

std::string to_csv(const NetworkAnswer& a) {
  std::string out =
      "size_bytes,completion_s,lower_bound_s,bus_bandwidth_bytes_per_s,flows,payload_bytes,"
      "wire_bytes,drops,hottest_link,hottest_utilisation,cpu_s\n";
  for (const NetworkResult& r : a.results) {
    const LinkLoad hottest = r.hottest.empty() ? LinkLoad{} : r.hottest.front();
    out += fmt::format("{},{},{},{},{},{},{},{},{},{},{}\n", r.size.value(), r.completion.value(),
                       r.lower_bound.value(), r.bus_bandwidth.value(), r.flows, r.payload.value(),
                       r.wire.value(), r.drops, hottest.name, hottest.utilisation, r.cpu);
  }
  return out;
}

}  // namespace orrery
