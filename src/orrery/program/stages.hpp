// Stages: which layers stand on which pipeline stage, in runs of equal layers.
#pragma once
#include <vector>

#include "orrery/ops/op_graph.hpp"
#include "orrery/program/plan.hpp"

namespace orrery {

struct StageContents {
  std::vector<LayerRun> runs;  // of OpGraph::layers, over all chunks of the stage
  bool has_input = false;
  bool has_output = false;
  [[nodiscard]] int layers() const;
};

// Chunk c of pipeline x virtual_stages goes to stage c mod pipeline. Layers are spread evenly,
// the embedding and the head counting as layers where the plan says so; what is left over goes to
// the chunks that hold neither.
std::vector<StageContents> stages_of(const OpGraph& graph, const ParallelPlan& plan);

// Layers of each chunk in order; empty when an explicit list does not add up.
std::vector<int> chunk_sizes(const OpGraph& graph, const ParallelPlan& plan);

}  // namespace orrery
