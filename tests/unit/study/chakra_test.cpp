// Chakra traces: what is read of them, and how long they take on a network.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "orrery/study/network/network_answer.hpp"

namespace orrery {
namespace {

// The wire format, written: et_def.proto's fields.
std::string varint(std::uint64_t v) {
  std::string out;
  for (; v >= 0x80; v >>= 7) out += static_cast<char>(v | 0x80);
  return out + static_cast<char>(v);
}
std::string number(std::uint32_t field, std::uint64_t v) { return varint(field << 3) + varint(v); }
std::string text(std::uint32_t field, const std::string& bytes) {
  return varint(field << 3 | 2) + varint(bytes.size()) + bytes;
}
std::string attribute(const std::string& name, std::uint32_t field, std::uint64_t v) {
  return text(10, text(1, name) + number(field, v));
}
std::string device() { return attribute("is_cpu_op", 27, 0); }
std::string node(std::uint64_t id, std::uint64_t type, const std::vector<std::uint64_t>& after,
                 const std::string& rest) {
  std::string packed;
  for (const std::uint64_t a : after) packed += varint(a);
  const std::string body = number(1, id) + text(2, "node") + number(3, type) +
                           (packed.empty() ? "" : text(5, packed)) + rest;
  return varint(body.size()) + body;
}
std::string compute(std::uint64_t id, std::uint64_t micros,
                    const std::vector<std::uint64_t>& after) {
  return node(id, 4, after, number(7, micros) + device());
}
std::string collective(std::uint64_t id, std::uint64_t kind, std::uint64_t size,
                       const std::vector<std::uint64_t>& after) {
  return node(id, 7, after,
              device() + attribute("comm_type", 9, kind) + attribute("comm_size", 9, size));
}
std::string message(std::uint64_t id, bool sends, std::uint64_t peer, std::uint64_t size,
                    const std::vector<std::uint64_t>& after) {
  return node(id, sends ? 5 : 6, after,
              device() + attribute(sends ? "comm_dst" : "comm_src", 7, peer) +
                  attribute("comm_size", 9, size) + attribute("comm_tag", 7, 3));
}
std::string trace(const std::string& nodes) { return varint(2) + number(1, 1) + nodes; }

class Chakra : public ::testing::Test {
 protected:
  Chakra() { std::filesystem::create_directories(folder_); }
  ~Chakra() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << bytes;
  }
  [[nodiscard]] tl::expected<NetworkStudy, Diagnostics> study(const std::string& traffic) const {
    return read_network_study(
        *parse_document("task: traffic\ncluster: {topology: {kind: single_switch, endpoints: 4}, "
                        "link: {bandwidth: 50 GB/s, latency: 1 us}}\ntraffic: " +
                            traffic + "\n",
                        folder_ + "/study.yaml"));
  }
  [[nodiscard]] Seconds completion(const std::string& traffic) const {
    const auto read = study(traffic);
    if (!read) {
      ADD_FAILURE() << to_string(read.error().front());
      return {};
    }
    return run(*read).results.front().completion;
  }
  [[nodiscard]] std::string mistake(const std::string& traffic) const {
    const auto read = study(traffic);
    return read ? "" : to_string(read.error().front());
  }

  std::string folder_ = ::testing::TempDir() + "orrery_chakra";
};

// 10 us + 2 (n-1) (2 alpha + S/(nB)) + 5 us; what the host does takes no time.
TEST_F(Chakra, OneTraceIsWhatEveryRankDoes) {
  write("step.et",
        trace(compute(1, 10, {}) + node(2, 4, {1}, number(7, 999) + attribute("is_cpu_op", 27, 1)) +
              collective(3, 0, 64'000'000, {2}) + compute(4, 5, {3})));
  EXPECT_NEAR(completion("{chakra: step.et, ranks: 4}").value(), 15e-6 + 6 * (2e-6 + 16e6 / 50e9),
              1e-12);
}

// An all-gather's size is a rank's part: S = 4 parts, (n-1)(2 alpha + S/(nB)).
TEST_F(Chakra, SizesAreWhatARankPutsIn) {
  write("gather.et", trace(collective(7, 2, 16'000'000, {})));
  EXPECT_NEAR(completion("{chakra: gather.et}").value(), 3 * (2e-6 + 16e6 / 50e9), 1e-12);
}

// Rank 0 computes 20 us and sends; rank 1 receives, then computes 7 us.
TEST_F(Chakra, SendsAndReceivesMeet) {
  write("pair.0.et", trace(compute(1, 20, {}) + message(2, true, 1, 5'000'000, {1})));
  write("pair.1.et", trace(message(1, false, 0, 5'000'000, {}) + compute(2, 7, {1})));
  EXPECT_NEAR(completion("{chakra: pair}").value(), 27e-6 + 2e-6 + 5e6 / 50e9, 1e-12);
}

// Beside each other where nothing orders them: the later of the two.
TEST_F(Chakra, WhatDoesNotWaitOverlaps) {
  write("both.et", trace(compute(1, 5000, {}) + collective(2, 0, 64'000'000, {})));
  EXPECT_NEAR(completion("{chakra: both.et}").value(), 5e-3, 1e-12);
}

// Two kernels that do not wait for each other still share the device.
TEST_F(Chakra, ARankComputesOneNodeAtATime) {
  write("two.et", trace(compute(1, 10, {}) + compute(2, 7, {})));
  EXPECT_NEAR(completion("{chakra: two.et}").value(), 17e-6, 1e-15);
}

TEST_F(Chakra, WhatWaitsForANodeThatIsNotThereDoesNotWait) {
  write("pruned.et", trace(compute(1, 10, {9})));
  EXPECT_NEAR(completion("{chakra: pruned.et}").value(), 10e-6, 1e-15);
}

TEST_F(Chakra, SaysWhatIsWrongWithATrace) {
  write("text.et", "this is no trace");
  EXPECT_NE(mistake("{chakra: text.et}").find("text.et:1:1: /: saw 16 bytes that are no messages"),
            std::string::npos);
  write("circle.et", trace(compute(1, 1, {2}) + compute(2, 1, {1})));
  EXPECT_NE(mistake("{chakra: circle.et}").find("wait for each other in a circle"),
            std::string::npos);
  write("scatter.et", trace(collective(1, 4, 10, {})));
  EXPECT_NE(mistake("{chakra: scatter.et}").find("saw collective 4 in node 1"), std::string::npos);
  write("alone.0.et", trace(message(1, true, 1, 10, {})));
  write("alone.1.et", trace(compute(1, 1, {})));
  EXPECT_NE(
      mistake("{chakra: alone}").find("as many receives as sends from rank 0 to 1 with tag 3"),
      std::string::npos);
  EXPECT_NE(
      mistake("{chakra: nowhere}").find("/traffic/chakra: saw nowhere; expected a Chakra trace"),
      std::string::npos);
  write("step.et", trace(compute(1, 10, {})));
  EXPECT_NE(mistake("{chakra: step.et, ranks: 5}").find("/traffic/ranks: saw 5; expected 2 to 4"),
            std::string::npos);
}

// A file cut anywhere is refused or read, never more.
TEST_F(Chakra, CutFilesDoNoHarm) {
  const std::string whole = trace(compute(1, 10, {}) + collective(3, 0, 64'000'000, {1}));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    write("cut.et", whole.substr(0, length));
    const auto read = study("{chakra: cut.et}");
    if (!read) continue;
    EXPECT_GE(run(*read).results.front().completion, Seconds{}) << length;
  }
}

}  // namespace
}  // namespace orrery
