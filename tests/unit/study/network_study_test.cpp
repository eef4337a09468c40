// Network studies from their text to their answer.
#include "orrery/study/network/network_study.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "orrery/study/network/network_answer.hpp"

namespace orrery {
namespace {

constexpr double kSize = 64e6, kBandwidth = 50e9, kLatency = 1e-6;

tl::expected<NetworkStudy, Diagnostics> read(const std::string& text) {
  const auto root = parse_document(text, "study.yaml");
  if (!root) return tl::unexpected(root.error());
  return read_network_study(*root);
}

NetworkAnswer answer(const std::string& text) {
  const auto study = read(text);
  if (!study) {
    ADD_FAILURE() << to_string(study.error().front()) << " in " << text;
    return {};
  }
  return run(*study);
}

NetworkResult result(const std::string& text) {
  const NetworkAnswer a = answer(text);
  return a.results.empty() ? NetworkResult{} : a.results.front();
}

// The mistakes of a text, one a line.
std::string mistakes(const std::string& text) {
  const auto study = read(text);
  std::string out;
  if (!study) {
    for (const Error& e : study.error()) out += to_string(e) + "\n";
  }
  return out;
}

std::string on(const std::string& topology, const std::string& rest) {
  return "task: collective\ncluster: {topology: " + topology +
         ", link: {bandwidth: 50 GB/s, latency: 1 us}}\n" + rest;
}

constexpr const char* kTorus = "{kind: torus, shape: [4, 4, 4]}";
constexpr const char* kRing = "collective: {kind: all_reduce, size: 64 MB, algorithm: ring}\n";

// T = 2 (n-1) (alpha + S/(nB)), each message over one link.
TEST(Placement, AFoldedRingTakesOneHopAStep) {
  const NetworkResult r = result(on(kTorus, std::string(kRing) + "placement: folded_torus\n"));
  EXPECT_NEAR(r.completion.value(), 126 * (kLatency + kSize / 64 / kBandwidth), 1e-12);
}

TEST(Placement, ASearchReportsWhatItGainsAndIsNeverWorseThanIdentity) {
  const NetworkAnswer a = answer(on("{kind: torus, shape: [4, 4]}",
                                    "collective: {kind: all_to_all, size: 64 MB, ranks: 8}\n"
                                    "placement: {strategy: search, swaps: 3000, seed: 2}\n"));
  ASSERT_TRUE(a.searched);
  EXPECT_LE(a.searched->after.busiest, a.searched->before.busiest);
  const NetworkAnswer again = answer(on("{kind: torus, shape: [4, 4]}",
                                        "collective: {kind: all_to_all, size: 64 MB, ranks: 8}\n"
                                        "placement: {strategy: search, swaps: 3000, seed: 2}\n"));
  EXPECT_EQ(a.searched->map, again.searched->map);
}

// Two nodes of two; groups of two ranks, one in each node, are on one rail each.
TEST(Placement, TensorInnermostSpreadsGroupsOverNodes) {
  const std::string nodes = "{kind: rail_optimised, nodes: 2, gpus: 2}";
  const std::string two =
      "collective: {kind: all_reduce, size: 64 MB, algorithm: ring, groups: 2}\n";
  const NetworkResult near = result(on(nodes, two));
  const NetworkResult far =
      result(on(nodes, two + "placement: {strategy: tensor_innermost, inner: 2}\n"));
  EXPECT_EQ(near.hottest.front().kind, "node");
  EXPECT_EQ(far.hottest.front().kind, "rail");
  EXPECT_NEAR(near.completion.value(), far.completion.value(), 1e-12) << "links are alike";
}

TEST(Neighbours, ThatShareTheOnlyLinkHalveIt) {
  const std::string tree = "{kind: fat_tree, hosts_per_leaf: 2, leaves: 2, spines: 1}";
  const NetworkResult r = result(
      on(tree,
         "collective: {kind: all_reduce, size: 640 MB, algorithm: ring, ranks: 4, groups: 2}\n"
         "placement: {strategy: tensor_innermost, inner: 2}\n"
         "neighbours: [{kind: all_reduce, size: 20 MB, ranks: 2, first: 0, stride: 2}]\n"));
  EXPECT_GT(r.completion / r.idle, 1.4);
  EXPECT_LT(r.completion / r.idle, 1.6) << "three rings cross the link instead of two";
  ASSERT_EQ(r.neighbour_rounds.size(), 1u);
  EXPECT_GT(r.neighbour_rounds[0], 10u);
}

TEST(Background, SlowsDownAndIsReportedBesideTheIdleTime) {
  const NetworkResult r = result(on(
      kTorus, std::string(kRing) + "background: [{pattern: uniform, size: 1 MB, load: 0.05}]\n"));
  EXPECT_NEAR(r.idle.value(), result(on(kTorus, kRing)).completion.value(), 1e-15);
  EXPECT_GT(r.completion, r.idle);
  EXPECT_EQ(r.flows, 126u * 64u) << "of the question alone";
}

TEST(Background, IsBesideTrafficToo) {
  const NetworkResult r = result(
      "task: traffic\ncluster: {topology: {kind: torus, shape: [4, 4]}, link: {bandwidth: 50 "
      "GB/s}}\n"
      "traffic: {pattern: permutation, size: 10 MB}\n"
      "background: [{pattern: hotspot, size: 1 MB, load: 0.05, seed: 4}]\n");
  EXPECT_GT(r.completion, r.idle);
  EXPECT_EQ(r.flows, 16u);
}

// T = 2 (n-1) (2 alpha + S/(nB)) + (n-1)/n S/gamma over a switch, two links a message.
TEST(AddingRate, IsPlayedAsTheClosedFormSays) {
  const NetworkResult r = result(
      on("{kind: single_switch, endpoints: 8}",
         "collective: {kind: all_reduce, size: 64 MB, algorithm: ring, adding_rate: 200 GB/s}\n"));
  EXPECT_NEAR(r.completion.value(),
              14 * (2 * kLatency + kSize / 8 / kBandwidth) + 7 * kSize / 8 / 200e9, 1e-12);
}

TEST(AllToAllV, TakesItsSizesFromATable) {
  const std::filesystem::path folder = testing::TempDir();
  std::ofstream(folder / "gates.csv")
      << "# to 0, 1, 2\n0 B, 1 MB, 1 MB\n9 MB, 0 B, 1 MB\n9 MB,1 MB,0 B\n";
  std::ofstream(folder / "short.csv") << "0 B, 1 MB\n1, 0 B, 1 MB\n";
  const auto study = [&](const char* table) {
    return parse_document(on("{kind: single_switch, endpoints: 3}",
                             std::string("collective: {kind: all_to_all, table: ") + table + "}\n"),
                          (folder / "study.yaml").string());
  };
  const auto good = read_network_study(*study("gates.csv"));
  ASSERT_TRUE(good);
  const NetworkResult r = run(*good).results.front();
  EXPECT_NEAR(r.completion.value(), 2 * kLatency + 18e6 / kBandwidth, 1e-12);
  EXPECT_NEAR(r.lower_bound.value(), 18e6 / kBandwidth, 1e-15);
  const auto bad = read_network_study(*study("short.csv"));
  ASSERT_FALSE(bad);
  EXPECT_NE(
      to_string(bad.error()[0]).find("short.csv:1:1: /: saw 2 sizes; expected one for each of 3"),
      std::string::npos);
  EXPECT_NE(to_string(bad.error()[1]).find("short.csv:2:1: /: saw 1; expected"), std::string::npos);
}

// Zipf's law of exponent 1 over 8: the first gets 1 / (1 + 1/2 + ... + 1/8) of what is sent.
TEST(AllToAllV, SkewLoadsTheMostPopularReceiver) {
  double harmonic = 0.0;
  for (int k = 1; k <= 8; ++k) harmonic += 1.0 / k;
  const NetworkResult r = result(on("{kind: single_switch, endpoints: 8}",
                                    "collective: {kind: all_to_all, size: 64 MB, skew: 1}\n"));
  EXPECT_NEAR(r.completion.value(), 2 * kLatency + 7 * kSize / harmonic / kBandwidth, 1e-12);
}

TEST(Automatic, TakesTheFastestOfWhatALibraryHas) {
  const auto time = [](const char* algorithm, const char* size) {
    return result(on("{kind: single_switch, endpoints: 16}",
                     std::string("collective: {kind: all_reduce, size: ") + size +
                         ", algorithm: " + algorithm + "}\n"));
  };
  EXPECT_EQ(time("auto", "10 GB").algorithm, "ring");
  EXPECT_EQ(time("auto", "1 kB").algorithm, "double_binary_tree");
  EXPECT_LT(time("auto", "1 kB").completion, time("ring", "1 kB").completion);
  EXPECT_EQ(
      result(on(kTorus, "collective: {kind: all_reduce, size: 1 MB, algorithm: auto}\n")).algorithm,
      "bucket");
}

TEST(CatalogCluster, GivesNodesOfSwitchesOnRails) {
  const auto study = read(
      "task: collective\ncluster: {base: h100-superpod, chips: 64}\n"
      "collective: {kind: all_to_all, size: 64 MB, algorithm: auto}\n");
  ASSERT_TRUE(study) << to_string(study.error().front());
  const Wires& wires = study->topology->wires();
  EXPECT_EQ(wires.endpoints, 64u);
  EXPECT_EQ(wires.vertices, 64u + 8u + 8u) << "a switch a node, a leaf a rail";
  // 450 GB/s and 400 Gb/s, less what libraries do not achieve of them.
  EXPECT_LT(wires.injection(0), 450_GBps + 400_Gbitps);
  EXPECT_GT(wires.injection(0), 0.7 * (450_GBps + 400_Gbitps));
  EXPECT_EQ(run(*study).algorithm, "rail_aligned");
}

TEST(CatalogCluster, OfManyNodesHasLeavesThatMeetInSpines) {
  const auto study = read(
      "task: collective\ncluster: h100-superpod\ncollective: {kind: all_reduce, size: 1 MB, ranks: "
      "16}\n");
  ASSERT_TRUE(study) << to_string(study.error().front());
  const Wires& wires = study->topology->wires();
  EXPECT_EQ(wires.endpoints, 1024u);
  EXPECT_EQ(wires.vertices, 1024u + 128u + 8u * 4u + 32u);
}

TEST(CatalogCluster, OfTpusIsATorus) {
  const auto study = read(
      "task: collective\ncluster: {base: tpu-v4-pod, chips: 64}\n"
      "collective: {kind: all_reduce, size: 64 MB, algorithm: auto}\n");
  ASSERT_TRUE(study) << to_string(study.error().front());
  EXPECT_EQ(study->shape, (std::vector<int>{4, 4, 4}));
  EXPECT_EQ(run(*study).algorithm, "bucket");
}

TEST(CatalogCluster, SaysWhatItCannotWire) {
  EXPECT_NE(mistakes("task: collective\ncluster: {base: mi300x, chips: 16}\n"
                     "collective: {kind: all_reduce, size: 1 MB}\n")
                .find("/cluster/chips: saw 16; expected at most 8 chips"),
            std::string::npos);
}

TEST(NetworkStudy, LocatesMistakesInLoadsAndPlacements) {
  const std::string ring = kRing;
  EXPECT_NE(mistakes(on(kTorus, ring + "placement: folded\n"))
                .find("study.yaml:4:12: /placement: saw folded"),
            std::string::npos);
  EXPECT_NE(mistakes(on("{kind: single_switch, endpoints: 8}", ring + "placement: folded_torus\n"))
                .find("expected a torus or mesh that the ranks fill"),
            std::string::npos);
  EXPECT_NE(mistakes(on(kTorus, ring + "placement: {strategy: rail_aware, node: 7}\n"))
                .find("/placement/node: saw 7; expected a divisor of 64 ranks"),
            std::string::npos);
  EXPECT_NE(mistakes(on(kTorus, ring + "background: [{pattern: uniform, size: 1 MB}]\n"))
                .find("expected a share of the bandwidth"),
            std::string::npos);
  EXPECT_NE(
      mistakes(
          on(kTorus, ring + "neighbours: [{kind: all_reduce, size: 1 MB, ranks: 8, first: 60}]\n"))
          .find("expected ranks that end below endpoint 64"),
      std::string::npos);
  EXPECT_NE(mistakes("task: traffic\ncluster: {topology: {kind: ring, endpoints: 4}, link: "
                     "{bandwidth: 1 GB/s}}\n"
                     "traffic: {pattern: incast, size: 1 MB}\nplacement: random\n")
                .find("/placement: saw random; expected it beside a collective"),
            std::string::npos);
}

TEST(NetworkStudy, PacketsThatNoSwitchTakesAreMistakes) {
  const auto on_packets = [](const char* topology, const std::string& cluster,
                             const std::string& packet) {
    return mistakes(std::string("task: traffic\ntraffic: {pattern: incast, size: 1 MB}\n") +
                    "fabric: packet\npacket: {" + packet + "}\ncluster: {topology: " + topology +
                    ", link: {bandwidth: 50 GB/s, latency: 1 us}" + cluster + "}\n");
  };
  const char* star = "{kind: single_switch, endpoints: 4}";
  EXPECT_NE(
      on_packets(star, "", "payload: 100 kB").find("/packet/payload: saw 100 kB; expected 1 B"),
      std::string::npos);
  EXPECT_NE(on_packets(star, "", "buffer: 1 kB").find("/packet/buffer: saw 1 kB; expected room"),
            std::string::npos);
  EXPECT_NE(on_packets(star, "", "mark_from: 1 MB").find("/packet: saw a map"), std::string::npos);
  // A way out and back of 1 us at 50 GB/s, four packets, the pause: 100 kB + 16,504 B + 64 B.
  EXPECT_NE(
      on_packets(star, "", "flow_control: pfc, buffer: 116 kB").find("expected 114 KiB or more"),
      std::string::npos);
  EXPECT_EQ(on_packets(star, "", "flow_control: pfc, buffer: 117 kB"), "");
  EXPECT_NE(on_packets("{kind: torus, shape: [16, 16]}", ", routing: ecmp", "flow_control: pfc")
                .find("pfc pauses 8 priorities, and ecmp needs 16 channels"),
            std::string::npos);
}

// An all-to-all is played by classes of messages; a message of nothing more, to oneself, has the
// same flows played one by one.
TEST(NetworkStudy, AnAllToAllOfFlowsIsThatOfItsMessages) {
  const std::string csv = testing::TempDir() + "all_to_all_and_nothing.csv";
  for (const auto& [topology, endpoints] :
       {std::pair{kTorus, 64},
        std::pair{"{kind: fat_tree, hosts_per_leaf: 4, leaves: 4, spines: 2}", 16}}) {
    std::ofstream out(csv);
    out << "from,to,size,start\n0,0,0 B,0 s\n";
    for (int a = 0; a < endpoints; ++a) {
      for (int b = 0; b < endpoints; ++b) {
        if (a != b) out << a << "," << b << ",1 MB,0 s\n";
      }
    }
    out.close();
    const std::string cluster = std::string("task: traffic\ncluster: {topology: ") + topology +
                                ", link: {bandwidth: 50 GB/s, latency: 1 us}}\ntraffic: ";
    const NetworkResult by_class = result(cluster + "{pattern: all_to_all, size: 1 MB}\n");
    const NetworkResult by_message = result(cluster + "{file: " + csv + "}\n");
    EXPECT_NEAR(by_class.completion.value(), by_message.completion.value(), 1e-12);
    ASSERT_EQ(by_class.flow_completion.size(), by_message.flow_completion.size());
    for (std::size_t i = 0; i < by_class.flow_completion.size(); ++i) {
      EXPECT_NEAR(by_class.flow_completion[i].second.value(),
                  by_message.flow_completion[i].second.value(), 1e-12)
          << by_class.flow_completion[i].first;
    }
    for (std::size_t l = 0; l < by_class.utilisation.size(); ++l)
      EXPECT_NEAR(by_class.utilisation[l], by_message.utilisation[l], 1e-9);
  }
}

}  // namespace
}  // namespace orrery
