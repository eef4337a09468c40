#include <fmt/format.h>

#include <algorithm>

#include "orrery/compute/dram/dram_times.hpp"
#include "orrery/study/chip/chip_answer.hpp"

namespace orrery {
namespace {

Read<DramKind> dram_kind(const Catalog& catalog, const std::string& name,
                         const std::string& where) {
  const std::vector<std::string> known = catalog.names("memories");
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    return tl::unexpected(Diagnostics{
        {where, fmt::format("saw the memory '{}', whose timings are unknown; expected one of {}",
                            name, fmt::join(known, ", "))}});
  }
  const auto document = catalog.document("memories", name);
  if (!document) return tl::unexpected(document.error());
  Diagnostics problems;
  DramKind kind = read<DramKind>(*document, problems);
  if (!problems.empty()) return tl::unexpected(problems);
  for (const DramMistake& m : mistakes(kind)) {
    const Node* node = document->find(m.key);
    problems.push_back({(node != nullptr ? *node : *document).where(), m.what});
  }
  if (!problems.empty()) return tl::unexpected(problems);
  return kind;
}

}  // namespace

Read<ChipDram> chip_dram(const Chip& chip, const Catalog& catalog) {
  const Package& p = chip.package;
  const std::string where = chip.name + ": /package";
  if (p.memory.empty() || p.stacks <= 0) {
    return tl::unexpected(
        Diagnostics{{where, "saw no memory; expected package: {memory: hbm3, stacks: 5, ...}"}});
  }
  const auto kind = dram_kind(catalog, p.memory, where + "/memory");
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
         fmt::format(
             "saw {} stacks of {}, whose times then take thousands of cycles; expected more",
             p.stacks, p.memory)}});
  }
  out.shares = dram_shares(channel);
  return out;
}

}  // namespace orrery
