#include "orrery/network/topologies/failures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "orrery/base/rng.hpp"
#include "orrery/network/graph/graph.hpp"
#include "orrery/network/topologies/degraded.hpp"

namespace orrery {
namespace {

constexpr std::size_t kMostNamesCompared = 10'000;  // for "did you mean"
constexpr std::size_t kShownNames = 3;

// Lists for a message: the first few, and how many there are.
class ShortList {
 public:
  void add(const std::string& name) {
    if (count_++ < kShownNames) text_ += (text_.empty() ? "" : ", ") + name;
  }
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] std::string text() const { return text_ + (count_ > kShownNames ? ", ..." : ""); }

 private:
  std::size_t count_ = 0;
  std::string text_;
};

class Breaker {
 public:
  Breaker(const Topology& whole, const Node& description, Diagnostics& problems)
      : whole_(whole), description_(description), problems_(problems), wires_(whole.wires()) {
    wires_.failed.resize(wires_.links.size() / 2, false);
  }

  Wires broken(const Failures& failures) {
    if (!failures.links.empty() || !failures.switches.empty()) name_vertices();
    for (std::size_t i = 0; i < failures.links.size(); ++i)
      break_link(failures.links[i], description_.find("links")->items[i]);
    for (std::size_t i = 0; i < failures.switches.size(); ++i)
      break_switch(failures.switches[i], description_.find("switches")->items[i]);
    if (!failures.share.empty()) break_share(failures);
    if (problems_.empty()) check_one_piece();
    return std::move(wires_);
  }

 private:
  void name_vertices() {
    for (std::uint32_t v = 0; v < wires_.vertices; ++v) named_.emplace(whole_.vertex_name(v), v);
  }

  std::optional<std::uint32_t> vertex(const std::string& name, const Node& at) {
    const auto found = named_.find(name);
    if (found != named_.end()) return found->second;
    std::string near;
    if (named_.size() <= kMostNamesCompared) {
      std::vector<std::string> known;
      for (const auto& [n, v] : named_) known.push_back(n);
      near = nearest_name(name, known);
    }
    problems_.push_back(
        {at.where(), fmt::format("saw {}, which is no vertex; expected a name such as {}{}",
                                 one_line(name, 40), whole_.vertex_name(wires_.vertices - 1),
                                 near.empty() ? "" : "; did you mean '" + near + "'?")});
    return std::nullopt;
  }

  void break_link(const std::string& text, const Node& at) {
    constexpr std::string_view kBetween = " - ";
    const std::size_t middle = text.find(kBetween);
    if (middle == std::string::npos) {
      problems_.push_back({at.where(), fmt::format("saw {}; expected two vertices, as in '{} - {}'",
                                                   at.seen(), whole_.vertex_name(0),
                                                   whole_.vertex_name(wires_.link(LinkId{0}).to))});
      return;
    }
    const auto a = vertex(text.substr(0, middle), at);
    const auto b = vertex(text.substr(middle + kBetween.size()), at);
    if (!a || !b) return;
    bool is_there = false;
    for (std::size_t i = 0; i < wires_.links.size(); ++i) {
      if (wires_.links[i].from != *a || wires_.links[i].to != *b) continue;
      wires_.failed[i / 2] = is_there = true;
    }
    if (!is_there)
      problems_.push_back(
          {at.where(), fmt::format("saw {}, which no cable joins; expected the two ends of one",
                                   one_line(text, 80))});
  }

  void break_switch(const std::string& name, const Node& at) {
    const auto v = vertex(name, at);
    if (!v) return;
    if (*v < wires_.endpoints) {
      problems_.push_back(
          {at.where(),
           fmt::format("saw {}, which is an endpoint; expected a switch", one_line(name, 40))});
      return;
    }
    for (std::size_t i = 0; i < wires_.links.size(); i += 2) {
      if (wires_.links[i].from == *v || wires_.links[i].to == *v) wires_.failed[i / 2] = true;
    }
  }

