#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "orrery/base/text/quantity.hpp"
#include "orrery/study/network/network_answer.hpp"

namespace orrery {
namespace {

constexpr int kBar = 24;

std::string bar(double share, bool coloured) {
  const int full = static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * kBar));
  std::string text;
  for (int i = 0; i < full; ++i) text += "█";
  const std::string rest(static_cast<std::size_t>(kBar - full), ' ');
  return coloured ? "\x1b[36m" + text + "\x1b[0m" + rest : text + rest;
}

std::string question(const NetworkAnswer& a) {
  if (!a.study.collective) return fmt::format("{} traffic", a.study.pattern);
  const char* kind = name_of(a.study.collective->kind);
  const std::int64_t groups = a.study.collective->groups;
  return fmt::format("{} ({}) over {} ranks{}", kind, a.algorithm, a.ranks,
                     groups > 1 ? fmt::format(", {} groups at once", groups) : "");
}

std::string sweep_table(const NetworkAnswer& a) {
  std::string out = fmt::format("\n  {:>12} {:>12} {:>12} {:>14} {:>14} {:>10}\n", "size", "time",
                                "bound", "algorithm", "bus", "messages");
  for (const NetworkResult& r : a.results) {
    out += fmt::format("  {:>12} {:>12} {:>12} {:>14} {:>14} {:>10}\n", show(r.size),
                       show(r.completion), show(r.lower_bound), show(r.algorithm_bandwidth),
                       show(r.bus_bandwidth), r.flows);
  }
  return out;
}

std::string placement_line(const NetworkAnswer& a) {
  if (a.study.placement.strategy == PlacementKind::Identity) return "";
  std::string out = fmt::format("  placement  {}", name_of(a.study.placement.strategy));
  if (a.searched)
    out += fmt::format(": busiest link {} in place of {}, {} swaps tried",
                       show(a.searched->after.busiest), show(a.searched->before.busiest),
                       a.searched->swaps);
  return out + "\n";
}

std::string load_lines(const NetworkAnswer& a, const NetworkResult& r) {
  if (!a.study.has_load()) return "";
  std::string out = fmt::format("  slowdown   {:.3f} of {} on the idle network\n",
                                r.idle > Seconds{} ? r.completion / r.idle : 1.0, show(r.idle));
  for (const PatternSpec& b : a.study.background)
    out += fmt::format("  beside     {} flows of {} at {:.0f}% load\n", name_of(b.pattern),
                       show(b.size), 100 * b.load);
  for (std::size_t i = 0; i < a.study.neighbours.size(); ++i)
    out += fmt::format("  beside     {}, {} times\n", a.study.neighbours[i].name,
                       i < r.neighbour_rounds.size() ? r.neighbour_rounds[i] : 0);
  return out;
}

}  // namespace

std::string to_text(const NetworkAnswer& a, Colour colour) {
  const bool coloured = colour == Colour::Yes;
  const NetworkFacts facts = a.study.topology->facts();
  std::string out = fmt::format("orrery  {} on {}\n", question(a), a.study.topology_text);
  out += fmt::format(
      "  network    {} endpoints, {} switches, {} cables; diameter {}, {:.2f}{} hops on average\n",
      facts.endpoints, facts.switches, facts.cables, facts.diameter, facts.average_hops,
      facts.sampled_endpoints > 0 ? fmt::format(" +- {:.2f}", facts.average_hops_error) : "");
  out += fmt::format("  routing    {}, fabric {}\n", a.study.routing, name_of(a.study.fabric));
  out += placement_line(a);
  const NetworkResult& last = a.results.back();
  if (a.results.size() > 1) {
    out += sweep_table(a);
  } else {
    out += fmt::format("  time       {}   (no network beats {})\n", show(last.completion),
                       show(last.lower_bound));
    if (a.study.collective)
      out += fmt::format("  bandwidth  {} of the vector, {} on the bus as nccl-tests counts it\n",
                         show(last.algorithm_bandwidth), show(last.bus_bandwidth));
    out += fmt::format("  messages   {}\n", last.flows);
  }
  out += load_lines(a, last);
  if (last.flow_completion.size() > 1) {
    out += "  a message  ";
    for (const auto& [name, time] : last.flow_completion)
      out += fmt::format("{}{} {}", name == "p50" ? "" : ", ", name, show(time));
    out += "\n";
  }
  if (last.pauses > 0) out += fmt::format("  paused     {} times, a link each\n", last.pauses);
  if (last.drops > 0) out += fmt::format("  dropped    {} packets, each sent again\n", last.drops);
  if (last.collisions) {
    const Collisions& c = *last.collisions;
    out += fmt::format(
        "  collisions the fullest link has {:.2f} +- {:.2f} times an even split's load ({:.2f} to "
        "{:.2f}, {} hash seeds)\n",
        c.mean, c.deviation, c.least, c.most, c.seeds);
  }
  if (!last.hottest.empty()) {
    out +=
        fmt::format("\nHottest links{}   (all that are used: {:.0f}% busy on average)\n",
                    a.results.size() > 1 ? " at the last size" : "", 100 * last.mean_utilisation);
    for (const LinkLoad& l : last.hottest)
      out += fmt::format("  {:<36} {:>10} {:>6.1f}%  {}\n", l.name, show(l.bytes),
                         100 * l.utilisation, bar(l.utilisation, coloured));
  }
  return out;
}

}  // namespace orrery
