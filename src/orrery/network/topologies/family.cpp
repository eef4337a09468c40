#include "orrery/network/topologies/family.hpp"

#include <fmt/format.h>

#include <cmath>

namespace orrery {

void TopologyCheck::fail(const char* key, const std::string& what) {
  const Node* at = node_.find(key);
  problems_.push_back({(at == nullptr ? node_ : *at).where(), what});
}

void TopologyCheck::range(const char* key, std::int64_t value, std::int64_t least,
                          std::int64_t most) {
  if (value >= least && value <= most) return;
  fail(key, fmt::format("saw {}: {}; expected {} to {}", key, value, least, most));
}

void TopologyCheck::link(const char* key, const LinkSpec& link) {
  if (!(link.bandwidth.value() > 0.0) || !std::isfinite(link.bandwidth.value())) {
    fail(key, fmt::format("saw {} of {} B/s; expected a bandwidth above zero", key,
                          link.bandwidth.value()));
  }
  if (!(link.latency.value() >= 0.0) || !std::isfinite(link.latency.value())) {
    fail(key,
         fmt::format("saw {} of latency {} s; expected zero or more", key, link.latency.value()));
  }
}

void TopologyCheck::size(double vertices, double cables) {
  if (2.0 * cables <= static_cast<double>(kMostLinks) &&
      vertices <= static_cast<double>(kMostLinks)) {
    return;
  }
  fail("kind", fmt::format("saw a network of {:.3g} vertices and {:.3g} links; expected at most {}",
                           vertices, 2.0 * cables, kMostLinks));
}

LinkKind link_kind(std::string name, const LinkSpec& link) {
  return {std::move(name), link.bandwidth, link.latency, link.optical};
}

LinkKind host_kind(std::string name, const LinkSpec& link) {
  LinkKind out = link_kind(std::move(name), link);
  out.ends_in_card = true;
  return out;
}

}  // namespace orrery
