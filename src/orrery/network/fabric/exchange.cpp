#include "orrery/network/fabric/exchange.hpp"

#include <algorithm>

namespace orrery {
namespace {

class ExchangeTraffic final : public Traffic {
 public:
  explicit ExchangeTraffic(const Exchange& exchange)
      : streams_(exchange.streams), progress_(streams_.size()) {
    for (std::uint32_t s = 0; s < streams_.size(); ++s) {
      progress_[s].unmet = static_cast<std::uint32_t>(streams_[s].begins_after.size());
      for (const std::uint32_t p : streams_[s].begins_after) progress_.at(p).followers.push_back(s);
      for (const std::uint32_t p : streams_[s].in_step_with) progress_.at(p).waiters.push_back(s);
    }
  }

  void begin(Injector& network) override {
    for (std::uint32_t s = 0; s < streams_.size(); ++s) send_if_free(s, network);
    for (std::uint32_t s = 0; s < streams_.size(); ++s) {
      if (streams_[s].rounds == 0 && progress_[s].unmet == 0) finish(s, network);
    }
  }

  void delivered(std::uint64_t tag, Injector& network) override {
    const auto s = static_cast<std::uint32_t>(tag);
    ++progress_[s].arrived;
    send_if_free(s, network);
    for (const std::uint32_t w : progress_[s].waiters) send_if_free(w, network);
    if (progress_[s].arrived == streams_[s].rounds) finish(s, network);
  }

 private:
  struct Progress {
    std::uint32_t sent = 0;
    std::uint32_t arrived = 0;
    std::uint32_t unmet = 0;  // of begins_after
    std::vector<std::uint32_t> waiters;
    std::vector<std::uint32_t> followers;
  };

  void send_if_free(std::uint32_t s, Injector& network) {
    const Stream& stream = streams_[s];
    Progress& p = progress_[s];
    if (p.unmet > 0 || p.sent > p.arrived || p.sent == stream.rounds) return;
    for (const std::uint32_t other : stream.in_step_with) {
      if (progress_[other].arrived < std::min(p.sent, streams_[other].rounds)) return;
    }
    ++p.sent;
    network.send({stream.from, stream.to, stream.size, s, stream.choice});
  }

  void finish(std::uint32_t s, Injector& network) {
    for (const std::uint32_t f : progress_[s].followers) {
      if (--progress_[f].unmet > 0) continue;
      send_if_free(f, network);
      if (streams_[f].rounds == 0) finish(f, network);
    }
  }

  const std::vector<Stream>& streams_;
  std::vector<Progress> progress_;
};

}  // namespace

std::unique_ptr<Traffic> traffic_of(const Exchange& exchange) {
  return std::make_unique<ExchangeTraffic>(exchange);
}

}  // namespace orrery
