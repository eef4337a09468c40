// A chip that a command line names, with what it changes about it: --set chip.hbm.bandwidth=6TB/s.
#pragma once
#include <string>
#include <vector>

#include "orrery/study/catalog.hpp"

namespace orrery {

// `name`: of the catalog, or a path ending in .yaml. Each change is KEY=VALUE with the key as the
// chip's file spells it, after an optional "chip."; "hbm" says "memory". Only that field changes:
// peaks do not follow a clock. Mistakes stand at "--chip" or at "--set:N:COLUMN", the N-th change.
Read<Chip> chosen_chip(const Catalog& catalog, const std::string& name,
                       const std::vector<std::string>& changes);

}  // namespace orrery
