#include "orrery/hw/cluster.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "orrery/hw/slice.hpp"

namespace orrery {
namespace {

constexpr int kMostChips = 1'000'000;
constexpr int kNode = 16;  // domains up to this wide are servers, and used whole

// Slices of one pod, joined by the next tier when one pod is not enough.
bool fit_torus(Tier& tier, int& remaining, bool is_last) {
  int pod = 1;
  for (const int d : tier.shape) pod *= d;
  const int least = (remaining + pod - 1) / pod;
  const int most = is_last ? least : std::min(remaining, 64 * least);
  for (int slices = std::max(least, 1); slices <= most; ++slices) {
    if (remaining % slices != 0) continue;
    if (auto slice = most_cubic_slice(tier, remaining / slices)) {
      tier.width = remaining / slices;
      tier.shape = std::move(slice->shape);
      if (tier.wrap.size() != tier.shape.size() || tier.width != pod) {
        tier.wrap = std::move(slice->wrap);
      }
      remaining = slices;
      return true;
    }
    if (least == 1) break;  // within one pod a slice is one slice
  }
  return false;
}

bool fit_flat(Tier& tier, int& remaining, bool is_last) {
  const int full = tier.width;
  if (is_last) {
    if (full > 1 && remaining > full) return false;
    tier.width = remaining;
  } else {
    tier.width = std::min(full, remaining);
    // A rack-wide domain may be used in part, the same part of each: 64 of 72, so that jobs of
    // powers of two divide evenly.
    while (full > kNode && remaining % tier.width != 0 && 2 * tier.width > full) --tier.width;
    if (remaining % tier.width != 0) return false;
  }
  remaining /= tier.width;
  // A chip reaches fewer neighbours, so it has fewer links in use.
  if (tier.kind == TierKind::FullMesh && tier.width < full) {
    tier.bandwidth *= static_cast<double>(tier.width - 1) / (full - 1);
  }
  return true;
}

// The tiers of exactly that many chips, or nullopt when they do not divide so.
std::optional<std::vector<Tier>> fitted(const ClusterFile& file, int chips) {
  std::vector<Tier> tiers = file.tiers;
  int remaining = chips;
  for (std::size_t i = 0; i < tiers.size(); ++i) {
    const bool is_last = i + 1 == tiers.size();
    const bool is_torus = tiers[i].kind == TierKind::Torus;
    if (!(is_torus ? fit_torus(tiers[i], remaining, is_last)
                   : fit_flat(tiers[i], remaining, is_last))) {
      return std::nullopt;
    }
    if (remaining == 1) {
      tiers.resize(i + 1);
      return tiers;
    }
  }
  return std::nullopt;
}

std::string nearest_sizes(const ClusterFile& file, int chips) {
  std::string out;
  for (int fewer = std::min(chips, kMostChips) - 1; fewer > 0 && fewer > chips - 20'000; --fewer) {
    if (fitted(file, fewer)) {
      out = fmt::format("{}", fewer);
      break;
    }
  }
  for (int more = chips + 1; more <= kMostChips && more < chips + 20'000; ++more) {
    if (fitted(file, more))
      return out.empty() ? fmt::format("{}", more) : fmt::format("{} or {}", out, more);
  }
  return out;
}

void check(const ClusterFile& file, const Node& where, Diagnostics& problems) {
  const auto fail = [&](const std::string& what) { problems.push_back({where.where(), what}); };
  if (file.tiers.empty()) fail("saw a cluster without tiers; expected at least one network");
  if (file.tiers.size() > 4) fail("saw more than four tiers; expected at most four");
  if (!(file.pue >= 1.0 && file.pue < 100.0))
    fail(fmt::format("saw pue: {}; expected 1 to 100", file.pue));
  if (!(file.price_factor >= 0.0 && file.price_factor < 1e6)) {
    fail(fmt::format("saw price_factor: {}; expected 0 or more", file.price_factor));
  }
  for (const Tier& t : file.tiers) {
    std::int64_t pod = 1;
    bool any_bad = false;
    for (const int d : t.shape) {
      any_bad = any_bad || d < 1 || pod > kMostChips;
      pod *= std::max(d, 1);
      if (any_bad) break;
    }
    any_bad = any_bad || pod > kMostChips;
    if (t.width < 1 || t.width > kMostChips) {
      fail(fmt::format("saw tier '{}' of width {}; expected 1 to {}", t.name, t.width, kMostChips));
    }
    if (!t.wrap.empty() && t.wrap.size() != t.shape.size()) {
      fail(fmt::format("saw tier '{}' with {} entries of wrap; expected {}, as of shape, or none",
                       t.name, t.wrap.size(), t.shape.size()));
    }
    if (t.block < 0)
      fail(fmt::format("saw tier '{}' of block {}; expected 0 or more", t.name, t.block));
    if (t.kind == TierKind::Torus && (t.shape.empty() || t.shape.size() > 4 || any_bad)) {
      fail(
          fmt::format("saw torus '{}' without a usable shape; expected one to four lengths of at "
                      "least 1, with a product up to {}, such as [16, 16]",
                      t.name, kMostChips));
    }
    if (!(t.bandwidth.value() > 0.0)) {
      fail(fmt::format("saw tier '{}' without bandwidth; expected a rate above zero", t.name));
    }
    if (t.chips_per_port < 1 || t.chips_per_port > kMostChips ||
        !(t.oversubscription >= 1.0 && t.oversubscription <= kMostChips)) {
      fail(fmt::format(
          "saw tier '{}' with chips_per_port or oversubscription out of range; expected 1 to {}",
          t.name, kMostChips));
    }
  }
}

}  // namespace

tl::expected<Cluster, Diagnostics> finish_cluster(const ClusterFile& file, const Chip& chip,
                                                  int chips, const Node& where) {
  Diagnostics problems;
  check(file, where, problems);
  if (chips == 0) chips = file.chips;
  if (chips < 1 || chips > kMostChips) {
    problems.push_back(
        {where.where(), fmt::format("saw {} chips; expected 1 to {}", chips, kMostChips)});
  }
  if (!problems.empty()) return tl::unexpected(problems);
  auto tiers = fitted(file, chips);
  if (!tiers) {
    const std::string near = nearest_sizes(file, chips);
    return tl::unexpected(Diagnostics{
        {where.where(),
         fmt::format("saw {} chips of {}, which fill no whole nodes or slices; expected {}", chips,
                     file.name, near.empty() ? "another number" : near)}});
  }
  return Cluster{file.name,        chip, chips, std::move(*tiers), file.pue, file.node_overhead,
                 file.price_factor};
}

}  // namespace orrery
