#include "orrery/accuracy/collectives/published_scores.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "orrery/accuracy/collectives/fit_plan.hpp"
#include "orrery/base/text/quantity.hpp"

namespace orrery {
namespace {

constexpr std::string_view kPublished = "published ";
constexpr Bytes kSmall{1048576.0};  // 1 MiB: short messages and long ones are told apart
constexpr std::size_t kWorst = 8;

bool is_published(const CollectiveRow& row) { return row.set.starts_with(kPublished); }

// Fabrics that a row of this set says something about.
std::set<std::string> fabrics_of(const std::vector<CollectiveRow>& rows, const std::string& set,
                                 const CollectiveFit& fit) {
  std::set<std::string> out;
  for (const CollectiveRow& row : rows) {
    if (row.set != set) continue;
    const Cluster& cluster = fit.cluster_of(row);
    for (std::size_t t = 0; t < cluster.tiers.size(); ++t) {
      if (row.call.group.members[t] > 1) out.insert(cluster.tiers[t].fabric);
    }
  }
  return out;
}

// The catalog's calibration with these fabrics fitted anew on all rows but the set's; what nobody
// else measured is lent by its nearest relative, as the catalog does for wires without rows.
CollectiveCalibration without(const std::string& set, const std::vector<CollectiveRow>& rows,
                              const std::string& catalog, const CollectiveCalibration& shipped) {
  std::vector<CollectiveRow> others;
  for (const CollectiveRow& row : rows) {
    if (row.set != set) others.push_back(row);
  }
  const CollectiveFit all(rows, catalog);
  const std::set<std::string> fabrics = fabrics_of(rows, set, all);
  CollectiveFit fit(std::move(others), catalog);
  CollectiveCalibration out;
  for (const FabricPlan& plan : fabric_plans()) {
    if (!fabrics.contains(plan.fabric)) {
      fit.add(shipped.of(plan.fabric));
      continue;
    }
    FittedFabric fitted = fit.fit(plan.fabric, plan.prior);
    if (fitted.rows == 0 && *plan.lender != '\0') {
      fitted.calibration = shipped.of(plan.lender);
      fitted.calibration.fabric = plan.fabric;
    } else {
      fill_classes(fitted.calibration, fit);
    }
    out.fabrics.push_back(std::move(fitted.calibration));
  }
  for (const FabricCalibration& f : shipped.fabrics) {
    const auto same = [&](const FabricCalibration& own) { return own.fabric == f.fabric; };
    if (std::ranges::none_of(out.fabrics, same)) out.fabrics.push_back(f);
  }
  return out;
}

double error_of(const PublishedOutcome& o, Seconds predicted) {
  return std::abs(predicted / o.measured - 1.0);
}

struct Medians {
  std::size_t rows = 0, held_out = 0;
  double shipped = 0.0, held_out_error = 0.0, unseen = 0.0;
};

Medians medians_of(const std::vector<const PublishedOutcome*>& outcomes) {
  std::vector<double> shipped, held_out, unseen;
  for (const PublishedOutcome* o : outcomes) {
    shipped.push_back(error_of(*o, o->shipped));
    unseen.push_back(error_of(*o, o->unseen));
    if (o->was_held_out) held_out.push_back(shipped.back());
  }
  return {outcomes.size(), held_out.size(), median(shipped), median(held_out), median(unseen)};
}

// By source and by size; "all sources" last.
std::vector<std::pair<std::string, std::vector<const PublishedOutcome*>>> cells_of(
    const std::vector<PublishedOutcome>& outcomes) {
  std::map<std::string, std::vector<const PublishedOutcome*>> cells;
  std::vector<std::pair<std::string, std::vector<const PublishedOutcome*>>> out;
  for (const bool is_all : {false, true}) {
    cells.clear();
    for (const PublishedOutcome& o : outcomes) {
      const char* size = o.call.size > kSmall ? "above 1 MiB" : "up to 1 MiB";
      cells[fmt::format("{}, {}", is_all ? "all sources" : o.source, size)].push_back(&o);
    }
    out.insert(out.end(), cells.begin(), cells.end());
  }
  return out;
}

}  // namespace

tl::expected<std::vector<PublishedOutcome>, Diagnostics> published_scores(const std::string& folder,
                                                                          const Catalog& catalog) {
  const std::vector<CollectiveRow> rows = read_collective_rows(folder);
  if (std::ranges::none_of(rows, is_published))
    return tl::unexpected(Diagnostics{
        {folder + ":1:1: /", "saw no published row; expected ground-truth/collectives.csv in it"}});
  const auto shipped = read_collective_calibration(catalog.root() + "/calibration/collectives");
  if (!shipped) return tl::unexpected(shipped.error());
  std::map<std::string, CollectiveCalibration> unseen;  // by set
  for (const CollectiveRow& row : rows) {
    if (is_published(row) && !unseen.contains(row.set))
      unseen.emplace(row.set, without(row.set, rows, catalog.root(), *shipped));
  }
  std::vector<PublishedOutcome> out;
  for (const CollectiveRow& row : rows) {
    if (!is_published(row) || !counts(row)) continue;
    const Cluster cluster = catalog_cluster(catalog.root(), row.cluster, row.chips);
    out.push_back({row.set.substr(kPublished.size()), row.call, row.measured,
                   collective_time(row.call, cluster, *shipped).duration,
                   collective_time(row.call, cluster, unseen.at(row.set)).duration, row.held_out});
  }
  return out;
}

std::string to_text(const std::vector<PublishedOutcome>& outcomes) {
  std::string out = fmt::format("{:34} {:>5} {:>9} {:>16} {:>14}\n", "published collectives",
                                "rows", "shipped", "held out (rows)", "source unseen");
  for (const auto& [name, cell] : cells_of(outcomes)) {
    const Medians m = medians_of(cell);
    out += fmt::format(
        "{:34} {:>5} {:>8.1f}% {:>16} {:>13.1f}%\n", name, m.rows, 100 * m.shipped,
        m.held_out > 0 ? fmt::format("{:.1f}% ({})", 100 * m.held_out_error, m.held_out) : "-",
        100 * m.unseen);
  }
  std::vector<const PublishedOutcome*> order;
  for (const PublishedOutcome& o : outcomes) order.push_back(&o);
  std::ranges::stable_sort(order, [](const PublishedOutcome* a, const PublishedOutcome* b) {
    return error_of(*a, a->shipped) > error_of(*b, b->shipped);
  });
  out += "\nworst by the catalog's calibration\n";
  for (std::size_t i = 0; i < std::min(kWorst, order.size()); ++i) {
    const PublishedOutcome& o = *order[i];
    out += fmt::format("  {:24} {:14} {:>5} ranks {:>10}  measured {:>8}, ours {:>8}\n", o.source,
                       name_of(o.call.kind), o.call.group.ranks(), show(o.call.size),
                       show(o.measured), show(o.shipped));
  }
  return out;
}

std::string to_json(const std::vector<PublishedOutcome>& outcomes) {
  nlohmann::ordered_json out;
  out["schema"] = "orrery.collectives/1";
  for (const auto& [name, cell] : cells_of(outcomes)) {
    const Medians m = medians_of(cell);
    nlohmann::ordered_json one;
    one["rows"] = m.rows;
    one["median_error"] = m.shipped;
    one["rows_held_out"] = m.held_out;
    if (m.held_out > 0) one["median_error_held_out"] = m.held_out_error;
    one["median_error_source_unseen"] = m.unseen;
    out["sources"][name] = one;
  }
  return out.dump(2) + "\n";
}

}  // namespace orrery
