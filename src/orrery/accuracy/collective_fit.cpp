#include "orrery/accuracy/collective_fit.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "orrery/base/rng.hpp"

namespace orrery {
namespace {

constexpr double kHostLaunchedFrom =
    8e6;  // bytes from which a launch from the host no longer shows
constexpr int kRestarts = 8;
constexpr std::size_t kFewRows = 10;  // below this only the efficiency moves

std::string outermost_fabric(const CollectiveRow& row, const Cluster& cluster) {
  std::string out;
  for (std::size_t t = 0; t < cluster.tiers.size() && t < kMostTiers; ++t) {
    if (row.call.group.members[t] > 1) out = cluster.tiers[t].fabric;
  }
  return out;
}

bool is_gather(CollectiveKind k) {
  return k == CollectiveKind::AllGather || k == CollectiveKind::ReduceScatter ||
         k == CollectiveKind::Broadcast;
}

using Knobs = CollectiveFit::Knobs;

// The numbers of a selection as logarithms, and back.
std::vector<double> values_of(const Knobs& knobs) {
  std::vector<double> x;
  for (const auto* list : knobs.lists) {
    for (const ProtocolLine& l : *list) {
      x.insert(x.end(), {std::log(std::max(l.launch.value(), 1e-7)),
                         std::log(std::max(l.step.value(), 1e-8)), std::log(l.efficiency)});
    }
  }
  if (knobs.copy != nullptr) x.push_back(std::log(knobs.copy->value()));
  if (knobs.crowding != nullptr) x.push_back(std::log(*knobs.crowding));
  return x;
}

void write_back(const std::vector<double>& x, const Knobs& knobs) {
  std::size_t i = 0;
  for (auto* list : knobs.lists) {
    for (ProtocolLine& l : *list) {
      l = {Seconds{std::exp(x[i])}, Seconds{std::exp(x[i + 1])}, std::exp(x[i + 2])};
      i += 3;
    }
  }
  if (knobs.copy != nullptr) *knobs.copy = BytesPerSecond{std::exp(x[i++])};
  if (knobs.crowding != nullptr) *knobs.crowding = std::exp(x[i]);
}

// What no wire or library does; the search stays inside.
bool plausible(const Knobs& knobs) {
  for (const auto* list : knobs.lists) {
    for (const ProtocolLine& l : *list) {
      if (l.efficiency > 1.0 || l.launch.value() > 5e-4 ||
          l.step.value() > knobs.longest_step.value())
        return false;
    }
  }
  return (knobs.copy == nullptr || knobs.copy->value() < 1e13) &&
         (knobs.crowding == nullptr || *knobs.crowding < 0.9);
}

// One descent: each number moves by its own factor, which grows on success and shrinks on failure.
double descend(std::vector<double>& x, double width, const std::vector<bool>& fixed,
               const std::function<double(const std::vector<double>&)>& loss) {
  std::vector<double> step(x.size(), width);
  double best = loss(x);
  for (int sweep = 0; sweep < 150; ++sweep) {
    double widest = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (fixed[i]) continue;
      bool moved = false;
      for (const double direction : {1.0, -1.0}) {
        std::vector<double> y = x;
        y[i] += direction * step[i];
        if (const double now = loss(y); now < best) {
          best = now;
          x = std::move(y);
          moved = true;
          break;
        }
      }
      step[i] *= moved ? 1.4 : 0.6;
      widest = std::max(widest, step[i]);
    }
    if (widest < 2e-3) break;
  }
  return best;
}

}  // namespace

double relative_error(const CollectiveRow& row, const Cluster& cluster,
                      const CollectiveCalibration& calibration) {
  return std::abs(collective_time(row.call, cluster, calibration).duration / row.measured - 1.0);
}

