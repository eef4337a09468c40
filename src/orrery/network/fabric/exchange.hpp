// Exchange: repeated messages and the order between them, what a collective or a training step asks
// of a network. Small where traffic repeats: a ring all-reduce of n ranks is n streams of 2 (n - 1)
// rounds, not 2 n (n - 1) messages.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "orrery/network/fabric.hpp"

namespace orrery {

// The same message again and again, one at a time.
struct Stream {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  Bytes size;  // of each round
  std::uint32_t rounds = 1;
  std::uint64_t choice = 0;
  // Streams whose last round must have arrived before the first of this starts.
  std::vector<std::uint32_t> begins_after;
  // Streams whose round k must have arrived before round k + 1 of this starts; a stream that has
  // fewer rounds holds back none after its last.
  std::vector<std::uint32_t> in_step_with;
};

struct Exchange {
  std::vector<Stream> streams;
  // Streams start at representatives of the routing's symmetry, and each stands for all its images.
  bool stands_for_images = false;
};

// Message by message; the tag is the stream's index. The exchange must outlive it.
std::unique_ptr<Traffic> traffic_of(const Exchange& exchange);

}  // namespace orrery