  void break_share(const Failures& failures) {
    const Node& at = *description_.find("share");
    const bool is_percent = failures.share.back() == '%';
    const auto number = parse_count(is_percent ? failures.share.substr(0, failures.share.size() - 1)
                                               : failures.share);
    const double share = number ? *number / (is_percent ? 100.0 : 1.0) : -1.0;
    if (!(share >= 0.0 && share < 1.0)) {
      problems_.push_back(
          {at.where(), fmt::format("saw {}; expected 0% to below 100%", at.seen())});
      return;
    }
    const Graph graph(wires_);
    const auto is_only = [&](std::uint32_t v) {
      return v < wires_.endpoints && graph.out(v).size() == 1;
    };
    std::vector<std::uint32_t> cables;
    for (std::uint32_t i = 0; i < wires_.failed.size(); ++i) {
      const Link& l = wires_.links[std::size_t{2} * i];
      if (!is_only(l.from) && !is_only(l.to) && !wires_.failed[i]) cables.push_back(i);
    }
    Rng rng(static_cast<std::uint64_t>(failures.seed), "failed links");
    const auto count =
        static_cast<std::size_t>(std::llround(share * static_cast<double>(cables.size())));
    for (std::size_t i = 0; i < count; ++i) {  // without repetition: a partial shuffle
      std::swap(cables[i], cables[i + rng.below(cables.size() - i)]);
      wires_.failed[cables[i]] = true;
    }
  }

  // The number of each vertex's piece; `endpoints` counts those of each.
  std::vector<std::uint32_t> pieces(std::vector<std::uint32_t>& endpoints) const {
    constexpr std::uint32_t kNone = ~std::uint32_t{0};
    const Graph graph(wires_);
    std::vector<std::uint32_t> piece(wires_.vertices, kNone), open;
    for (std::uint32_t start = 0; start < wires_.vertices; ++start) {
      if (piece[start] != kNone) continue;
      const auto number = static_cast<std::uint32_t>(endpoints.size());
      endpoints.push_back(0);
      open.assign(1, start);
      piece[start] = number;
      for (std::size_t i = 0; i < open.size(); ++i) {
        if (open[i] < wires_.endpoints) ++endpoints[number];
        for (const LinkId l : graph.out(open[i])) {
          const std::uint32_t to = wires_.link(l).to;
          if (piece[to] != kNone) continue;
          piece[to] = number;
          open.push_back(to);
        }
      }
    }
    return piece;
  }

  // Endpoints in several pieces are a mistake. Switches that no endpoint is left with are as good
  // as failed.
  void check_one_piece() {
    std::vector<std::uint32_t> endpoints;
    const std::vector<std::uint32_t> piece = pieces(endpoints);
    const auto rest = static_cast<std::uint32_t>(
        std::max_element(endpoints.begin(), endpoints.end()) - endpoints.begin());
    ShortList cut_off, cut;
    for (std::uint32_t e = 0; e < wires_.endpoints; ++e) {
      if (piece[e] != rest) cut_off.add(whole_.vertex_name(e));
    }
    for (std::size_t i = 0; i < wires_.links.size(); i += 2) {
      const Link& l = wires_.links[i];
      if ((piece[l.from] == rest) != (piece[l.to] == rest))
        cut.add(whole_.vertex_name(l.from) + " - " + whole_.vertex_name(l.to));
      if (piece[l.from] != rest) wires_.failed[i / 2] = true;
    }
    if (cut_off.count() == 0) return;
    problems_.push_back(
        {description_.where(),
         fmt::format("saw failures that cut off {} of {} endpoints ({}); all cables between them "
                     "and the rest have failed: {}; expected a way between all endpoints",
                     cut_off.count(), wires_.endpoints, cut_off.text(), cut.text())});
  }

  const Topology& whole_;
  const Node& description_;
  Diagnostics& problems_;
  Wires wires_;
  std::map<std::string, std::uint32_t> named_;
};

}  // namespace

MadeTopology degraded(std::unique_ptr<Topology> whole, const Node& description) {
  Diagnostics problems;
  const auto failures = read<Failures>(description, problems);
  if (!problems.empty()) return tl::unexpected(problems);
  Wires left = Breaker(*whole, description, problems).broken(failures);
  if (!problems.empty()) return tl::unexpected(problems);
  return make_degraded(std::move(whole), std::move(left));
}

}  // namespace orrery
