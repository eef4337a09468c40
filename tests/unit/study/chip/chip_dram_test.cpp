#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "../../../support/dram_peers.hpp"
#include "orrery/study/chip/chip_answer.hpp"

namespace orrery {
namespace {

DramKind kind(const std::string& name) {
  const auto document = Catalog::standard().document("memories", name);
  Diagnostics problems;
  DramKind k = read<DramKind>(document.value(), problems);
  EXPECT_TRUE(problems.empty() && mistakes(k).empty()) << name;
  return k;
}

Chip chip_of(const std::string& name) { return Catalog::standard().chip(name, Node{}).value(); }

// At the clock of the preset that a file names, its times are that preset's cycles.
TEST(ChipDram, FilesAreTheirPresetsAtThePresetsClock) {
  const std::pair<const char*, DramSpec> presets[] = {{"hbm2", testing::ramulator_hbm2(1)},
                                                      {"hbm2e", testing::ramulator_hbm2(1)},
                                                      {"hbm3", testing::ramulator_hbm3(1)},
                                                      {"hbm3e", testing::ramulator_hbm3(1)}};
  for (const auto& [name, preset] : presets) {
    const DramSpec ours = dram_channel_spec(kind(name), preset.timing.cycle);
    const DramTiming &a = ours.timing, &b = preset.timing;
    for (const auto field : {&DramTiming::burst,
                             &DramTiming::read_latency,
                             &DramTiming::write_latency,
                             &DramTiming::rcd_read,
                             &DramTiming::rcd_write,
                             &DramTiming::rp,
                             &DramTiming::ras,
                             &DramTiming::rc,
                             &DramTiming::rtp,
                             &DramTiming::wr,
                             &DramTiming::ccd_s,
                             &DramTiming::ccd_l,
                             &DramTiming::ccd_r,
                             &DramTiming::rrd_s,
                             &DramTiming::rrd_l,
                             &DramTiming::faw,
                             &DramTiming::wtr_s,
                             &DramTiming::wtr_l,
                             &DramTiming::refi,
                             &DramTiming::activate_slots,
                             &DramTiming::precharge_slots}) {
      EXPECT_EQ(a.*field, b.*field) << name;
    }
    EXPECT_NEAR(ours.peak() / preset.peak(), 1.0, 1e-12) << name;
  }
}

TEST(ChipDram, TheClockGivesThePinsTheBandwidthOfTheDataSheet) {
  const Chip chip = chip_of("h100-sxm");
  const DramKind k = kind(chip.package.memory);
  const Seconds cycle = dram_cycle(k, chip.package.stacks, chip.memory.bandwidth);
  const BytesPerSecond all =
      dram_channel_spec(k, cycle).peak() * (chip.package.stacks * k.channels);
  EXPECT_NEAR(all / chip.memory.bandwidth, 1.0, 1e-12);
}

// Upper bounds: no data while all banks refresh; at random each read activates, four times in faw
// and rank at most, and its activation and precharge pass over the channel's row bus.
TEST(ChipDram, SharesKeepToTheirBoundsOnEveryChip) {
  const Catalog catalog = Catalog::standard();
  int chips = 0;
  for (const std::string& name : catalog.names("chips")) {
    const Chip chip = chip_of(name);
    if (chip.package.memory.empty()) continue;
    ++chips;
    const auto dram = chip_dram(chip, catalog);
    ASSERT_TRUE(dram) << name;
    const DramKind k = kind(chip.package.memory);
    const DramSpec spec =
        dram_channel_spec(k, dram_cycle(k, chip.package.stacks, chip.memory.bandwidth));
    const DramTiming& t = spec.timing;
    const double awake = 1 - double(t.rfc) / t.refi;
    const double window = 4.0 * k.ranks * t.burst / t.faw;
    const double row_bus =
        double(t.burst) / (k.pseudo_channels * (t.activate_slots + t.precharge_slots));
    EXPECT_LT(dram->shares.linear, awake * 1.002) << name;
    EXPECT_GT(dram->shares.linear, awake * 0.97) << name;
    EXPECT_LT(dram->shares.random, awake * std::min(window, row_bus) * 1.01) << name;
    EXPECT_GT(dram->shares.random, 0.2) << name;
    EXPECT_GT(dram->shares.strided, dram->shares.random) << name;
    EXPECT_LT(dram->shares.strided, dram->shares.linear) << name;
  }
  EXPECT_GT(chips, 15);
}

// A catalog of one memory whose text is changed.
class ChangedMemory {
 public:
  ChangedMemory(const std::string& from, const std::string& to) {
    root_ = std::filesystem::path(::testing::TempDir()) / "orrery_changed_memory";
    std::filesystem::create_directories(root_ / "memories");
    std::ifstream in(Catalog::standard().root() + "/memories/hbm3.yaml");
    std::stringstream text;
    text << in.rdbuf();
    std::string changed = text.str();
    changed.replace(changed.find(from), from.size(), to);
    std::ofstream(root_ / "memories" / "hbm3.yaml") << changed;
  }
  ~ChangedMemory() { std::filesystem::remove_all(root_); }

  [[nodiscard]] Error problem() const {
    const auto dram = chip_dram(chip_of("h100-sxm"), Catalog(root_.string()));
    EXPECT_FALSE(dram);
    return dram ? Error{} : dram.error().front();
  }

 private:
  std::filesystem::path root_;
};

TEST(ChipDram, MistakesAreNamedWhereTheyStand) {
  const auto ends = [](const std::string& where, const std::string& end) {
    return where.ends_with(end) ? "" : where;
  };
  const Error gap = ChangedMemory("ccd_l: 4", "ccd_l: 1").problem();
  EXPECT_EQ(ends(gap.where, "hbm3.yaml:13:8: /ccd_l"), "");
  EXPECT_EQ(gap.what, "expected ccd_s or more");
  EXPECT_EQ(ChangedMemory("banks: 4", "banks: 99").problem().what,
            "saw 99 in each of 4 groups; expected at most 64 in a rank");
  EXPECT_EQ(ChangedMemory("ranks: 2", "ranks: 9").problem().what,
            "saw 9 in each of 2 pseudo-channels; expected at most 16 in a channel");
  EXPECT_NE(ChangedMemory("rp: 16.25 ns", "rp: 16.25 ms").problem().what.find("more"),
            std::string::npos);
  EXPECT_EQ(ChangedMemory("ras: ", "ras: 1 ns #").problem().what, "expected rcd or more");
  EXPECT_EQ(ends(ChangedMemory("rp: 16.25 ns", "rp: 0 ns").problem().where, "/rp"), "");
  EXPECT_EQ(ChangedMemory("bank, rank", "bank, bank").problem().what,
            "expected each of the six fields once");
  EXPECT_EQ(ends(ChangedMemory("faw: 15 ns", "faw: 15").problem().where, "/faw"), "");
}

}  // namespace
}  // namespace orrery
