#include "orrery/network/fabric/classes/flow_classes.hpp"

#include <algorithm>
#include <bit>
#include <tuple>

#include "orrery/base/check.hpp"
#include "orrery/network/fabric/classes/partition.hpp"

namespace orrery {
namespace {

// Refinement that has looked at each use this often will hardly save more than it costs.
constexpr std::size_t kMostLooksPerUse = 64;

// Sums that differ by rounding are one key.
std::uint64_t key_of(double x) {
  constexpr int kRoundingBits = 12;
  return (std::bit_cast<std::uint64_t>(x) + (1ULL << (kRoundingBits - 1))) >> kRoundingBits;
}

// The transpose of lists of numbers.
class Users {
 public:
  template <class Lists>  // void(Visit visit): calls visit(row, column) for all, twice the same
  Users(std::size_t columns, const Lists& for_each) : first_(columns + 1, 0) {
    for_each([&](std::uint32_t, std::uint32_t column) { ++first_[column + 1]; });
    for (std::size_t c = 0; c < columns; ++c) first_[c + 1] += first_[c];
    row_.resize(first_.back());
    std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
    for_each([&](std::uint32_t row, std::uint32_t column) { row_[next[column]++] = row; });
  }
  [[nodiscard]] std::span<const std::uint32_t> of(std::uint32_t column) const {
    return {row_.data() + first_[column], row_.data() + first_[column + 1]};
  }

 private:
  std::vector<std::uint32_t> first_;
  std::vector<std::uint32_t> row_;
};

template <std::vector<std::uint32_t> Stream::* List>
Users dependents(const std::vector<Stream>& streams) {
  return {streams.size(), [&](const auto& visit) {
            for (std::uint32_t s = 0; s < streams.size(); ++s) {
              for (const std::uint32_t p : streams[s].*List) visit(s, p);
            }
          }};
}

class Refinement {
 public:
  Refinement(const Exchange& exchange, const FlowRows& rows, const std::vector<double>& capacities)
      : streams_(exchange.streams),
        rows_(rows),
        carrier_users_(capacities.size(),
                       [&](const auto& visit) {
                         for (std::uint32_t s = 0; s < streams_.size(); ++s) {
                           for (const LinkUse& u : rows.uses.of(s)) visit(s, u.link);
                         }
                       }),
        followers_(dependents<&Stream::begins_after>(streams_)),
        waiters_(dependents<&Stream::in_step_with>(streams_)),
        flows(static_cast<std::uint32_t>(streams_.size())),
        carriers(static_cast<std::uint32_t>(capacities.size())),
        sum_(capacities.size(), 0.0),
        seen_(streams_.size(), 0) {
    part_streams();
    part_carriers(capacities);
  }

  void run() {
    const std::size_t most = kMostLooksPerUse * (rows_.uses.uses.size() + streams_.size());
    while (!open_flows_.empty() || !open_carriers_.empty()) {
      if (looks_ > most) {
        flows.split_all();
        carriers.split_all();
        return;
      }
      if (!open_carriers_.empty()) {
        split_by_carriers(take(open_carriers_));
      } else {
        const std::uint32_t c = take(open_flows_);
        split_by_load(c);
        split_by_dependence(c, waiters_);
        split_by_dependence(c, followers_);
      }
    }
  }

 private:
  // A class that waits to split others is open; it may be named twice.
  static std::uint32_t take(std::vector<std::uint32_t>& open) {
    const std::uint32_t c = open.back();
    open.pop_back();
    return c;
  }

  // Streams before it on the longest chain of begins_after. Only saves work: refinement would find
  // the same parts one link of a chain at a time.
  [[nodiscard]] std::vector<std::uint32_t> depths() const {
    std::vector<std::uint32_t> depth(streams_.size(), 0);
    std::vector<std::size_t> unmet;
    std::vector<std::uint32_t> free;
    for (std::uint32_t s = 0; s < streams_.size(); ++s) {
      unmet.push_back(streams_[s].begins_after.size());
      if (unmet.back() == 0) free.push_back(s);
    }
    for (std::size_t i = 0; i < free.size(); ++i) {
      for (const std::uint32_t f : followers_.of(free[i])) {
        depth[f] = std::max(depth[f], depth[free[i]] + 1);
        if (--unmet[f] == 0) free.push_back(f);
      }
    }
    ORRERY_CHECK(free.size() == streams_.size(), "{} streams wait for each other in a circle",
                 streams_.size() - free.size());
    return depth;
  }

