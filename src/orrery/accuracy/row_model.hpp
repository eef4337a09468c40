// A published row's model: from the catalog where the name is known and the shape agrees, else from
// the row's own columns.
#pragma once
#include <optional>

#include "orrery/accuracy/names.hpp"
#include "orrery/accuracy/table.hpp"
#include "orrery/study/catalog.hpp"

namespace orrery {

std::optional<OpGraph> row_model(const TableRow& row, const Names& names, const Catalog& catalog);

}  // namespace orrery
