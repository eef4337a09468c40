#include "orrery/compute/lending/kinship.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

#include "orrery/base/check.hpp"
#include "orrery/base/mean.hpp"
#include "orrery/base/text/number_fields.hpp"
#include "orrery/compute/lending/lending.hpp"
#include "orrery/compute/lending/parts.hpp"

namespace orrery {
namespace {

using Weights = std::vector<double>;

bool is_any(const Weights& w) {
  return std::ranges::any_of(w, [](double x) { return x > 0.0; });
}

class Kinship {
 public:
  Kinship(const std::vector<Lender>& lenders, const Chip& to, std::string library)
      : lenders_(lenders), to_(to), library_(std::move(library)) {}

  // Of each lender in a part; all zero where nobody's rows determined it.
  [[nodiscard]] Weights weights(const Part& part) const {
    Weights w(lenders_.size());
    for (std::size_t i = 0; i < w.size(); ++i) w[i] = has_timed(lenders_[i], part.kind) ? 1.0 : 0.0;
    if (part.basis == Basis::Library)
      prefer(w, [&](const Lender& l) { return l.calibration.attention_library == library_; });
    prefer(w, [&](const Lender& l) { return l.chip.generation == to_.generation; });
    bool asks_alike = part.basis == Basis::Instructions || part.basis == Basis::Library;
    if (part.basis == Basis::Memory) {
      asks_alike =
          prefer(w, [&](const Lender& l) { return l.chip.memory.kind == to_.memory.kind; });
    }
    if (asks_alike) prefer(w, [&](const Lender& l) { return is_alike(l); });
    balance(w, part.basis == Basis::Mostly ? 2.0 : 1.0);
    return w;
  }

  // Of the heaviest, whose matrix units do most nearly as much a cycle and SM.
  [[nodiscard]] std::size_t nearest(const Weights& w) const {
    std::size_t best = 0;
    for (std::size_t i = 1; i < w.size(); ++i) {
      const double apart = width_apart(lenders_[i]), least = width_apart(lenders_[best]);
      if (w[i] > w[best] || (w[i] == w[best] && apart < least)) best = i;
    }
    return best;
  }

  [[nodiscard]] bool is_timed_by_alike(const Part& part) const {
    return std::ranges::any_of(
        lenders_, [&](const Lender& l) { return has_timed(l, part.kind) && is_alike(l); });
  }

 private:
  [[nodiscard]] bool is_alike(const Lender& l) const {
    return l.chip.matrix_instructions == to_.matrix_instructions;
  }

  [[nodiscard]] double width_apart(const Lender& l) const {
    const auto width = [](const Chip& c) {
      return c.peak.bf16.value() / (std::max(1.0, c.clock.value()) * std::max(1, c.cores));
    };
    const double here = width(to_), there = width(l.chip);
    return here > 0.0 && there > 0.0 ? std::abs(std::log(there / here)) : 0.0;
  }

  // Rows in fp8 on a chip without such a unit ran in bf16 and say nothing of it.
  [[nodiscard]] bool has_timed(const Lender& l, std::string_view kind) const {
    if (l.chip.name == to_.name) return false;
    const bool fp8 = kind.ends_with("fp8") || kind.ends_with("fp8_block");
    return (!fp8 || l.chip.peak.fp8.value() > 0.0) &&
           orrery::has_timed(l.calibration, std::string(kind));
  }

  // Only those of whom it is true, where there are any.
  template <class Is>
  bool prefer(Weights& w, const Is& is) const {
    Weights only = w;
    for (std::size_t i = 0; i < w.size(); ++i) {
      if (!is(lenders_[i])) only[i] = 0.0;
    }
    if (!is_any(only)) return false;
    w = only;
    return true;
  }

