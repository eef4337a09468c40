#include "orrery/network/topologies/irregular/named_wires.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "orrery/network/graph/graph.hpp"

namespace orrery {
namespace {

constexpr std::size_t kShownNames = 3;

class Wiring {
 public:
  Wiring(NamedNetwork network, const LinkSpec& link, TopologyCheck& check)
      : network_(std::move(network)), link_(link), check_(check) {}

  NamedWires wires(const std::vector<std::string>& switches) {
    number_vertices();
    name_switches(switches);
    place_vertices();
    joined_.reserve(network_.cables.size());
    for (const NamedCable& c : network_.cables) {
      if (check_.mistakes() >= kMostMistakes) break;
      connect(c);
    }
    if (check_.passed()) check_one_piece();
    return std::move(out_);
  }

 private:
  void fail(const TextPlace& at, const std::string& what) {
    check_.fail_at(network_.where(at), what);
  }

  void number_vertices() {
    for (std::uint32_t i = 0; i < network_.vertices.size(); ++i) {
      const NamedVertex& v = network_.vertices[i];
      if (!number_.emplace(v.name, i).second)
        fail(v.at,
             fmt::format("saw {} a second time; expected each vertex once", one_line(v.name, 40)));
    }
    if (network_.lists_vertices) return;
    for (const NamedCable& c : network_.cables) {
      mention(c.a, c.at_a);
      mention(c.b, c.at_b);
    }
  }

  void mention(const std::string& name, const TextPlace& at) {
    const auto next = static_cast<std::uint32_t>(network_.vertices.size());
    if (number_.emplace(name, next).second) network_.vertices.push_back({name, false, at});
  }

  void name_switches(const std::vector<std::string>& switches) {
    for (const std::string& pattern : switches) {
      const bool is_prefix = !pattern.empty() && pattern.back() == '*';
      const std::string start = is_prefix ? pattern.substr(0, pattern.size() - 1) : pattern;
      bool is_known = false;
      for (NamedVertex& v : network_.vertices) {
        if (is_prefix ? v.name.compare(0, start.size(), start) != 0 : v.name != start) continue;
        v.is_switch = is_known = true;
      }
      if (!is_known)
        check_.fail("switches", fmt::format("saw {}, which is no vertex of {}; expected names of "
                                            "switches, or the start of names and a *",
                                            one_line(pattern, 40), network_.file));
    }
  }

  void place_vertices() {
    place_.resize(network_.vertices.size());
    for (const bool is_switch : {false, true}) {
      for (std::uint32_t i = 0; i < network_.vertices.size(); ++i) {
        if (network_.vertices[i].is_switch != is_switch) continue;
        place_[i] = out_.wires.vertices++;
        out_.names.push_back(network_.vertices[i].name);
        if (!is_switch) ++out_.wires.endpoints;
      }
    }
    if (out_.wires.endpoints == 0)
      check_.fail("file", "saw no endpoints; expected at least one vertex that is no switch");
  }

  std::optional<std::uint32_t> vertex(const std::string& name, const TextPlace& at) {
    const auto found = number_.find(name);
    if (found != number_.end()) return place_[found->second];
    fail(at, fmt::format("saw {}, which is no vertex; expected one of the {} that are listed",
                         one_line(name, 40), network_.vertices.size()));
    return std::nullopt;
  }

  void connect(const NamedCable& c) {
    const auto a = vertex(c.a, c.at_a);
    const auto b = vertex(c.b, c.at_b);
    const BytesPerSecond bandwidth = c.bandwidth.value_or(link_.bandwidth);
    const Seconds latency = c.latency.value_or(link_.latency);
    if (!(bandwidth.value() > 0.0))
      fail(c.at_bandwidth,
           fmt::format("saw a bandwidth of {}; expected more than 0 B/s", show(bandwidth)));
    if (!(latency.value() >= 0.0))
      fail(c.at_latency, fmt::format("saw a latency of {}; expected 0 s or more", show(latency)));
    if (!a || !b) return;
    if (*a == *b) {
      fail(c.at_b,
           fmt::format("saw a cable from {} to itself; expected two vertices", one_line(c.a, 40)));
      return;
    }
    const std::uint64_t pair = std::uint64_t{std::min(*a, *b)} << 32 | std::max(*a, *b);
    if (!joined_.insert(pair).second) {
      fail(c.at_a, fmt::format("saw {} and {} a second time; expected each pair once: parallel "
                               "cables are one of the sum of their bandwidths",
                               one_line(c.a, 40), one_line(c.b, 40)));
      return;
    }
    const auto key = std::make_tuple(c.kind, bandwidth.value(), latency.value(), c.optical);
    const auto next = static_cast<std::uint32_t>(out_.wires.kinds.size());
    const auto [found, is_new] = kinds_.emplace(key, next);
    if (is_new)
      out_.wires.kinds.push_back(
          {c.kind.empty() ? "cable" : c.kind, bandwidth, latency, c.optical});
    out_.wires.connect(*a, *b, found->second);
  }

  void check_one_piece() {
    const std::vector<int> far = distances_to(out_.wires, Graph(out_.wires), 0);
    std::string names;
    std::size_t cut_off = 0;
    const NamedVertex* first = nullptr;
    for (std::uint32_t i = 0; i < network_.vertices.size(); ++i) {
      if (far[place_[i]] != kUnreachable) continue;
      const NamedVertex& v = network_.vertices[i];
      if (first == nullptr) first = &v;
      if (cut_off++ < kShownNames) names += (names.empty() ? "" : ", ") + one_line(v.name, 40);
    }
    if (first == nullptr) return;
    if (cut_off > kShownNames) names += ", ...";
    fail(first->at,
         fmt::format("saw a network in pieces: {} of {} vertices ({}) are cut off from "
                     "{}; expected one piece",
                     cut_off, network_.vertices.size(), names, one_line(out_.names[0], 40)));
  }

  NamedNetwork network_;
  const LinkSpec& link_;
  TopologyCheck& check_;
  NamedWires out_;
  std::unordered_map<std::string, std::uint32_t> number_;  // looked up only, never listed
  std::unordered_set<std::uint64_t> joined_;               // pairs of vertices, likewise
  std::vector<std::uint32_t> place_;                       // vertex of the wires, by number
  std::map<std::tuple<std::string, double, double, bool>, std::uint32_t> kinds_;
};

}  // namespace

std::string NamedNetwork::where(const TextPlace& at) const {
  return fmt::format("{}:{}:{}: /", file, at.line, at.column);
}

NamedWires wired(NamedNetwork network, const std::vector<std::string>& switches,
                 const LinkSpec& link, TopologyCheck& check) {
  return Wiring(std::move(network), link, check).wires(switches);
}

}  // namespace orrery