bool counts(const CollectiveRow& row) {
  const bool one_tier = row.call.group.members[1] == 1;
  return !row.host_launched || !one_tier || row.call.size.value() >= kHostLaunchedFrom;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0.0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

CollectiveFit::CollectiveFit(std::vector<CollectiveRow> rows, const std::string& catalog)
    : rows_(std::move(rows)) {
  for (const CollectiveRow& row : rows_) {
    const auto key = std::make_pair(row.cluster, row.chips);
    if (!clusters_.contains(key)) clusters_[key] = catalog_cluster(catalog, row.cluster, row.chips);
  }
}

const Cluster& CollectiveFit::cluster_of(const CollectiveRow& row) const {
  return clusters_.at({row.cluster, row.chips});
}

std::vector<const CollectiveRow*> CollectiveFit::rows_of(const std::string& fabric) const {
  std::vector<const CollectiveRow*> out;
  for (const CollectiveRow& row : rows_) {
    if (counts(row) && outermost_fabric(row, cluster_of(row)) == fabric) out.push_back(&row);
  }
  return out;
}

// Mean of |log(predicted / measured)|: what a median error rewards, and blind to outliers' size.
double CollectiveFit::loss(const std::vector<const CollectiveRow*>& rows) const {
  double sum = 0.0, weights = 0.0;
  for (const CollectiveRow* row : rows) {
    const double predicted =
        collective_time(row->call, cluster_of(*row), calibration_).duration.value();
    sum += row->weight * std::min(std::abs(std::log(predicted / row->measured.value())), 1.5);
    weights += row->weight;
  }
  return sum / weights;
}

void CollectiveFit::search(const std::vector<const CollectiveRow*>& rows, const Knobs& knobs) {
  const std::vector<double> start = values_of(knobs);
  std::vector<bool> fixed(start.size(), false);
  if (rows.size() < kFewRows) {
    for (std::size_t i = 0; i < fixed.size(); ++i) fixed[i] = i % 3 != 2;
  }
  const auto loss_at = [&](const std::vector<double>& x) {
    write_back(x, knobs);
    return plausible(knobs) ? loss(rows) : 1e3;
  };
  Rng rng(2026, "collective fit");
  std::vector<double> best = start;
  double least = 1e300;
  for (int restart = 0; restart < kRestarts; ++restart) {
    std::vector<double> x = start;
    for (std::size_t i = 0; i < x.size() && restart > 0; ++i) {
      if (!fixed[i]) x[i] -= (i % 3 == 2 ? 0.8 : 1.2) * rng.uniform() - (i % 3 == 2 ? 0.0 : 0.6);
    }
    if (const double now = descend(x, 0.4, fixed, loss_at); now < least) {
      least = now;
      best = x;
    }
  }
  write_back(best, knobs);
  // Protocols of two tiers pair up by place in their lists: low latency first.
  for (auto* list : knobs.lists) {
    std::sort(list->begin(), list->end(), [](const ProtocolLine& a, const ProtocolLine& b) {
      return a.efficiency < b.efficiency;
    });
  }
}

FittedFabric CollectiveFit::fit(const std::string& fabric, const FabricCalibration& prior) {
  calibration_.fabrics.push_back(prior);
  FabricCalibration& f = calibration_.fabrics.back();
  f.fabric = fabric;
  const auto all = rows_of(fabric);
  const auto part = [&](auto keep) {
    std::vector<const CollectiveRow*> out;
    for (const CollectiveRow* r : all) {
      if (!r->held_out && keep(*r)) out.push_back(r);
    }
    return out;
  };
  const auto run = [&](auto keep, Knobs knobs) {
    const auto chosen = part(keep);
    std::erase_if(knobs.lists, [](const auto* l) { return l->empty(); });
    if (knobs.copy != nullptr && knobs.copy->value() <= 0.0) knobs.copy = nullptr;
    if (knobs.crowding != nullptr && *knobs.crowding <= 0.0) knobs.crowding = nullptr;
    if (!chosen.empty() && !knobs.lists.empty()) search(chosen, knobs);
  };
  using K = CollectiveKind;
  const auto reduces = [](const auto& r) {
    return r.call.kind == K::AllReduce && !r.call.engine_kernels;
  };
  const auto on_ring = [&](const auto& r) {
    return reduces(r) && (!r.call.reducible_in_network || r.call.group.ranks() <= 4);
  };
  run([](const auto& r) { return is_gather(r.call.kind); },
      {.lists = {&f.gather}, .copy = &f.copy, .crowding = &f.crowding});
  run(on_ring, {.lists = {&f.all_reduce}});
  run(reduces, {.lists = {&f.in_network}});
  run(reduces, {.lists = {&f.all_reduce, &f.in_network}});
  run([](const auto& r) { return r.call.kind == K::AllToAll; },
      {.lists = {&f.all_to_all}, .longest_step = Seconds{3e-6}});
  run([](const auto& r) { return r.call.kind == K::SendRecv; }, {.lists = {&f.send_recv}});
  run([](const auto& r) { return r.call.kind == K::AllReduce && r.call.engine_kernels; },
      {.lists = {&f.one_shot, &f.two_shot}, .longest_step = Seconds{3e-6}});
  FittedFabric out{f};
  std::vector<double> seen, kept;
  for (const CollectiveRow* r : all) {
    (r->held_out ? kept : seen).push_back(relative_error(*r, cluster_of(*r), calibration_));
  }
  out.rows = static_cast<int>(seen.size());
  out.rows_held_out = static_cast<int>(kept.size());
  out.error = median(seen);
  out.error_held_out = median(kept);
  return out;
}

}  // namespace orrery
