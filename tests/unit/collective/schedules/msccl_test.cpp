#include "orrery/collective/schedules/special/msccl.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "orrery/network/fabric/max_min.hpp"
#include "support/networks.hpp"

namespace orrery {
namespace {

std::string written(const std::string& text) {
  const std::string path = testing::TempDir() + "msccl_test.xml";
  std::ofstream(path) << text;
  return path;
}

// A ring all-gather over n GPUs as MSCCL writes it: send the own chunk, pass on what comes.
std::string ring_all_gather(int n) {
  std::string out = "<algo name=\"ring\" nchunksperloop=\"" + std::to_string(n) + "\" ngpus=\"" +
                    std::to_string(n) + "\" coll=\"allgather\" nchannels=\"1\" proto=\"Simple\">\n";
  for (int g = 0; g < n; ++g) {
    out += " <gpu id=\"" + std::to_string(g) + "\" i_chunks=\"1\" o_chunks=\"" + std::to_string(n) +
           "\" s_chunks=\"0\">\n  <tb id=\"0\" send=\"" + std::to_string((g + 1) % n) +
           "\" recv=\"" + std::to_string((g + n - 1) % n) + "\" chan=\"0\">\n";
    for (int s = 0; s < n; ++s) {
      const char* type = s == 0 ? "s" : s == n - 1 ? "r" : "rcs";
      out += "   <step s=\"" + std::to_string(s) + "\" type=\"" + type +
             "\" srcbuf=\"o\" srcoff=\"0\" dstbuf=\"o\" dstoff=\"0\" cnt=\"1\" depid=\"-1\" "
             "deps=\"-1\" "
             "hasdep=\"0\"/>\n";
    }
    out += "  </tb>\n </gpu>\n";
  }
  return out + "</algo>\n";
}

TEST(Msccl, ARingTakesTheRingsClosedForm) {
  const auto program = read_msccl(written(ring_all_gather(8)));
  ASSERT_TRUE(program) << to_string(program.error().front());
  EXPECT_EQ(program->ranks, 8u);
  EXPECT_EQ(program->kind, CollectiveKind::AllGather);
  const BytesPerSecond bandwidth{50e9};
  const Seconds latency{1e-6};
  const auto topology = test::network("{kind: fat_tree, hosts_per_leaf: 8, leaves: 1, spines: 1}",
                                      {bandwidth, latency});
  const auto routing = topology->routing("d_mod_k", 1);
  const auto fabric = make_max_min(topology->wires(), *routing);
  const auto traffic = msccl_traffic(*program, Bytes{8e6}, {0, 1, 2, 3, 4, 5, 6, 7});
  // (n-1) (alpha + S/(nB))
  const Seconds expected = 7.0 * (2.0 * latency + Bytes{1e6} / bandwidth);
  EXPECT_NEAR(fabric->run(*traffic).completion / expected, 1.0, 1e-9);
}

std::string error_of(const std::string& text) {
  const auto program = read_msccl(written(text));
  if (program) return "";
  const std::string message = to_string(program.error().front());
  return message.substr(message.find(".xml") + 4);
}

TEST(Msccl, ACircleOfWaitsIsLocated) {
  const std::string circle =
      "<algo name=\"x\" nchunksperloop=\"2\" ngpus=\"2\" coll=\"allreduce\">\n"
      "<gpu id=\"0\"><tb id=\"0\" send=\"1\" recv=\"1\" chan=\"0\">\n"
      "<step s=\"0\" type=\"r\" cnt=\"1\" depid=\"-1\" deps=\"-1\"/>\n"
      "<step s=\"1\" type=\"s\" cnt=\"1\" depid=\"-1\" deps=\"-1\"/></tb></gpu>\n"
      "<gpu id=\"1\"><tb id=\"0\" send=\"0\" recv=\"0\" chan=\"0\">\n"
      "<step s=\"0\" type=\"r\" cnt=\"1\" depid=\"-1\" deps=\"-1\"/>\n"
      "<step s=\"1\" type=\"s\" cnt=\"1\" depid=\"-1\" deps=\"-1\"/></tb></gpu>\n</algo>\n";
  EXPECT_EQ(
      error_of(circle),
      ":3:1: /algo: saw a step that is never reached; expected no circle of waits, and a send "
      "for each receive");
}

TEST(Msccl, MistakesAreLocated) {
  EXPECT_TRUE(error_of("<algo name=\"x\" ngpus=\"2\" nchunksperloop=\"1\" coll=\"sort\"/>\n")
                  .starts_with(":1:1: /algo: saw coll sort; expected allreduce"));
  EXPECT_TRUE(error_of("<algo name=\"x\"\n").starts_with(":1:1: /: saw no readable XML"));
  EXPECT_TRUE(error_of("<tree/>").starts_with(":1:1: /algo: saw no <algo>"));
}

}  // namespace
}  // namespace orrery
