// DramKind: one stack of a kind of memory, as catalog/memories/ describes it. Its cells take times,
// its interface cycles, so one description serves every clock that the kind is sold with.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "orrery/base/text/reader.hpp"
#include "orrery/compute/dram/dram_spec.hpp"

namespace orrery {

template <>
struct EnumNames<DramField> {
  static constexpr std::pair<const char*, DramField> values[] = {
      {"pseudo_channel", DramField::PseudoChannel},
      {"rank", DramField::Rank},
      {"group", DramField::Group},
      {"bank", DramField::Bank},
      {"column", DramField::Column},
      {"row", DramField::Row}};
};

struct DramKind {
  std::string name;  // "hbm3"
  int channels = 1, pseudo_channels = 1, ranks = 1, groups = 1, banks = 1, columns = 1, rows = 1;
  Bytes request;
  int burst = 1, ccd_s = 1, ccd_l = 1, ccd_r = 1, activate_slots = 1,
      precharge_slots = 1;  // cycles
  Seconds read_latency, write_latency, rcd_read, rcd_write, rp, ras, rc, rtp, wr;
  Seconds rrd_s, rrd_l, faw, wtr_s, wtr_l, read_to_write, refi, rfc;
  int queue = 1;
  std::vector<DramField> order;
};

template <class V>
void describe(V& v, DramKind& k) {
  v("name", k.name, "as chips call it", kRequired);
  v("channels", k.channels, "of a stack", kRequired);
  v("pseudo_channels", k.pseudo_channels, "of a channel", kRequired);
  v("ranks", k.ranks, "of a pseudo-channel; stack ids", kRequired);
  v("groups", k.groups, "bank groups of a rank", kRequired);
  v("banks", k.banks, "of a group", kRequired);
  v("columns", k.columns, "requests in a row", kRequired);
  v("rows", k.rows, "of a bank", kRequired);
  v("request", k.request, "what one burst brings", kRequired);
  v("burst", k.burst, "cycles of the data bus, one request", kRequired);
  v("ccd_s", k.ccd_s, "cycles between columns of different groups", kRequired);
  v("ccd_l", k.ccd_l, "cycles between columns of one group", kRequired);
  v("ccd_r", k.ccd_r, "cycles between columns of different ranks", kRequired);
  v("activate_slots", k.activate_slots, "cycles of the row bus", kRequired);
  v("precharge_slots", k.precharge_slots, "cycles of the row bus; 0: fits between", kRequired);
  v("read_latency", k.read_latency, "to the first data", kRequired);
  v("write_latency", k.write_latency, "to the first data", kRequired);
  v("rcd_read", k.rcd_read, "activate to read", kRequired);
  v("rcd_write", k.rcd_write, "activate to write", kRequired);
  v("rp", k.rp, "precharge to activate", kRequired);
  v("ras", k.ras, "activate to precharge", kRequired);
  v("rc", k.rc, "activate to activate, one bank", kRequired);
  v("rtp", k.rtp, "read to precharge", kRequired);
  v("wr", k.wr, "written data to precharge", kRequired);
  v("rrd_s", k.rrd_s, "activate to activate, different groups", kRequired);
  v("rrd_l", k.rrd_l, "activate to activate, one group", kRequired);
  v("faw", k.faw, "in which a rank activates four times at most", kRequired);
  v("wtr_s", k.wtr_s, "written data to read, different groups", kRequired);
  v("wtr_l", k.wtr_l, "written data to read, one group", kRequired);
  v("read_to_write", k.read_to_write, "command to command", kRequired);
  v("refi", k.refi, "refresh to refresh", kRequired);
  v("rfc", k.rfc, "that a refresh takes", kRequired);
  v("queue", k.queue, "reads, and as many writes, that wait in a channel", kRequired);
  v("order", k.order, "fields of an address within a channel, lowest bits first", kRequired);
  v.also("source");
}

struct DramMistake {
  const char* key;
  std::string what;
};

// What no memory can be. The functions below take a kind without mistakes.
std::vector<DramMistake> mistakes(const DramKind& kind);

// The cycle with which so many stacks have this peak.
Seconds dram_cycle(const DramKind& kind, int stacks, BytesPerSecond peak);

// One channel of it: all that its timings decide, for channels share nothing.
DramSpec dram_channel_spec(const DramKind& kind, Seconds cycle);

// Shares of the peak that endless streams of reads reach.
struct DramShares {
  double linear = 0;
  double strided = 0;  // one request of every kDramStride of a channel: a row serves two
  double random = 0;   // single requests anywhere
};

inline constexpr int kDramStride = 17;

DramShares dram_shares(const DramSpec& channel);

}  // namespace orrery
