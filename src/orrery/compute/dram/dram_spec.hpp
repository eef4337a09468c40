// DramSpec: a memory of channels, ranks, bank groups and banks with its timing in clock cycles, and
// the controller in front of each channel. Names follow JEDEC's (tRCD is rcd).
#pragma once
#include <cstdint>
#include <vector>

#include "orrery/base/units.hpp"

namespace orrery {

// All in cycles. 0 of a window or a gap: the standard has none.
struct DramTiming {
  Seconds cycle;
  int burst = 2;  // data bus, one request
  int read_latency = 14, write_latency = 4;
  int rcd_read = 14, rcd_write = 14, rp = 14, ras = 34, rc = 48, rtp = 5, wr = 16;
  int ccd_s = 2, ccd_l = 4, ccd_r = 2;  // column to column: other group, own group, other rank
  int rrd_s = 4, rrd_l = 4, faw = 16;   // four activations in a rank
  int aw32 = 0;                         // thirty-two activations in a rank (GDDR)
  int wtr_s = 6, wtr_l = 8;             // from the end of written data
  int read_to_write = 0;                // command to command; 0: latencies, burst and two cycles
  int refi = 3900, rfc = 160;           // all banks of a rank
  int activate_slots = 1;               // cycles an activation takes on its command bus
  int precharge_slots = 1;              // the same; 0: it fits between others (HBM3)
};

// The fields of an address, lowest bits first.
enum class DramField : std::uint8_t { Channel, PseudoChannel, Rank, Group, Bank, Column, Row };

struct DramShape {
  int channels = 1, pseudo_channels = 1, ranks = 1, groups = 4, banks = 4;
  int columns = 32;  // requests in a row
  int rows = 16384;
  Bytes request;  // bytes of one burst
  std::vector<DramField> order;
};

// Of the commands that may leave, which one does: that of the oldest request, column commands of
// open rows before any other, or that of the next bank in turn, whatever it is.
enum class DramTurn : std::uint8_t { Oldest, RoundRobin };

struct DramController {
  int reads = 32, writes = 32;        // requests that wait in a channel
  int bank_depth = 0;                 // more in each bank's own queue; 0: none of their own
  int drain_from = 26, drain_to = 6;  // writes waiting when writing begins and ends
  int hit_limit = 0;                  // hits of a row before an older miss may close it; 0: none
  bool two_buses = true;              // row and column commands leave in one cycle
  bool activated_leave = false;       // a request whose row was opened for it gives up its place
  bool mixed = false;                 // drained writes join the reads instead of stopping them
  DramTurn turn = DramTurn::Oldest;
};

struct DramSpec {
  DramTiming timing;
  DramShape shape;
  DramController controller;

  [[nodiscard]] BytesPerSecond peak() const {
    return shape.request * (shape.channels * shape.pseudo_channels) / (timing.cycle * timing.burst);
  }
};

struct DramAddress {
  int channel = 0, pseudo_channel = 0, rank = 0, group = 0, bank = 0, column = 0, row = 0;
};

// Request number `index` of memory, in the order of its addresses.
DramAddress dram_address(const DramShape& shape, std::uint64_t index);

// The same for many: where all sizes are powers of two, each field is some bits of the number.
class DramMapping {
 public:
  explicit DramMapping(const DramShape& shape);

  [[nodiscard]] DramAddress operator()(std::uint64_t index) const {
    if (!bits_) return dram_address(shape_, index);
    const auto field = [&](DramField name) {
      const Field& f = fields_[static_cast<int>(name)];
      return static_cast<int>(index >> f.shift & f.mask);
    };
    return {.channel = field(DramField::Channel),
            .pseudo_channel = field(DramField::PseudoChannel),
            .rank = field(DramField::Rank),
            .group = field(DramField::Group),
            .bank = field(DramField::Bank),
            .column = field(DramField::Column),
            .row = field(DramField::Row)};
  }

 private:
  struct Field {
    int shift = 0;
    std::uint64_t mask = 0;
  };
  DramShape shape_;
  Field fields_[7];
  bool bits_ = true;
};

}  // namespace orrery
