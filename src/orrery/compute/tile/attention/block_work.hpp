// BlockWork: what all visited blocks of an attention take of the arrays and of the vector units,
// whichever block stays and however they are buffered. Internal to the mapper.
#pragma once
#include <cmath>

#include "orrery/compute/tile/attention/attention_mapping.hpp"

namespace orrery {

inline double blocks_of(double whole, double block) { return std::ceil(whole / block); }

struct BlockWork {
  BlockVisits visits;
  double scores = 0;                                    // masked ones of visited blocks among them
  double products = 0, vector = 0, transcendental = 0;  // seconds of all instances together
  double scratchpad_bytes = 0;
};

BlockWork block_work(const ArrayChip& chip, const ArrayAttention& attention,
                     const AttentionCut& cut);

}  // namespace orrery
