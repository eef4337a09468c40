// A chip's memories written in short, in full, and in ways that contradict themselves.
#include "orrery/hw/chip_levels.hpp"

#include <gtest/gtest.h>

namespace orrery {
namespace {

struct Reading {
  Chip chip;
  std::string problems;
};

Reading read_chip(const std::string& text) {
  Reading out;
  Diagnostics problems;
  const auto node = parse_document(text, "chip.yaml");
  EXPECT_TRUE(node.has_value());
  if (node) out.chip = read<Chip>(*node, problems);
  for (const Error& e : problems) out.problems += to_string(e) + "\n";
  return out;
}

constexpr const char* kHead = "kind: tpu\ncores: 2\nmatrix_unit: 128\npeak: {bf16: 275 TFLOPS}\n";
constexpr const char* kMemory = "memory: {capacity: 32 GiB, bandwidth: 1.2 TB/s}\n";

std::string names(const std::vector<MemoryLevel>& levels) {
  std::string out;
  for (const MemoryLevel& level : levels) out += level.name + " ";
  return out;
}

TEST(ChipLevels, TheShortFormAndTheFullOneMeanTheSame) {
  const Reading brief =
      read_chip(std::string(kHead) + kMemory + "sram: 32 MiB\nl2: 128 MiB\nhost_link: 16 GB/s\n");
  const Reading full =
      read_chip(std::string(kHead) +
                "levels:\n"
                "  - {name: scratchpad, kind: scratchpad, capacity: 32 MiB}\n"
                "  - {name: l2, kind: cache, capacity: 128 MiB}\n"
                "  - {name: memory, kind: memory, capacity: 32 GiB, bandwidth: 1.2 TB/s}\n"
                "  - {name: host, kind: host, bandwidth: 16 GB/s}\n");
  ASSERT_EQ(brief.problems + full.problems, "");
  EXPECT_EQ(memory_levels(brief.chip), memory_levels(full.chip));
  EXPECT_EQ(full.chip.memory.capacity, 32_GiB);
  EXPECT_EQ(full.chip.memory.bandwidth, brief.chip.memory.bandwidth);
  EXPECT_EQ(full.chip.sram, 32_MiB);
  EXPECT_EQ(full.chip.l2, 128_MiB);
  EXPECT_EQ(full.chip.host_link, brief.chip.host_link);
}

TEST(ChipLevels, WhatLevelsLeaveOutTheShortFormAdds) {
  const Reading r =
      read_chip(std::string(kHead) + kMemory +
                "host_link: 16 GB/s\n"
                "levels:\n"
                "  - {name: registers, kind: register, capacity: 1 MiB, shared_by: 1}\n"
                "  - {name: vmem, kind: scratchpad, capacity: 32 MiB, shared_by: 1}\n"
                "  - {name: cmem, kind: scratchpad, capacity: 128 MiB}\n");
  ASSERT_EQ(r.problems, "");
  EXPECT_EQ(names(memory_levels(r.chip)), "registers vmem cmem memory host ");
  EXPECT_EQ(names(on_chip_levels(r.chip)), "vmem cmem ");
  EXPECT_EQ(r.chip.sram, 160_MiB);
  EXPECT_EQ(instances(r.chip.levels[1], r.chip), 2);
  EXPECT_EQ(instances(r.chip.levels[2], r.chip), 1);
}

TEST(ChipLevels, SramThatIsTheMainMemoryIsNoLevelBeforeIt) {
  const Reading r = read_chip(
      "kind: sram\ncores: 1\nmatrix_unit: 320\npeak: {fp16: 188 TFLOPS}\n"
      "memory: {capacity: 230 MB, bandwidth: 80 TB/s}\nsram: 220 MiB\n");
  ASSERT_EQ(r.problems, "");
  EXPECT_EQ(names(memory_levels(r.chip)), "memory ");
}

TEST(ChipLevels, LevelsThatDoNotNestAreLocated) {
  const Reading r = read_chip(
      std::string(kHead) + kMemory +
      "levels:\n"
      "  - {name: vmem, kind: scratchpad, capacity: 32 MiB, bandwidth: 10 TB/s, latency: 20 ns}\n"
      "  - {name: cmem, kind: scratchpad, capacity: 16 MiB, bandwidth: 20 TB/s, latency: 10 ns}\n");
  EXPECT_EQ(r.problems,
            "chip.yaml:8:46: /levels/1/capacity: saw 16 MiB; expected no less than the 32.0 MiB of "
            "'vmem', which it stands behind\n"
            "chip.yaml:8:65: /levels/1/bandwidth: saw 20 TB/s; expected at most the 10.0 TB/s of "
            "'vmem', which stands before it\n"
            "chip.yaml:8:83: /levels/1/latency: saw 10 ns; expected no less than the 20.0 ns of "
            "'vmem', which stands before it\n");
}

TEST(ChipLevels, WrongOrderNamesSharingAndEmptyLevelsAreLocated) {
  const Reading r =
      read_chip(std::string(kHead) + kMemory +
                "levels:\n"
                "  - {name: vmem, kind: scratchpad, capacity: 0 B, bandwidth: 0 B/s}\n"
                "  - {name: vmem, kind: register, capacity: 1 GiB, shared_by: 3}\n"
                "  - {name: hbm, kind: memory, capacity: 32 GiB}\n");
  EXPECT_NE(r.problems.find("/levels/0/capacity: saw 0 B; expected a capacity above zero"),
            std::string::npos);
  EXPECT_NE(r.problems.find("/levels/0/bandwidth: saw 0 B/s; expected a bandwidth above zero"),
            std::string::npos);
  EXPECT_NE(r.problems.find("/levels/1/name: saw 'vmem' again; expected another name"),
            std::string::npos);
  EXPECT_NE(r.problems.find("/levels/1/kind: saw a register behind the scratchpad 'vmem'; expected "
                            "levels innermost first"),
            std::string::npos);
  EXPECT_NE(r.problems.find("/levels/1/shared_by: saw 3; expected a divisor of the chip's 2 cores"),
            std::string::npos);
  EXPECT_NE(r.problems.find("/levels/2: "), std::string::npos);  // memory without a bandwidth
}

TEST(ChipLevels, AContradictionOfTheTwoFormsIsLocatedAtTheShortOne) {
  const Reading r =
      read_chip(std::string(kHead) + kMemory +
                "sram: 64 MiB\n"
                "levels:\n"
                "  - {name: vmem, kind: scratchpad, capacity: 32 MiB}\n"
                "  - {name: hbm, kind: memory, capacity: 16 GiB, bandwidth: 1200 GB/s}\n");
  EXPECT_EQ(
      r.problems,
      "chip.yaml:5:20: /memory/capacity: saw 32 GiB; expected 16.0 GiB as /levels says of main "
      "memory, or nothing here\n"
      "chip.yaml:6:7: /sram: saw 64 MiB; expected 32.0 MiB as /levels says of all memory in "
      "the cores, or nothing here\n");
}

TEST(ChipLevels, AScratchpadTooSmallForAnyTileNamesTheSmallestAndItsBytes) {
  const std::string expected =
      "; expected room for the smallest tile, 128 x 128 x 128 in bf16: 128 KiB\n";
  EXPECT_EQ(read_chip(std::string(kHead) + kMemory + "sram: 64 KiB\n").problems,
            "chip.yaml:6:7: /sram: saw 64 KiB" + expected);
  EXPECT_EQ(read_chip(std::string(kHead) + kMemory +
                      "levels: [{name: pad, kind: scratchpad, capacity: 127 KiB}]\n")
                .problems,
            "chip.yaml:6:50: /levels/0/capacity: saw 127 KiB" + expected);
  EXPECT_EQ(read_chip(std::string(kHead) + kMemory + "sram: 128 KiB\n").problems, "");
}

TEST(ChipLevels, AChipNeedsAMainMemoryInOneFormOrTheOther) {
  EXPECT_NE(read_chip(kHead).problems.find("memory"), std::string::npos);
}

TEST(ChipParts, EnginesWiresAndPackagesAreReadOrLocated) {
  const Reading good = read_chip(std::string(kHead) + kMemory +
                                 "dma: {engines: 16, bandwidth: 27.2 GB/s, run: 20 ns}\n"
                                 "on_chip_network: {topology: ring, link: 64 GB/s, hop: 2 ns}\n"
                                 "package: {memory: hbm2e, stacks: 6}\n");
  ASSERT_EQ(good.problems, "");
  EXPECT_EQ(good.chip.dma.engines, 16);
  EXPECT_EQ(good.chip.on_chip_network.topology, OnChipTopology::Ring);
  EXPECT_EQ(good.chip.on_chip_network.copies, Copies::Multicast);
  EXPECT_TRUE(good.chip.package.dies.empty());
  const Reading bad = read_chip(std::string(kHead) + kMemory +
                                "dma: {engines: 0, bandwidth: 0 GB/s}\n"
                                "on_chip_network: {topology: ring, link: 0 GB/s, entrances: -1}\n"
                                "package: {dies: [{node: 5nm}]}\n");
  EXPECT_EQ(bad.problems,
            "chip.yaml:6:16: /dma/engines: saw 0; expected 1 or more\n"
            "chip.yaml:6:30: /dma/bandwidth: saw 0 GB/s; expected a rate above zero\n"
            "chip.yaml:7:41: /on_chip_network/link: saw 0 GB/s; expected a rate above zero\n"
            "chip.yaml:7:60: /on_chip_network/entrances: saw -1; expected 1 or more\n"
            "chip.yaml:8:10: /package: saw no 'packaging'; expected this key here\n");
}

}  // namespace
}  // namespace orrery
