#include <fmt/format.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "orrery/accuracy/kernel_scores.hpp"

namespace orrery {
namespace {

using Json = nlohmann::ordered_json;
using Which = std::function<bool(const KernelOutcome&)>;

constexpr double kLong = 20e-6;  // from here on launch floors no longer decide

bool is_long(const KernelOutcome& r) { return (r.launch > 0 ? r.launch : r.measured) > kLong; }

Score score_where(const KernelScores& scores, double KernelOutcome::* prediction, const Which& which) {
  std::vector<Scored> rows;
  for (const KernelOutcome& r : scores.rows) {
    if (r.*prediction > 0 && which(r)) rows.push_back({r.*prediction, r.measured});
  }
  return score_of(rows);
}

Json errors(const Score& s) {
  return {{"rows", s.rows},
          {"median_abs_error", s.median_abs},
          {"mean_abs_error", s.mean_abs},
          {"p90_abs_error", s.p90_abs}};
}

Json by_size(const KernelScores& scores, const Which& which) {
  Json out;
  for (const bool longer : {true, false}) {
    const Score s = score_where(scores, &KernelOutcome::predicted, [&](const KernelOutcome& r) {
      return which(r) && is_long(r) == longer;
    });
    if (s.rows > 0) out[longer ? "above_20us" : "below_20us"] = errors(s);
  }
  return out;
}

std::set<std::string> values(const KernelScores& scores, const std::string& op,
                             std::string KernelOutcome::* of) {
  std::set<std::string> out;
  for (const KernelOutcome& r : scores.rows) {
    if (r.op == op) out.insert(r.*of);
  }
  return out;
}

std::set<std::string> ops(const KernelScores& scores) {
  std::set<std::string> out;
  for (const KernelOutcome& r : scores.rows) out.insert(r.op);
  return out;
}

std::string line(const std::string& name, const KernelScores& scores, const Which& which) {
  const auto at = [&](double KernelOutcome::* prediction, bool longer) {
    return score_where(scores, prediction, [&](const KernelOutcome& r) {
      return which(r) && is_long(r) == longer;
    });
  };
  const Score above = at(&KernelOutcome::predicted, true), below = at(&KernelOutcome::predicted, false);
  const Score typical = at(&KernelOutcome::typical, true), nearest = at(&KernelOutcome::nearest, true);
  const auto percent = [](const Score& s, double value) {
    return s.rows > 0 ? fmt::format("{:.1f}%", 100 * value) : std::string("-");
  };
  return fmt::format("{:<39} {:>6} {:>8} {:>8} {:>8} {:>6} {:>8} {:>10} {:>10}\n", name, above.rows,
                     percent(above, above.median_abs), percent(above, above.mean_abs),
                     percent(above, above.p90_abs), below.rows, percent(below, below.median_abs),
                     percent(typical, typical.median_abs), percent(nearest, nearest.median_abs));
}

}  // namespace

std::string to_json(const KernelScores& scores) {
  Json by_op;
  for (const std::string& op : ops(scores)) {
    const auto is_op = [&](const KernelOutcome& r) { return r.op == op; };
    Json one;
    one["rows"] = score_where(scores, &KernelOutcome::predicted, is_op).rows;
    const auto skipped = scores.skipped.find(op);
    one["skipped"] = skipped == scores.skipped.end() ? 0 : skipped->second;
    one.update(by_size(scores, is_op));
    for (const auto& [key, of] : {std::pair{"by_device", &KernelOutcome::device},
                                  std::pair{"by_dtype", &KernelOutcome::dtype}}) {
      for (const std::string& value : values(scores, op, of)) {
        one[key][value] = by_size(
            scores, [&, field = of](const KernelOutcome& r) { return r.op == op && r.*field == value; });
      }
    }
    for (const auto& [key, of] : {std::pair{"typical", &KernelOutcome::typical},
                                  std::pair{"nearest", &KernelOutcome::nearest}}) {
      const Score s = score_where(scores, of, [&](const KernelOutcome& r) {
        return r.op == op && is_long(r);
      });
      if (s.rows > 0) one["yardsticks_above_20us"][key] = errors(s);
    }
    by_op[op] = one;
  }
  Json out{{"schema", "orrery.kernels/1"}, {"by_op", by_op}};
  if (!scores.kin.empty()) out["lent_by"] = scores.kin;
  if (!scores.power_kin.empty()) out["power_lent_by"] = scores.power_kin;
  return out.dump(2) + "\n";
}

std::string to_text(const KernelScores& scores) {
  std::string out = fmt::format("{:<39} {:>6} {:>8} {:>8} {:>8} {:>6} {:>8} {:>10} {:>10}\n",
                                "kernel", "> 20us", "median", "mean", "p90", "below", "median",
                                "typical", "nearest");
  for (const std::string& op : ops(scores)) {
    out += line(op, scores, [&](const KernelOutcome& r) { return r.op == op; });
    for (const std::string& dtype : values(scores, op, &KernelOutcome::dtype))
      out += line("  " + dtype, scores,
                  [&](const KernelOutcome& r) { return r.op == op && r.dtype == dtype; });
    if (op == "collective") continue;  // whose coefficients are the link's
    for (const auto& [device, chip] : op == "board_power" ? scores.power_kin : scores.kin) {
      out += line("  " + device + " as " + chip, scores, [&, name = device](const KernelOutcome& r) {
        return r.op == op && r.device == name;
      });
    }
  }
  out += "\ntypical: bare peaks over the median efficiency of the device, format and bound; nearest: "
         "between the four\nnearest measured shapes. Both see the table that they are judged on, and "
         "stand for kernels above 20 us.\n";
  return out;
}

}  // namespace orrery
