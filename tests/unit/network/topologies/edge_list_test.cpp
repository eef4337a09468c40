// A user's own network: the same as the family that it was written from, and every mistake found
// where it stands.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>

#include "orrery/network/graph/waiting_cycle.hpp"
#include "support/networks.hpp"

namespace orrery {
namespace {

using test::network;

class EdgeListFiles : public testing::Test {
 protected:
  // Written to a folder of this test alone; returns the whole path.
  static std::string file(const std::string& name, const std::string& text) {
    const std::string path = testing::TempDir() + "edge_list_test_" + name;
    std::ofstream(path) << text;
    return path;
  }
  static std::string csv(const std::string& name, const std::string& text,
                         const std::string& more = "") {
    return fmt::format("{{kind: edge_list, file: {}{}}}", file(name, text), more);
  }
  static std::string mistake_in(const std::string& description) {
    const std::string said = test::mistake(description);
    return said.substr(said.rfind('/', said.find(": /")) + std::string("/edge_list_test_").size());
  }
};

// The cables of a topology as a CSV of its vertices' numbers, h for endpoints and s for switches.
std::string csv_of(const Wires& wires) {
  const auto name = [&](std::uint32_t v) {
    return fmt::format("{}{}", v < wires.endpoints ? 'h' : 's', v);
  };
  std::string out = "a,b,bandwidth,latency\n";
  for (std::size_t i = 0; i < wires.links.size(); i += 2) {
    const LinkKind& kind = wires.kinds[wires.links[i].kind];
    out += fmt::format("{},{},{} GB/s,{} ns\n", name(wires.links[i].from), name(wires.links[i].to),
                       kind.bandwidth.value() / 1e9, kind.latency.value() / 1e-9);
  }
  return out;
}

TEST_F(EdgeListFiles, AFamilyWrittenOutIsThatFamily) {
  for (const char* text : {"{kind: torus, shape: [4, 5]}", "{kind: fat_tree, radix: 4}",
                           "{kind: dragonfly, routers: 4, global_ports: 2, terminals: 2}",
                           "{kind: rail_optimised, nodes: 4, gpus: 4}"}) {
    SCOPED_TRACE(text);
    const auto family = network(text, {BytesPerSecond{50e9}, Seconds{500e-9}});
    const Wires& wires = family->wires();
    const bool has_switches = wires.vertices > wires.endpoints;
    const auto own =
        network(csv("family.csv", csv_of(wires), has_switches ? ", switches: ['s*']" : ""));
    const NetworkFacts a = family->facts();
    const NetworkFacts b = own->facts();
    EXPECT_EQ(a.endpoints, b.endpoints);
    EXPECT_EQ(a.switches, b.switches);
    EXPECT_EQ(a.cables, b.cables);
    EXPECT_EQ(a.diameter, b.diameter);
    EXPECT_NEAR(a.average_hops, b.average_hops, 1e-12);
    EXPECT_EQ(b.sampled_endpoints, 0);
    EXPECT_GE(b.bisection.value(), a.bisection_is_bound ? 0.0 : a.bisection.value() * (1 - 1e-12));
    for (std::size_t i = 0; i < wires.links.size(); ++i) {
      const auto link = static_cast<LinkId>(i);
      EXPECT_DOUBLE_EQ(own->wires().kind(link).bandwidth.value(), 50e9);
      EXPECT_NEAR(own->wires().kind(link).latency.value(), 500e-9, 1e-18);
    }
  }
}

TEST_F(EdgeListFiles, RoutesLeadThereAndCannotDeadlock) {
  const auto tree = network("{kind: fat_tree, hosts_per_leaf: 2, leaves: 3, spines: 2}");
  const auto own = network(csv("routes.csv", csv_of(tree->wires()), ", switches: ['s*']"));
  test::expect_facts_match_a_search(*own);
  for (const std::string_view name : own->routings()) {
    SCOPED_TRACE(name);
    const auto routing = own->routing(name, 3);
    test::expect_routes_lead_there(*own, *routing, name == "ecmp" || name == "spray");
    EXPECT_TRUE(waiting_cycle(own->wires(), *routing, 6).empty());
  }
}

TEST_F(EdgeListFiles, GraphMlIsReadAsTheSameNetwork) {
  const auto own = network(csv("two.graphml", R"(<?xml version="1.0"?>
<graphml><key id="d0" for="node" attr.name="role" attr.type="string"/>
<key id="d1" for="edge" attr.name="bandwidth" attr.type="string"/>
<graph edgedefault="undirected">
<node id="a"/><node id="b"/><node id="s"><data key="d0">switch</data></node>
<edge source="a" target="s"><data key="d1">25 GB/s</data></edge>
<edge source="b" target="s"/>
</graph></graphml>)"));
  EXPECT_EQ(own->facts().endpoints, 2);
  EXPECT_EQ(own->facts().switches, 1);
  EXPECT_EQ(own->vertex_name(2), "s");
  EXPECT_DOUBLE_EQ(own->wires().kind(LinkId{0}).bandwidth.value(), 25e9);
  EXPECT_DOUBLE_EQ(own->wires().kind(LinkId{2}).bandwidth.value(), 50e9);  // the study's link
}

TEST_F(EdgeListFiles, MistakesInGraphMlAreLocated) {
  EXPECT_EQ(
      mistake_in(csv("unknown.graphml",
                     "<graphml><graph>\n<node id=\"a\"/> "
                     "<edge source=\"a\" target=\"x\"/></graph></graphml>")),
      "unknown.graphml:2:16: /: saw x, which is no vertex; expected one of the 1 that are listed");
  EXPECT_EQ(mistake_in(csv("none.graphml", "a,b\n")).substr(0, 26), "none.graphml:1:1: /: saw n");
}

TEST_F(EdgeListFiles, MistakesAreFoundWhereTheyStand) {
  EXPECT_EQ(mistake_in(csv("pieces.csv", "a,b\nx,y\nu,v\nv,w\n")),
            "pieces.csv:3:1: /: saw a network in pieces: 3 of 5 vertices (u, v, w) are cut off "
            "from x; expected one piece");
  EXPECT_EQ(mistake_in(csv("zero.csv", "a,b,bandwidth\nx,y,0 GB/s\n")),
            "zero.csv:2:5: /: saw a bandwidth of 0.00 B/s; expected more than 0 B/s");
  EXPECT_EQ(mistake_in(csv("negative.csv", "a,b,bandwidth\nx,y,-1 GB/s\n")),
            "negative.csv:2:5: /: saw a bandwidth of -1.00 GB/s; expected more than 0 B/s");
  EXPECT_EQ(mistake_in(csv("loop.csv", "a,b\nx,y\ny, y\n")),
            "loop.csv:3:4: /: saw a cable from y to itself; expected two vertices");
  EXPECT_EQ(mistake_in(csv("twice.csv", "a,b\nx,y\ny,x\n")),
            "twice.csv:3:1: /: saw y and x a second time; expected each pair once: parallel cables "
            "are one of the sum of their bandwidths");
  EXPECT_EQ(mistake_in(csv("unit.csv", "a,b,bandwidth\nx,y,17\n")),
            "unit.csv:2:5: /: saw 17; expected a rate such as 3.35 TB/s");
  EXPECT_EQ(
      mistake_in(csv("column.csv", "a,c\nx,y\n")),
      "column.csv:1:3: /: saw column c; expected some of a, b, bandwidth, latency, kind, optical");
  EXPECT_EQ(
      mistake_in(csv("vertex.csv", "a,b\nx,y\nx,z\n",
                     ", vertices: " + file("listed.csv", "name,role\nx,endpoint\ny,switch\n"))),
      "vertex.csv:3:3: /: saw z, which is no vertex; expected one of the 2 that are listed");
}

TEST_F(EdgeListFiles, AMissingFileOrSwitchIsNamed) {
  EXPECT_EQ(test::mistake("{kind: edge_list, file: nowhere.csv}"),
            "topology:1:25: /file: saw nowhere.csv; expected a file beside the study");
  const std::string said = test::mistake(csv("some.csv", "a,b\nx,y\n", ", switches: [leaf*]"));
  EXPECT_NE(said.find("/switches: saw leaf*, which is no vertex of"), std::string::npos) << said;
}

// A star of stars: every host sees the same mean, so that samples have no spread; and the diameter
// that ways may reach is bounded from any sample.
TEST_F(EdgeListFiles, LargeNetworksAreSampledWithABand) {
  std::string text = "a,b\n";
  constexpr int kLeaves = 20'000;
  for (int leaf = 0; leaf < kLeaves; ++leaf) {
    text += fmt::format("leaf{0},core\nhost{0},leaf{0}\n", leaf);
  }
  const NetworkFacts f = network(csv("large.csv", text, ", switches: ['leaf*', core]"))->facts();
  EXPECT_EQ(f.endpoints, kLeaves);
  EXPECT_GT(f.sampled_endpoints, 0);
  EXPECT_NEAR(f.average_hops, 4.0, 1e-9);
  EXPECT_NEAR(f.average_hops_error, 0.0, 1e-9);
  EXPECT_EQ(f.diameter, 4);
  EXPECT_GE(longest_way(f), 4);
}

}  // namespace
}  // namespace orrery
