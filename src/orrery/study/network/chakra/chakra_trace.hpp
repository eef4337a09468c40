// An MLCommons Chakra execution trace: what one rank does, as a graph of nodes that wait for each
// other (mlcommons/chakra, schema/protobuf/et_def.proto, schema 0.0.4).
#pragma once
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "orrery/base/result.hpp"
#include "orrery/collective/closed_form.hpp"

namespace orrery {

struct ChakraNode {
  enum class Does : std::uint8_t { Compute, Send, Receive, Collective };
  Does does = Does::Compute;
  Seconds duration;  // of what computes on the device; host's own work takes no time here
  CollectiveKind kind = CollectiveKind::AllReduce;
  Bytes size;              // what a rank puts in
  std::uint32_t peer = 0;  // of a send or receive
  std::uint64_t tag = 0;
  std::uint32_t waits_for = 0;
  std::vector<std::uint32_t> followers;  // by place in the trace
};

struct ChakraTrace {
  std::string file;
  std::vector<ChakraNode> nodes;
  std::vector<std::uint32_t> collectives;  // in the order of their ids
};

// What waits for a node that the file does not have does not wait. Mistakes: a file that is none, a
// collective that has no kind of ours, nodes that wait for each other in a circle.
tl::expected<ChakraTrace, Diagnostics> read_chakra_trace(const std::string& path);

}  // namespace orrery
