// DType: how a number is stored or multiplied. Sub-byte types carry their block scales.
#pragma once
#include <array>
#include <cstdint>
#include <utility>

#include "orrery/base/text/reader.hpp"

namespace orrery {

enum class DType : std::uint8_t { Fp32, Tf32, Fp16, Bf16, Fp8, Int8, Fp4, Int4 };
inline constexpr int kDTypes = 8;

// Bytes a stored element takes. Fp4 is NVFP4/MXFP4: 4 bits and one 8-bit scale per 16 to 32
// elements (NVFP4: 16, taken here); Int4 one 16-bit scale per 128.
constexpr double bytes_per_element(DType t) {
  switch (t) {
    case DType::Fp32:
    case DType::Tf32:
      return 4.0;
    case DType::Fp16:
    case DType::Bf16:
      return 2.0;
    case DType::Fp8:
    case DType::Int8:
      return 1.0;
    case DType::Fp4:
      return 0.5 + 1.0 / 16.0;
    case DType::Int4:
      return 0.5 + 2.0 / 128.0;
  }
  return 0.0;
}

template <>
struct EnumNames<DType> {
  static constexpr std::pair<const char*, DType> values[] = {
      {"fp32", DType::Fp32}, {"tf32", DType::Tf32}, {"fp16", DType::Fp16}, {"bf16", DType::Bf16},
      {"fp8", DType::Fp8},   {"int8", DType::Int8}, {"fp4", DType::Fp4},   {"int4", DType::Int4}};
};

}  // namespace orrery
