// FlowList: traffic known in advance: who sends what to whom, and when.
#pragma once
#include <vector>

#include "orrery/network/fabric.hpp"

namespace orrery {

struct Flow {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  Bytes size;
  Seconds start;
};

// What ECMP hashes of each flow: it has ports of its own.
std::vector<std::uint64_t> flow_choices(std::size_t flows);

class FlowList final : public Traffic {
 public:
  explicit FlowList(std::vector<Flow> flows) : flows_(std::move(flows)) {}

  void begin(Injector& network) override;
  void delivered(std::uint64_t /*tag*/, Injector& /*network*/) override {}

 private:
  std::vector<Flow> flows_;
};

}  // namespace orrery