  // Instructions weigh alike, those of `to` `own` times as much.
  void balance(Weights& w, double own) const {
    std::map<MatrixInstructions, double> sums;
    for (std::size_t i = 0; i < w.size(); ++i) sums[lenders_[i].chip.matrix_instructions] += w[i];
    for (std::size_t i = 0; i < w.size(); ++i) {
      const Lender& l = lenders_[i];
      if (w[i] > 0.0) w[i] *= (is_alike(l) ? own : 1.0) / sums[l.chip.matrix_instructions];
    }
  }

  const std::vector<Lender>& lenders_;
  const Chip& to_;
  std::string library_;
};

}  // namespace

KernelCalibration lent_by_kin(const std::vector<Lender>& lenders, const Chip& to,
                              const std::string& attention_library) {
  ORRERY_CHECK(!lenders.empty(), "nobody lends to {}", to.name);
  std::vector<KernelCalibration> lent_by;
  for (const Lender& l : lenders) lent_by.push_back(lent(l.calibration, l.chip, to));
  std::vector<NumberFields> fields;
  for (KernelCalibration& c : lent_by) fields.emplace_back(c);

  const Kinship kinship(lenders, to, attention_library);
  const Weights first = kinship.weights(part_of("matmul.bf16.share"));
  const std::size_t nearest = kinship.nearest(first);
  KernelCalibration out = lent_by[nearest];
  out.attention_library = attention_library;
  const NumberFields results(out);
  std::map<std::string, std::size_t> index;
  for (std::size_t f = 0; f < results.all.size(); ++f) index[results.all[f].name] = f;

  // What field f of every lender comes to, times another of its fields.
  const auto together = [&](std::size_t f, const Weights& w, std::size_t times) {
    std::vector<double> values(lenders.size());
    for (std::size_t i = 0; i < lenders.size(); ++i) {
      values[i] = fields[i].all[f].value();
      if (times != f) values[i] *= fields[i].all[times].value();
    }
    const bool is_floor = results.all[f].name.ends_with("floor");
    return is_floor ? plain_mean(values, w) : geometric_mean(values, w);
  };
  for (std::size_t f = 0; f < results.all.size(); ++f) {
    const NumberFields::Field& result = results.all[f];
    const Part& part = part_of(result.name);
    const Weights w = kinship.weights(part);
    if (!is_any(w)) {  // the nearest's assumption, but for whole paths
      const std::string like = untimed_like(part, result.name);
      if (!like.empty()) result.set(results.all[index.at(like)].value());
      continue;
    }
    if (result.flag != nullptr) {
      *result.flag = *fields[kinship.nearest(w)].all[f].flag;
      continue;
    }
    // A grouped tile's set-up and rate are products of two coefficients: their mean is the
    // product's.
    const std::string multiple = multiple_of(result.name);
    if (!multiple.empty()) {
      const std::size_t of = index.at(multiple);
      if (results.all[of].value() > 0.0) result.set(together(f, w, of) / results.all[of].value());
      continue;
    }
    double value = together(f, w, f);
    if (!part.beside.empty() && !kinship.is_timed_by_alike(part)) {
      // a whole path stands beside another, or one coefficient beside another
      std::string beside(part.beside);
      if (beside.ends_with('.')) beside += result.name.substr(part.prefix.size());
      const std::size_t b = index.at(beside);
      const double theirs = together(b, w, b), ours = results.all[b].value();
      if (theirs > 0.0 && ours > 0.0) value *= ours / theirs;
      // the tile's ends are no longer in a narrower format, whose scales the unit itself applies
      if (result.name.ends_with(".fill") && !result.name.ends_with("fp8_block.fill"))
        value = std::min(value, ours);
    }
    result.set(value);
  }
  for (MatrixPath* path : matrix_paths(out.matmul)) {
    path->share = std::min(path->share, 1.0);
    path->sustained = std::min(path->sustained, path->share);
  }
  out.borrowed_from.clear();
  for (std::size_t i = 0; i < lenders.size(); ++i) {
    if (first[i] > 0.0)
      out.borrowed_from += (out.borrowed_from.empty() ? "" : ", ") + lenders[i].chip.name;
  }
  return out;
}

}  // namespace orrery
