// ArrayScan: a linear recurrence over tokens, cut into chunks so that it becomes products: what one
// chunk of one head multiplies, works out and holds.
#pragma once
#include <array>
#include <cstddef>

#include "orrery/compute/tile/array_product.hpp"

namespace orrery {

enum class Recurrence : std::uint8_t {
  StateSpace,  // T. Dao and A. Gu, "Transformers are SSMs", 2024, section 6
  DeltaRule,   // S. Yang et al., "Parallelizing linear transformers with the delta rule", 2024,
               // section 3: gated in DeltaNet and KDA
};

struct ArrayScan {
  Recurrence recurrence = Recurrence::StateSpace;
  double sequences = 1, length = 1;
  double heads = 1, groups = 1;    // groups of heads share keys and queries (B and C)
  double value = 64, state = 128;  // a head's state is state x value, in fp32
  double element = 2;
  double passes = 1;  // of everything: 3 with backward's two
};

struct ChunkProducts {
  std::array<ArrayProduct, 10> product{};
  std::size_t count = 0;
};

// Of one chunk of all heads of a sequence; ArrayProduct::count tells how many.
ChunkProducts chunk_products(const ArrayScan& scan, double chunk);

struct ChunkOperations {
  double operations = 0, transcendentals = 0;
};
ChunkOperations chunk_operations(const ArrayScan& scan, double chunk);

// Bytes that a token brings and takes: of one head, and of one group.
double head_token_bytes(const ArrayScan& scan);
double group_token_bytes(const ArrayScan& scan);

// A state is read and written for a single token; a longer scan begins and ends with none.
double state_bytes(const ArrayScan& scan);

}  // namespace orrery
