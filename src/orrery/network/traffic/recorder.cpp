#include "orrery/network/traffic/recorder.hpp"

namespace orrery {

void Recorder::begin(Injector& network) {
  network_ = &network;
  inner_.begin(*this);
}

void Recorder::delivered(std::uint64_t tag, Injector& network) {
  network_ = &network;
  const Sent sent = sent_[tag];
  free_.push_back(static_cast<std::uint32_t>(tag));
  last_ = network.now();
  if (!sent.is_timer) durations_.push_back(last_ - sent.at);
  inner_.delivered(sent.tag, *this);
}

void Recorder::send(const Message& message, Seconds after) {
  std::uint32_t slot = 0;
  if (free_.empty()) {
    slot = static_cast<std::uint32_t>(sent_.size());
    sent_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  const bool is_timer = message.from == message.to && !(message.size > Bytes{});
  sent_[slot] = {message.tag, network_->now() + after, is_timer};
  Message ours = message;
  ours.tag = slot;
  network_->send(ours, after);
}

}  // namespace orrery
