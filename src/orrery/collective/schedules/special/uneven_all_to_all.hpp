// All-to-all-v: every rank sends every other what a table says, as the gates of a mixture of
// experts ask for.
//   all at once       T >= alpha + max over ranks of (sent, received) / B;  equal where one
//   receiver
//                     is that much busier than all others that its port never rests
//   one peer a step   T ~ sum over distances of (alpha + largest message / B)
#pragma once
#include <memory>

#include "orrery/collective/schedules/schedule.hpp"

namespace orrery {

struct SizeMatrix {
  std::uint32_t ranks = 0;
  std::vector<Bytes> bytes;  // row by row: what the row's rank sends; its own part is kept

  [[nodiscard]] Bytes at(std::uint32_t from, std::uint32_t to) const {
    return bytes[std::size_t{from} * ranks + to];
  }
};

// What the rank sends or takes that does most of either.
Bytes busiest(const SizeMatrix& sizes);

// Each rank sends `size` in all (its own part included), to the k-th most asked-for rank in
// proportion to 1 / k^skew: Zipf's law; 0 is even. Who is asked for most is drawn from the seed.
SizeMatrix skewed_sizes(std::uint32_t ranks, Bytes size, double skew, std::uint64_t seed);

enum class Peers : std::uint8_t { AllAtOnce, OneAStep };
std::unique_ptr<CollectiveSchedule> uneven_all_to_all(SizeMatrix sizes, Peers peers);

}  // namespace orrery
