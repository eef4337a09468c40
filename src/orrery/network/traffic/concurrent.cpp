#include "orrery/network/traffic/concurrent.hpp"

namespace orrery {

// What one part sees of the network.
class Concurrent::Relay final : public Injector {
 public:
  Relay(Concurrent& all, std::uint32_t part, Injector& network)
      : all_(all), part_(part), network_(network) {}

  [[nodiscard]] Seconds now() const override { return network_.now(); }
  void send(const Message& message, Seconds after) override {
    std::uint32_t slot = 0;
    if (all_.free_.empty()) {
      slot = static_cast<std::uint32_t>(all_.slots_.size());
      all_.slots_.emplace_back();
    } else {
      slot = all_.free_.back();
      all_.free_.pop_back();
    }
    all_.slots_[slot] = {part_, message.tag};
    Message relayed = message;
    relayed.tag = slot;
    network_.send(relayed, after);
  }

 private:
  Concurrent& all_;
  std::uint32_t part_;
  Injector& network_;
};

void Concurrent::begin(Injector& network) {
  for (std::uint32_t p = 0; p < parts_.size(); ++p) {
    Relay relay(*this, p, network);
    parts_[p]->begin(relay);
  }
}

void Concurrent::delivered(std::uint64_t tag, Injector& network) {
  const Slot slot = slots_[tag];
  free_.push_back(static_cast<std::uint32_t>(tag));
  Relay relay(*this, slot.part, network);
  parts_[slot.part]->delivered(slot.tag, relay);
}

}  // namespace orrery
