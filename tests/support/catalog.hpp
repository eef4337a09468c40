// Fixtures of the tests: catalog things by name, and small chips and clusters of round numbers.
#pragma once
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "orrery/study/catalog.hpp"

namespace orrery::test {

inline Catalog catalog() { return Catalog(std::string(ORRERY_SOURCE_DIR) + "/catalog"); }

inline Node name_node(const std::string& name) {
  Node node;
  node.kind = Node::Kind::Scalar;
  node.scalar = name;
  return node;
}

inline OpGraph model(const std::string& name) {
  auto graph = catalog().model(name_node(name));
  EXPECT_TRUE(graph) << name;
  return graph ? *graph : OpGraph{};
}

inline Cluster cluster(const std::string& name, int chips) {
  auto found = catalog().cluster(name, chips, name_node(name), name_node(name));
  EXPECT_TRUE(found) << name;
  return found ? *found : Cluster{};
}

// A kernel takes flops / 1 TFLOP/s + bytes / 1 TB/s: sums can be done by hand.
class RoundComputeModel final : public ComputeModel {
 public:
  [[nodiscard]] KernelTime time(const Kernel& k) const override {
    KernelTime t;
    t.flops = Flops{k.kind == OpKind::GroupedMatmul ? 2 * k.m * k.n * k.k
                    : k.m > 0                       ? 2 * k.count * k.m * k.n * k.k
                                                    : k.flops};
    t.bytes = Bytes{k.bytes_read + k.bytes_written};
    t.math = t.flops / FlopsPerSecond{1e12};
    t.memory = t.bytes / BytesPerSecond{1e12};
    t.duration = t.math + t.memory;
    return t;
  }
};

}  // namespace orrery::test
