#include "orrery/network/topologies/wired.hpp"

#include <algorithm>

#include "orrery/base/check.hpp"
#include "orrery/network/routings/adaptive/ugal.hpp"
#include "orrery/network/routings/up_down.hpp"
#include "orrery/network/routings/valiant.hpp"

namespace orrery {
namespace {

constexpr int kMostChannels = 256;  // Hop::channel has eight bits

}  // namespace

bool is_general(std::string_view routing) {
  return routing == "ecmp" || routing == "spray" || routing == "valiant" || routing == "ugal" ||
         routing == "up_down";
}

std::vector<std::string_view> WiredTopology::routings() const {
  std::vector<std::string_view> out = own_routings();
  const std::size_t own = out.size();
  for (const std::string_view name : general_routings()) {
    if (std::find(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(own), name) ==
        out.begin() + static_cast<std::ptrdiff_t>(own))
      out.push_back(name);
  }
  return out;
}

std::vector<std::string_view> WiredTopology::general_routings() const {
  std::vector<std::string_view> out;
  const int diameter = longest_way(facts());
  if (rule_ == ChannelRule::One || diameter <= kMostChannels) {
    out.insert(out.end(), {"ecmp", "spray"});
  }
  if (2 * diameter <= kMostChannels) out.insert(out.end(), {"valiant", "ugal"});
  out.emplace_back("up_down");
  return out;
}

std::unique_ptr<Routing> WiredTopology::routing(std::string_view name, std::uint64_t seed) const {
  const auto own = own_routings();
  if (std::find(own.begin(), own.end(), name) != own.end()) return own_routing(name, seed);
  if (name == "ecmp") return ecmp(*this, rule_, seed);
  if (name == "spray") return spray(*this, rule_, seed);
  if (name == "valiant") return valiant(*this, seed);
  if (name == "ugal") return ugal(ecmp(*this, rule_, seed), valiant(*this, seed));
  ORRERY_CHECK(name == "up_down", "no routing '{}' here", name);
  return up_down(*this, seed);
}

std::unique_ptr<Routing> WiredTopology::own_routing(std::string_view name,
                                                    std::uint64_t /*seed*/) const {
  ORRERY_CHECK(false, "no routing '{}' of its own", name);
  return nullptr;
}

}  // namespace orrery
