#include "orrery/compute/dram/dram_kind.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "orrery/base/rng.hpp"
#include "orrery/compute/dram/channel/dram_channel.hpp"
#include "orrery/compute/dram/dram_run.hpp"

namespace orrery {
namespace {

constexpr int kMostBanks = DramChannel::kMostBanks;

// A time takes as many whole cycles as it touches; what the division rounds off is no cycle.
int cycles(Seconds time, Seconds cycle) {
  constexpr double kRounding = 1e-6;
  return static_cast<int>(std::ceil(time / cycle - kRounding));
}

}  // namespace

std::vector<DramMistake> mistakes(const DramKind& k) {
  std::vector<DramMistake> out;
  const auto claim = [&](bool holds, const char* key, std::string what) {
    if (holds) return;
    out.push_back({key, std::move(what)});
  };
  const std::pair<const char*, int> counts[] = {
      {"channels", k.channels}, {"pseudo_channels", k.pseudo_channels},
      {"ranks", k.ranks},       {"groups", k.groups},
      {"banks", k.banks},       {"columns", k.columns},
      {"rows", k.rows},         {"burst", k.burst},
      {"ccd_s", k.ccd_s},       {"ccd_r", k.ccd_r},
      {"queue", k.queue},       {"activate_slots", k.activate_slots}};
  for (const auto& [key, count] : counts) {
    claim(count > 0, key, fmt::format("saw {}; expected 1 or more", count));
  }
  claim(k.precharge_slots >= 0, "precharge_slots",
        fmt::format("saw {}; expected 0 or more", k.precharge_slots));
  claim(k.groups <= 0 || k.banks <= kMostBanks / k.groups, "banks",
        fmt::format("saw {} in each of {} groups; expected at most {} in a rank", k.banks, k.groups,
                    kMostBanks));
  claim(k.pseudo_channels <= 0 || k.ranks <= DramTimes::kMostUnits / k.pseudo_channels, "ranks",
        fmt::format("saw {} in each of {} pseudo-channels; expected at most {} in a channel",
                    k.ranks, k.pseudo_channels, DramTimes::kMostUnits));
  const std::pair<const char*, Seconds> times[] = {{"read_latency", k.read_latency},
                                                   {"write_latency", k.write_latency},
                                                   {"rcd_read", k.rcd_read},
                                                   {"rcd_write", k.rcd_write},
                                                   {"rp", k.rp},
                                                   {"ras", k.ras},
                                                   {"rc", k.rc},
                                                   {"rtp", k.rtp},
                                                   {"wr", k.wr},
                                                   {"rrd_s", k.rrd_s},
                                                   {"faw", k.faw},
                                                   {"wtr_s", k.wtr_s},
                                                   {"refi", k.refi},
                                                   {"rfc", k.rfc},
                                                   {"read_to_write", k.read_to_write}};
  for (const auto& [key, time] : times) claim(time > Seconds{}, key, "saw 0; expected a time");
  claim(k.request > Bytes{}, "request", "saw 0; expected bytes");
  claim(k.ccd_l >= k.ccd_s, "ccd_l", "expected ccd_s or more");
  claim(k.rrd_l >= k.rrd_s, "rrd_l", "expected rrd_s or more");
  claim(k.wtr_l >= k.wtr_s, "wtr_l", "expected wtr_s or more");
  claim(k.ras >= std::max(k.rcd_read, k.rcd_write), "ras", "expected rcd or more");
  claim(k.refi > 2 * k.rfc, "refi", "expected more than twice rfc");
  auto sorted = k.order;
  std::sort(sorted.begin(), sorted.end());
  claim(sorted.size() == 6 && std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end(),
        "order", "expected each of the six fields once");
  return out;
}

// peak = stacks * channels * pseudo-channels * request / (burst * cycle)
Seconds dram_cycle(const DramKind& k, int stacks, BytesPerSecond peak) {
  return k.request * (stacks * k.channels * k.pseudo_channels) / peak / k.burst;
}

DramSpec dram_channel_spec(const DramKind& k, Seconds cycle) {
  const auto in = [&](Seconds time) { return cycles(time, cycle); };
  DramSpec s;
  DramTiming& t = s.timing;
  t.cycle = cycle;
  t.burst = k.burst;
  t.read_latency = in(k.read_latency);
  t.write_latency = in(k.write_latency);
  t.rcd_read = in(k.rcd_read);
  t.rcd_write = in(k.rcd_write);
  t.rp = in(k.rp);
  t.ras = in(k.ras);
  t.rc = in(k.rc);
  t.rtp = in(k.rtp);
  t.wr = in(k.wr);
  t.ccd_s = k.ccd_s;
  t.ccd_l = k.ccd_l;
  t.ccd_r = k.ccd_r;
  t.rrd_s = in(k.rrd_s);
  t.rrd_l = in(k.rrd_l);
  t.faw = in(k.faw);
  t.wtr_s = in(k.wtr_s);
  t.wtr_l = in(k.wtr_l);
  t.read_to_write = in(k.read_to_write);
  t.refi = in(k.refi);
  t.rfc = in(k.rfc);
  t.activate_slots = k.activate_slots;
  t.precharge_slots = k.precharge_slots;
  s.shape = {.channels = 1,
             .pseudo_channels = k.pseudo_channels,
             .ranks = k.ranks,
             .groups = k.groups,
             .banks = k.banks,
             .columns = k.columns,
             .rows = k.rows,
             .request = k.request,
             .order = k.order};
  // Watermarks of writes as Ramulator's: four fifths and one fifth.
  s.controller.reads = s.controller.writes = k.queue;
  s.controller.drain_from = std::max(1, k.queue * 4 / 5);
  s.controller.drain_to = k.queue / 5;
  s.controller.activated_leave = true;
  return s;
}

DramShares dram_shares(const DramSpec& channel) {
  // More than any memory takes; and what is played at most where no steady state is found.
  constexpr int kAsManyAsFit = 16;
  constexpr std::int64_t kRequests = 1'000'000;
  const DramMapping mapping(channel.shape);
  const auto share = [&](const auto& index) {
    const DramSource source = [&](std::int64_t i) { return DramRequest{mapping(index(i)), false}; };
    return dram_steady_run(channel, source, kRequests, kAsManyAsFit).bandwidth / channel.peak();
  };
  Rng rng(1, "dram addresses");
  DramShares out;
  out.linear = share([](std::int64_t i) { return static_cast<std::uint64_t>(i); });
  out.strided = share([](std::int64_t i) { return static_cast<std::uint64_t>(i) * kDramStride; });
  out.random = share([&](std::int64_t) { return rng.next() >> 8; });
  return out;
}

}  // namespace orrery
