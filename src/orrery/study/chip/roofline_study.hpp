// RooflineStudy: every op of a model's forward pass on the roofline of one chip.
#pragma once
#include <string>
#include <vector>

#include "orrery/compute/compute_model.hpp"
#include "orrery/hw/chip.hpp"
#include "orrery/ops/op_graph.hpp"
#include "orrery/program/plan.hpp"

namespace orrery {

struct RooflineQuestion {
  Task task = Task::Prefill;  // or Decode
  double sequences = 1;
  double length = 8192;  // tokens of a prompt; or in the cache
  DType format = DType::Bf16;
};

// All launches of the ops of one name, in all layers.
struct RooflinePoint {
  std::string op;
  Seconds time;
  Flops work;
  Bytes bytes;                  // to and from main memory
  FlopsPerSecond units;         // peak of what it runs on
  Bound bound = Bound::Memory;  // of most of its time
  [[nodiscard]] double intensity() const { return work.value() / bytes.value(); }  // FLOP a byte
  [[nodiscard]] FlopsPerSecond reached() const { return work / time; }
};

struct RooflineStudy {
  std::string model;
  Chip chip;
  RooflineQuestion question;
  std::vector<RooflinePoint> points;  // longest first
  Seconds total;
  // What the roof allows at an intensity, for work on units of that peak.
  [[nodiscard]] FlopsPerSecond roof(double intensity, FlopsPerSecond units) const;
};

RooflineStudy roofline_study(const OpGraph& graph, const Chip& chip, const ComputeModel& model,
                             const RooflineQuestion& question);

std::string to_text(const RooflineStudy& study);  // a picture of characters and a table
std::string to_json(const RooflineStudy& study);
std::string to_svg(const RooflineStudy& study);

}  // namespace orrery
