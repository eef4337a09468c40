// Concurrent: several traffics on one network at the same time, from its start.
#pragma once
#include <memory>
#include <vector>

#include "orrery/network/fabric.hpp"

namespace orrery {

class Concurrent final : public Traffic {
 public:
  void add(std::unique_ptr<Traffic> traffic) {
    add(*traffic);
    owned_.push_back(std::move(traffic));
  }
  void add(Traffic& traffic) { parts_.push_back(&traffic); }  // which must outlive this

  void begin(Injector& network) override;
  void delivered(std::uint64_t tag, Injector& network) override;

 private:
  // Tags of the parts are their own; on the network each is a slot of this table.
  struct Slot {
    std::uint32_t part = 0;
    std::uint64_t tag = 0;
  };
  class Relay;

  std::vector<std::unique_ptr<Traffic>> owned_;
  std::vector<Traffic*> parts_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
};

}  // namespace orrery
