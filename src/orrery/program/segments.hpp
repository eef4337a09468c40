// SegmentBuilder: turns layers into Segments, once each, and stages into runs of them.
#pragma once
#include <map>
#include <vector>

#include "orrery/ops/op_graph.hpp"
#include "orrery/program/groups.hpp"
#include "orrery/program/program.hpp"
#include "orrery/program/shard.hpp"
#include "orrery/program/stages.hpp"

namespace orrery {

class SegmentBuilder {
 public:
  SegmentBuilder(const OpGraph& graph, const ParallelPlan& plan, const Batch& batch,
                 const Groups& groups, Program& program);

  // Forward, recompute and backward runs of a stage, and its parameters.
  void stage(const StageContents& contents, RankClass& out);

  // The forward pass alone, without the head: serving asks that for the last token of a sequence
  // only.
  void stage_forward(const StageContents& contents, RankClass& out);
  void output_forward(RankClass& out);

 private:
  struct Built {
    int forward = -1, recompute = -1, backward = -1;
    double parameters = 0, expert_parameters = 0;
  };
  enum class Passes { Forward, Training };

  Built build(const Layer& layer, bool is_layer, Passes passes);
  const Built& body_layer(int index, Passes passes);
  int op_index(const Op& op);
  void tensor_traffic(const Op& op, Segment& segment) const;
  void expert_traffic(const Op& op, Segment& segment) const;
  void context_traffic(const Op& op, Segment& segment, double factor) const;
  void weight_gather(const Built& built, Segment& segment) const;
  void gradient_scatter(const Built& built, Segment& segment) const;
  int append(Segment segment);
  void add(const Built& built, int count, int recomputed, RankClass& out) const;

  const OpGraph& graph_;
  const ParallelPlan& plan_;
  const Batch& batch_;
  const Groups& groups_;
  Program& program_;
  Shard shard_;
  std::map<int, Built> layers_;
};

}  // namespace orrery