  void part_streams() {
    const std::vector<std::uint32_t> depth = depths();
    const auto facts = [&](std::uint32_t s) {
      return std::tuple(depth[s], streams_[s].size.value(), streams_[s].rounds, rows_.latency[s]);
    };
    std::vector<std::uint32_t> order(streams_.size());
    for (std::uint32_t s = 0; s < order.size(); ++s) order[s] = s;
    std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) { return facts(a) < facts(b); });
    std::uint64_t key = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (i > 0 && facts(order[i]) != facts(order[i - 1])) ++key;
      touched_.push_back({order[i], key});
    }
    split(flows, open_flows_);
    open_flows_.clear();
    for (std::uint32_t c = 0; c < flows.classes(); ++c) open_flows_.push_back(c);
  }

  void part_carriers(const std::vector<double>& capacities) {
    for (std::uint32_t l = 0; l < capacities.size(); ++l) {
      const bool is_used = !carrier_users_.of(l).empty();
      touched_.push_back({l, is_used ? std::bit_cast<std::uint64_t>(capacities[l]) : 0});
    }
    split(carriers, open_carriers_);
    open_carriers_.clear();
    for (std::uint32_t c = 0; c < carriers.classes(); ++c) open_carriers_.push_back(c);
  }

  void split(Partition& partition, std::vector<std::uint32_t>& open) {
    looks_ += touched_.size();
    partition.split(touched_, open);
    touched_.clear();
  }

  // Carriers on which the class puts different loads part.
  void split_by_load(std::uint32_t c) {
    for (const std::uint32_t s : flows.members(c)) {
      for (const LinkUse& u : rows_.uses.of(s)) {
        if (sum_[u.link] == 0.0) touched_.push_back({u.link});
        sum_[u.link] += u.share * rows_.count[s];
      }
    }
    for (Partition::Touch& t : touched_) {
      t.key = key_of(sum_[t.element]);
      sum_[t.element] = 0.0;
    }
    split(carriers, open_carriers_);
  }

  // Streams that use a carrier of the class part from those that do not. Whether, not how many: it
  // is enough for the condition of max-min fairness.
  void split_by_carriers(std::uint32_t c) {
    for (const std::uint32_t l : carriers.members(c)) touch(carrier_users_.of(l));
    forget();
    split(flows, open_flows_);
  }

  void split_by_dependence(std::uint32_t c, const Users& dependents) {
    for (const std::uint32_t s : flows.members(c)) touch(dependents.of(s));
    forget();
    split(flows, open_flows_);
  }

  void touch(std::span<const std::uint32_t> streams) {
    looks_ += streams.size();
    for (const std::uint32_t s : streams) {
      if (seen_[s] != 0) continue;
      seen_[s] = 1;
      touched_.push_back({s});
    }
  }
  void forget() {
    for (const Partition::Touch& t : touched_) seen_[t.element] = 0;
  }

  const std::vector<Stream>& streams_;
  const FlowRows& rows_;
  Users carrier_users_;
  Users followers_;
  Users waiters_;

 public:
  Partition flows;
  Partition carriers;

 private:
  std::vector<double> sum_;
  std::vector<std::uint8_t> seen_;
  std::vector<Partition::Touch> touched_;
  std::vector<std::uint32_t> open_flows_;
  std::vector<std::uint32_t> open_carriers_;
  std::size_t looks_ = 0;
};

// The least member of each class.
std::vector<std::uint32_t> representatives(const Partition& p) {
  std::vector<std::uint32_t> out;
  for (std::uint32_t c = 0; c < p.classes(); ++c) out.push_back(std::ranges::min(p.members(c)));
  return out;
}

std::vector<std::uint32_t> classes_of(const std::vector<std::uint32_t>& elements,
                                      const Partition& p) {
  std::vector<std::uint32_t> out;
  for (const std::uint32_t e : elements) out.push_back(p.class_of(e));
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

// The load of each class of streams on one carrier of each class.
FlowUses class_uses(const FlowRows& rows, const Partition& flows, const Partition& carriers,
                    const std::vector<std::uint32_t>& carrier) {
  struct Load {
    std::uint32_t flow = 0;
    LinkUse use;
  };
  std::vector<Load> loads;
  for (std::uint32_t s = 0; s < flows.elements(); ++s) {
    for (const LinkUse& u : rows.uses.of(s)) {
      const std::uint32_t c = carriers.class_of(u.link);
      if (carrier[c] != u.link) continue;
      loads.push_back({flows.class_of(s), {c, u.share * rows.count[s]}});
    }
  }
  std::ranges::stable_sort(loads, [](const Load& a, const Load& b) {
    return a.flow != b.flow ? a.flow < b.flow : a.use.link < b.use.link;
  });
  FlowUses out;
  std::size_t i = 0;
  for (std::uint32_t f = 0; f < flows.classes(); ++f) {
    const std::size_t first = out.uses.size();
    for (; i < loads.size() && loads[i].flow == f; ++i) {
      if (out.uses.size() > first && out.uses.back().link == loads[i].use.link) {
        out.uses.back().share += loads[i].use.share;
      } else {
        out.uses.push_back(loads[i].use);
      }
    }
    out.end_flow();
  }
  return out;
}

}  // namespace

FlowClasses flow_classes(const Exchange& exchange, const FlowRows& rows,
                         const std::vector<double>& capacities) {
  Refinement refined(exchange, rows, capacities);
  refined.run();
  const std::vector<std::uint32_t> stream = representatives(refined.flows);
  const std::vector<std::uint32_t> carrier = representatives(refined.carriers);
  FlowClasses out;
  for (std::uint32_t f = 0; f < stream.size(); ++f) {
    Stream s = exchange.streams[stream[f]];
    s.from = f;
    s.begins_after = classes_of(s.begins_after, refined.flows);
    s.in_step_with = classes_of(s.in_step_with, refined.flows);
    out.exchange.streams.push_back(std::move(s));
    out.rows.latency.push_back(rows.latency[stream[f]]);
    double count = 0.0;
    for (const std::uint32_t member : refined.flows.members(f)) count += rows.count[member];
    out.rows.count.push_back(count);
  }
  out.rows.uses = class_uses(rows, refined.flows, refined.carriers, carrier);
  for (const std::uint32_t l : carrier) out.capacities.push_back(capacities[l]);
  for (std::uint32_t s = 0; s < refined.flows.elements(); ++s) {
    out.class_of_stream.push_back(refined.flows.class_of(s));
  }
  for (std::uint32_t l = 0; l < refined.carriers.elements(); ++l) {
    out.class_of_carrier.push_back(refined.carriers.class_of(l));
  }
  return out;
}

}  // namespace orrery
