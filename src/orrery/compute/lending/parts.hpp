// The parts of a calibration that are lent together: which rows determine them and who lends them.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace orrery {

// Who lends a part.
enum class Basis : std::uint8_t {
  Instructions,  // those who multiply alike
  Library,       // those timed with the same attention library
  Memory,        // those with memory of the same kind
  Everyone,      // all families alike
  Mostly,        // everybody, those who multiply alike with twice the weight
};

struct Part {
  std::string_view prefix;  // of the coefficients' names
  std::string_view kind;    // the rows that determine them
  Basis basis;
  std::string_view beside = {};  // where nobody alike timed it: others' ratio to these
};

// Of the coefficient that describe() calls `name` ("matmul.bf16.share").
const Part& part_of(const std::string& name);

// The coefficient that one of grouped products is a multiple of; "" for all others.
std::string multiple_of(const std::string& name);

// A quantised product that nobody timed: bf16's, between the launches that fp8's has beside it. The
// coefficient to take in the place of `name`; "" where it is none of a whole path.
std::string untimed_like(const Part& part, const std::string& name);

}  // namespace orrery
