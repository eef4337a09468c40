// What a network is made of and costs: against counts and prices done by hand.
#include "orrery/cost/network_bill.hpp"

#include <gtest/gtest.h>

#include "support/networks.hpp"

namespace orrery {
namespace {

NetworkParts parts() {
  NetworkParts out;
  out.switches = {BytesPerSecond{64 * 50e9}, Dollars{36000}, Watts{1700}};
  out.transceiver = {BytesPerSecond{50e9}, Dollars{700}, Watts{9}};
  out.copper_end = {BytesPerSecond{50e9}, std::nullopt, Watts{0.1}};
  out.card = {BytesPerSecond{50e9}, std::nullopt, std::nullopt};
  out.fibre = out.card;
  return out;
}

const NetworkItem* item(const NetworkBill& bill, const std::string& name) {
  for (const NetworkItem& i : bill.items) {
    if (i.name == name) return &i;
  }
  return nullptr;
}

// 1,024 GPUs of 400 Gb/s on 64-port switches are 32 leaves and 16 spines: 48 x 36,000 = 1,728,000
// USD, which is what the spreadsheet of August 2024 has for 1,024 H100.
TEST(NetworkBill, OfFullSwitchesIsThatOfTheSpreadsheet) {
  const auto t = test::network(
      "{kind: fat_tree, hosts_per_leaf: 32, leaves: 32, spines: 16, leaf_link: {bandwidth: 100 "
      "GB/s, optical: true}}");
  const NetworkBill bill = network_bill(t->wires(), parts());
  ASSERT_NE(item(bill, "switches"), nullptr);
  EXPECT_EQ(item(bill, "switches")->count, 48);
  EXPECT_NEAR(item(bill, "switches")->price->value(), 1'728'000, 1e-6);
  EXPECT_NEAR(item(bill, "switches")->power->value(), 48 * 1700, 1e-6);
  // 512 cables of two bundled links: two 800 Gb/s ends each, as much as four of 400 Gb/s.
  EXPECT_EQ(item(bill, "transceivers")->count, 2 * 512);
  EXPECT_NEAR(item(bill, "transceivers")->price->value(), 4 * 512 * 700, 1e-6);
  EXPECT_EQ(item(bill, "copper ends")->count, 2 * 1024);
  EXPECT_NEAR(item(bill, "copper ends")->power->value(), 2 * 1024 * 0.1, 1e-9);
  EXPECT_EQ(item(bill, "cards")->count, 1024);
  EXPECT_NEAR(bill.price.value(), 1'728'000 + 4 * 512 * 700, 1e-6);
}

TEST(NetworkBill, WithoutAPriceSaysSoInsteadOfGuessing) {
  const NetworkBill bill =
      network_bill(test::network("{kind: fat_tree, radix: 4}")->wires(), parts());
  EXPECT_EQ(bill.unpriced, (std::vector<std::string>{"copper ends", "cards"}));
  EXPECT_EQ(bill.unpowered, std::vector<std::string>{"cards"});
  EXPECT_FALSE(item(bill, "cards")->price.has_value());
}

TEST(NetworkBill, OfATorusHasNeitherSwitchesNorCards) {
  const NetworkBill bill =
      network_bill(test::network("{kind: torus, shape: [4, 4]}")->wires(), parts());
  ASSERT_EQ(bill.items.size(), 1U);
  EXPECT_EQ(bill.items[0].name, "copper ends");
  EXPECT_EQ(bill.items[0].count, 2 * 32);
}

TEST(NetworkBill, OfRailsHasCardsOnRailsOnly) {
  const NetworkBill bill = network_bill(
      test::network("{kind: rail_only, nodes: 4, gpus: 8, planes: 4}")->wires(), parts());
  EXPECT_EQ(item(bill, "cards")->count, 4 * 8);
}

}  // namespace
}  // namespace orrery
