// One cut of an attention priced, with what does not hang on its buffers worked out before.
// Internal to the mapper.
#pragma once
#include <vector>

#include "orrery/compute/tile/attention/block_work.hpp"

namespace orrery {

// Blocks no larger than the attention.
AttentionCut clipped_cut(const ArrayAttention& attention, const AttentionCut& cut);

// Of one instance of the innermost scratchpad.
double held_bytes(const ArrayAttention& attention, const AttentionCut& cut);

AttentionMapping priced_cut(const ArrayChip& chip, const std::vector<ArrayLevel>& nest,
                            const ArrayAttention& attention, const AttentionCut& cut,
                            const BlockWork& work);

}  // namespace orrery
