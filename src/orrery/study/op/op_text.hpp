// One op in words, `matmul 8192x8192x8192 bf16` or `attention q=4096 heads=32 bf16`, read into the
// Kernel that it is. Mistakes are located by column.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "orrery/ops/kernel.hpp"
#include "orrery/study/catalog.hpp"

namespace orrery {

// How one kind is written: SIZES joined by x, then words key=number. `text` is what `orrery op`
// shows of it.
struct OpForm {
  std::string name, text, doc;
};

std::vector<OpForm> op_forms();

// All mistakes, first to last; `where` of each is "op:1:COLUMN".
Read<Kernel> parse_op(std::string_view text);

}  // namespace orrery
