// A collective written as MSCCL XML: each GPU's thread blocks, each block's steps, what a step
// sends, receives or waits for (microsoft/msccl-tools, language reference).
#pragma once
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "orrery/base/result.hpp"
#include "orrery/collective/closed_form.hpp"
#include "orrery/network/fabric.hpp"

namespace orrery {

struct MscclStep {
  bool sends = false, receives = false;
  double chunks = 0.0;
  std::int32_t block = -1;  // waits for that block's step, on the same GPU; -1: for none
  std::int32_t step = -1;
  int line = 0;
};

struct MscclBlock {
  std::int32_t send_peer = -1, receive_peer = -1;
  std::int32_t channel = 0;
  std::vector<MscclStep> steps;
};

struct MscclProgram {
  std::string name;
  CollectiveKind kind = CollectiveKind::AllReduce;
  std::uint32_t ranks = 0;
  double chunks = 1.0;  // that a vector has
  std::vector<std::vector<MscclBlock>> gpus;
};

// Mistakes carry file, line and column: unknown peers, sends that nobody receives, steps that wait
// for each other in a circle.
tl::expected<MscclProgram, Diagnostics> read_msccl(const std::string& path);

// Plays the program with that vector; rank r at endpoints[r].
std::unique_ptr<Traffic> msccl_traffic(const MscclProgram& program, Bytes vector,
                                       std::vector<std::uint32_t> endpoints);

}  // namespace orrery
