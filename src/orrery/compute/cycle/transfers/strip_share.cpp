#include "orrery/compute/cycle/transfers/strip_share.hpp"

#include <algorithm>
#include <cmath>

#include "orrery/base/rng.hpp"
#include "orrery/compute/dram/channel/dram_times.hpp"
#include "orrery/compute/dram/dram_run.hpp"

namespace orrery {
namespace {

// Neighbouring addresses lie in one channel, and in one row of it; then a hash picks the next
// channel. 256 bytes and hashing: rocm.docs.amd.com/projects/rocprofiler-compute, L2 cache (CDNA).
// The row is an assumption: no maker publishes how banks are addressed.
constexpr Bytes kGranule{256.0};

// Runs longer than this in one channel, and strides longer than so many runs, are as good and as
// bad as any; both as powers of two.
constexpr int kLongestRun = 12, kWidestStride = 6;

double log2_of(double ratio) { return std::log2(std::max(1.0, ratio)); }

// Linear between whole powers of two; corners without weight are not asked for.
template <class F>
double between(double exponent, int most, const F& value) {
  const double x = std::min(exponent, double(most));
  const int low = static_cast<int>(x);
  const double rest = x - low;
  return rest > 0 ? (1.0 - rest) * value(low) + rest * value(low + 1) : value(low);
}

}  // namespace

bool StripShare::is_playable(const DramKind& kind, int stacks, BytesPerSecond peak) {
  return DramTimes::fits(dram_channel_spec(kind, dram_cycle(kind, stacks, peak)).timing);
}

StripShare::StripShare(const DramKind& kind, int stacks, BytesPerSecond peak)
    : channel_(dram_channel_spec(kind, dram_cycle(kind, stacks, peak))),
      channels_(double(stacks) * kind.channels),
      granule_(std::clamp(static_cast<int>(kGranule / kind.request), 1, kind.columns)) {}

Seconds StripShare::idle_latency() const {
  const DramSource one = [](std::int64_t) { return DramRequest{}; };
  return dram_run(channel_, one, 1, 1).time;
}

// A run shorter than a granule lies in one channel; a longer one in as many as it has granules, and
// when those are more than there are channels, each holds several, next to each other.
double StripShare::of(const Strip& strip) const {
  const double request = channel_.shape.request.value();
  if (!(strip.run > 0) || strip.stride <= strip.run) return 1.0;
  const double here =
      std::max(std::min(strip.run, granule_ * request), strip.run / channels_) / request;
  return between(log2_of(here), kLongestRun, [&](int run) {
    return between(log2_of(strip.stride / strip.run), kWidestStride,
                   [&](int stride) { return relative({run, stride, strip.way}); });
  });
}

double StripShare::relative(const StripClass& c) const {
  if (c.stride == 0) return 1.0;
  const std::lock_guard lock(mutex_);
  const auto kept = [&](const StripClass& key) {
    const auto [found, is_new] = known_.try_emplace(key, 0.0);
    if (is_new) found->second = played(key);
    return found->second;
  };
  return std::min(1.0, kept(c) / kept({kLongestRun, 0, c.way}));
}

// The hash leaves a channel every so manyth granule of a strip, by chance: each run lies somewhere
// in its own stretch of `stride` runs.
double StripShare::played(const StripClass& c) const {
  constexpr int kAsManyAsFit = 16;  // requests a cycle: more than any memory takes
  // Ten refresh intervals of a linear stream, more of any slower one; what all are compared with
  // is played until it is steady.
  constexpr std::int64_t kRequests = 40'000, kSteady = 1'000'000;
  DramShape granules = channel_.shape;
  granules.columns = std::max(1, granules.columns / granule_);
  const std::int64_t run = std::int64_t{1} << c.run, places = std::int64_t{1} << c.stride;
  const DramSource source = [&](std::int64_t i) {
    const std::int64_t number = i / run;
    const auto place = static_cast<std::int64_t>(mixed(static_cast<std::uint64_t>(number)) %
                                                 static_cast<std::uint64_t>(places));
    const std::int64_t at = (number * places + place) * run + i % run;
    DramRequest r{dram_address(granules, static_cast<std::uint64_t>(at / granule_)),
                  c.way == Way::Store};
    r.address.column = r.address.column * granule_ + static_cast<int>(at % granule_);
    return r;
  };
  const DramRun all = c.stride == 0 ? dram_steady_run(channel_, source, kSteady, kAsManyAsFit)
                                    : dram_run(channel_, source, kRequests, kAsManyAsFit);
  return all.bandwidth / channel_.peak();
}

}  // namespace orrery
