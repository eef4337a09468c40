#include "orrery/compute/dram/bank_wheel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "orrery/base/rng.hpp"

namespace orrery {
namespace {

TEST(BankWheel, GivesEachBankInItsCycle) {
  BankWheel wheel(2);
  EXPECT_EQ(wheel.add(100, 130, 70), 130);
  EXPECT_EQ(wheel.add(3, 130, 71), 130);
  EXPECT_EQ(wheel.add(7, 129, 71), 129);
  EXPECT_EQ(wheel.first(72), 129);
  std::vector<int> banks;
  wheel.take(129, [&](int bank) { banks.push_back(bank); });
  wheel.take(130, [&](int bank) { banks.push_back(bank); });
  EXPECT_EQ(banks, (std::vector<int>{7, 3, 100}));
  EXPECT_EQ(wheel.first(131), BankWheel::kNever);
}

TEST(BankWheel, LooksEarlyAtWhatIsFar) {
  BankWheel wheel(1);
  EXPECT_EQ(wheel.add(5, 1000, 10), 73);
  EXPECT_EQ(wheel.first(11), 73);
}

// Beside a map of cycles.
TEST(BankWheel, AgreesWithAMap) {
  BankWheel wheel(3);
  std::multimap<std::int64_t, int> map;
  Rng rng(1, "wheel");
  std::int64_t now = 0;
  for (int step = 0; step < 20'000; ++step) {
    const int bank = static_cast<int>(rng.below(192));
    const std::int64_t at = now + 1 + static_cast<std::int64_t>(rng.below(63));
    wheel.add(bank, at, now);
    map.emplace(at, bank);
    if (rng.below(3) > 0) continue;
    now = map.begin()->first;
    ASSERT_EQ(wheel.first(now), now);
    std::vector<int> expected, seen;
    for (auto it = map.begin(); it != map.end() && it->first == now; it = map.erase(it)) {
      expected.push_back(it->second);
    }
    std::sort(expected.begin(), expected.end());
    expected.erase(std::unique(expected.begin(), expected.end()), expected.end());
    wheel.take(now, [&](int b) { seen.push_back(b); });
    ASSERT_EQ(seen, expected);
  }
}

}  // namespace
}  // namespace orrery
