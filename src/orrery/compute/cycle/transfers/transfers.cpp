#include "orrery/compute/cycle/transfers/transfers.hpp"

#include <algorithm>

namespace orrery {

double TransferTime::longest() const { return std::max({memory, engines, wires}); }

TransferTime& TransferTime::operator+=(const TransferTime& other) {
  memory += other.memory;
  engines += other.engines;
  wires += other.wires;
  return *this;
}

TransferTime TransferTime::operator*(double times) const {
  return {memory * times, engines * times, wires * times};
}

void Transfers::through(const OnChipNetwork& network) {
  network_ = std::make_unique<StripNetwork>(network, arrays_);
  link_bytes_per_cycle_ = network.link * cycle_ / Bytes{1.0};
  hop_ = network.hop;
}

bool Transfers::plain() const {
  return dram_ == nullptr && engines_.engines == 0 && network_ == nullptr;
}

Seconds Transfers::latency() const {
  return engines_.start + (network_ != nullptr ? double(network_->hops()) : 0.0) * hop_;
}

// memory  = sum of bytes / (linear rate * share)
// engines = sum of runs * (cost of a run + run / bandwidth of one) / engines
// wires   = bytes on the busiest link / link
TransferTime Transfers::time(const std::vector<Strip>& strips) const {
  TransferTime out;
  double shared = 0, own = 0;
  for (const Strip& s : strips) {
    const double copies = s.wanted == Wanted::ByAll ? 1.0 : double(arrays_);
    const double share = dram_ != nullptr ? dram_->of(s) : 1.0;
    if (bytes_per_cycle_ > 0) out.memory += copies * s.bytes() / (bytes_per_cycle_ * share);
    if (engines_.engines > 0) {
      const Seconds one = engines_.run + Bytes{s.run} / engines_.bandwidth;
      out.engines += copies * s.runs * (one / cycle_) / engines_.engines;
    }
    (s.wanted == Wanted::ByAll ? shared : own) += s.bytes();
  }
  if (network_ != nullptr && link_bytes_per_cycle_ > 0)
    out.wires = network_->busiest_link(shared, own) / link_bytes_per_cycle_;
  return out;
}

}  // namespace orrery
