// Transfers: how long the strips of a fold are under way, through DRAM, DMA engines and the on-chip
// network at once: as long as the slowest of the three takes.
#pragma once
#include <memory>
#include <vector>

#include "orrery/compute/cycle/transfers/strip.hpp"
#include "orrery/compute/cycle/transfers/strip_network.hpp"
#include "orrery/compute/cycle/transfers/strip_share.hpp"
#include "orrery/hw/dma_engines.hpp"

namespace orrery {

// Cycles of what all arrays move in step.
struct TransferTime {
  double memory = 0, engines = 0, wires = 0;

  [[nodiscard]] double longest() const;
  TransferTime& operator+=(const TransferTime& other);
  TransferTime operator*(double times) const;
};

class Transfers {
 public:
  // `bytes_per_cycle` is what linear streams reach, all arrays together.
  Transfers(int arrays, Seconds cycle, double bytes_per_cycle)
      : arrays_(arrays), cycle_(cycle), bytes_per_cycle_(bytes_per_cycle) {}

  // Each left out is never waited for beyond `bytes_per_cycle`. `dram` must outlive this.
  void through(const StripShare& dram) { dram_ = &dram; }
  void through(const DmaEngines& engines) { engines_ = engines; }
  void through(const OnChipNetwork& network);

  [[nodiscard]] TransferTime time(const std::vector<Strip>& strips) const;
  // Until the first byte, beside memory's own.
  [[nodiscard]] Seconds latency() const;
  [[nodiscard]] bool plain() const;

 private:
  int arrays_;
  Seconds cycle_;
  double bytes_per_cycle_;
  const StripShare* dram_ = nullptr;
  DmaEngines engines_;
  std::unique_ptr<StripNetwork> network_;
  double link_bytes_per_cycle_ = 0;
  Seconds hop_;
};

}  // namespace orrery
