// Sizes of an all-to-all-v: a CSV of n rows of n sizes, row by sender, column by receiver.
#pragma once
#include <tl/expected.hpp>

#include "orrery/base/text/document.hpp"
#include "orrery/collective/schedules/special/uneven_all_to_all.hpp"

namespace orrery {

// `file` names it, beside the study. Every mistake is located in the CSV.
tl::expected<SizeMatrix, Diagnostics> read_size_table(const Node& file, std::uint32_t ranks);

}  // namespace orrery
