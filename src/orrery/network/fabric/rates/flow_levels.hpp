// FlowLevels: max-min rates, kept where they are few. The flows that one link holds back all have
// that link's level as their rate, so a link's new level is one change, however many flows it is.
#pragma once
#include <cstdint>
#include <vector>

#include "orrery/network/fabric/rates/incidence.hpp"

namespace orrery {

struct FlowLevels {
  static constexpr std::uint32_t kNoLink = ~std::uint32_t{0};
  enum State : std::uint8_t { Gone, Frozen, Freed, Fixed };  // Freed, Fixed: within a solve only
  struct Held {
    std::uint32_t by = kNoLink;  // the link that sets its rate
    State state = Gone;
  };

  std::vector<Held> held;     // by flow
  std::vector<double> level;  // by link: of the flows it holds back
  // What the last solve changed.
  std::vector<std::uint32_t> changed_links;
  std::vector<FlowIndex> moved_flows;  // to another link; new ones
  std::size_t changed_flows = 0;       // whose rate is another

  [[nodiscard]] double rate(FlowIndex f) const {
    return held[f].by == kNoLink ? 0.0 : level[held[f].by];
  }
};

}  // namespace orrery
