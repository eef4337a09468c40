// ArrayProduct: count x ([m, k] x [k, n]) with the bytes of an element of each operand.
#pragma once

namespace orrery {

struct ArrayProduct {
  double m = 0, n = 0, k = 0, count = 1;
  double input_element = 2, weight_element = 2, output_element = 2;  // bytes
};

inline constexpr double kPartialElement = 4.0;  // sums are kept in fp32

}  // namespace orrery
