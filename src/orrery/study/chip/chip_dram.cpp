#include <fmt/format.h>

#include "orrery/compute/dram/channel/dram_times.hpp"
#include "orrery/study/chip/chip_answer.hpp"

namespace orrery {

Read<ChipDram> chip_dram(const Chip& chip, const Catalog& catalog) {
  const Package& p = chip.package;
  const std::string where = chip.name + ": /package";
  if (p.memory.empty() || p.stacks <= 0) {
    return tl::unexpected(
        Diagnostics{{where, "saw no memory; expected package: {memory: hbm3, stacks: 5, ...}"}});
  }
  const auto kind = catalog.memory_kind(p.memory, where + "/memory");
  if (!kind) return tl::unexpected(kind.error());
  ChipDram out;
  out.kind = p.memory;
  out.stacks = p.stacks;
  out.channels = p.stacks * kind->channels * kind->pseudo_channels;
  out.request = kind->request;
  const Seconds cycle = dram_cycle(*kind, p.stacks, chip.memory.bandwidth);
  out.clock = 1.0 / cycle;
  const DramSpec channel = dram_channel_spec(*kind, cycle);
  if (!DramTimes::fits(channel.timing)) {
    return tl::unexpected(Diagnostics{
        {where + "/stacks",
         cycle * 2.0 < kind->refi
             ? fmt::format(
                   "saw {} stacks of {}, whose times then take thousands of cycles; expected more",
                   p.stacks, p.memory)
             : fmt::format("saw {} stacks of {}, whose clock then ticks slower than they are "
                           "refreshed; expected fewer",
                           p.stacks, p.memory)}});
  }
  out.shares = dram_shares(channel);
  return out;
}

}  // namespace orrery
