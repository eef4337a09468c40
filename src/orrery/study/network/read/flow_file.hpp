// A user's own flows: a CSV with columns from, to, size and optionally start.
#pragma once
#include <tl/expected.hpp>
#include <vector>

#include "orrery/base/text/document.hpp"
#include "orrery/network/traffic/flow_list.hpp"

namespace orrery {

// `file` names it, beside the study; endpoints are numbers below `endpoints`, sizes and starts
// carry units. Every mistake is located in the CSV.
tl::expected<std::vector<Flow>, Diagnostics> read_flow_file(const Node& file,
                                                            std::uint32_t endpoints);

}  // namespace orrery
