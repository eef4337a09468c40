// Recorder: traffic that also notes how long each message took, from its sending to its delivery,
// and when all of it was over.
#pragma once
#include <vector>

#include "orrery/network/fabric.hpp"

namespace orrery {

// `inner` must outlive the recorder.
class Recorder final : public Traffic, private Injector {
 public:
  explicit Recorder(Traffic& inner) : inner_(inner) {}

  void begin(Injector& network) override;
  void delivered(std::uint64_t tag, Injector& network) override;

  // Of every message that was delivered, in the order of delivery; those of nothing to oneself,
  // with which traffic waits, are none.
  [[nodiscard]] const std::vector<Seconds>& durations() const { return durations_; }
  // Nothing is under way: what only sends when something arrives will send no more.
  [[nodiscard]] bool is_over() const { return network_ != nullptr && free_.size() == sent_.size(); }
  [[nodiscard]] Seconds last_delivery() const { return last_; }

 private:
  struct Sent {
    std::uint64_t tag = 0;  // the inner traffic's
    Seconds at;
    bool is_timer = false;  // of nothing, to oneself
  };

  [[nodiscard]] Seconds now() const override { return network_->now(); }
  void send(const Message& message, Seconds after) override;

  Traffic& inner_;
  Injector* network_ = nullptr;
  std::vector<Sent> sent_;  // by our tag
  std::vector<std::uint32_t> free_;
  std::vector<Seconds> durations_;
  Seconds last_;
};

}  // namespace orrery
