// The window that both pictures of a roofline look through: logarithmic, wide enough for the roof's
// ridge and every op.
#pragma once
#include "orrery/study/chip/roofline_study.hpp"

namespace orrery {

struct RooflineWindow {
  double left = 0, right = 0;  // log2 of FLOP a byte
  double low = 0, high = 0;    // log2 of FLOP/s
};

RooflineWindow window_of(const RooflineStudy& study);

// Peaks of the units that the ops run on, each once, highest first.
std::vector<FlopsPerSecond> ceilings_of(const RooflineStudy& study);

// 'a' for the longest op; '*' after 'z'.
char letter_of(std::size_t index);

const char* name_of(Bound bound);

// FLOP a byte, in plain digits.
std::string intensity_text(double intensity);

}  // namespace orrery
