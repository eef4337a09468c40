#include "orrery/program/stages.hpp"

#include <algorithm>
#include <numeric>

namespace orrery {

int StageContents::layers() const {
  int total = 0;
  for (const LayerRun& run : runs) total += run.count;
  return total;
}

std::vector<int> chunk_sizes(int layers, const ParallelPlan& plan) {
  const int chunks = plan.pipeline * plan.virtual_stages;
  const StageLayout& layout = plan.stages;
  if (!layout.layers.empty()) {
    const auto size = static_cast<int>(layout.layers.size());
    const int sum = std::accumulate(layout.layers.begin(), layout.layers.end(), 0);
    if (sum != layers || (size != chunks && size != plan.pipeline)) return {};
    if (size == chunks) return layout.layers;
    std::vector<int> sizes(static_cast<std::size_t>(chunks), 0);
    for (int s = 0; s < plan.pipeline; ++s) {  // a stage's list is spread over its chunks
      const int all = layout.layers[static_cast<std::size_t>(s)];
      for (int v = 0; v < plan.virtual_stages; ++v) {
        sizes[static_cast<std::size_t>(v * plan.pipeline + s)] =
            all / plan.virtual_stages + (v < all % plan.virtual_stages ? 1 : 0);
      }
    }
    return sizes;
  }
  const int slots = layers + (layout.embedding_is_layer ? 1 : 0) + (layout.head_is_layer ? 1 : 0);
  std::vector<int> sizes(static_cast<std::size_t>(chunks), slots / chunks);
  // The remainder goes to the middle chunks first, away from the embedding and the head.
  int rest = slots % chunks;
  for (int offset = 0; rest > 0; ++offset) {
    sizes[static_cast<std::size_t>((1 + offset) % chunks)] += 1;
    --rest;
  }
  if (layout.embedding_is_layer) sizes.front() -= 1;
  if (layout.head_is_layer) sizes.back() -= 1;
  return sizes;
}

std::vector<StageContents> stages_of(const OpGraph& graph, const ParallelPlan& plan) {
  const std::vector<int> sizes = chunk_sizes(depth(graph), plan);
  std::vector<StageContents> stages(static_cast<std::size_t>(plan.pipeline));
  std::size_t run = 0;
  int used = 0;  // layers of graph.body[run] already placed
  for (std::size_t chunk = 0; chunk < sizes.size(); ++chunk) {
    StageContents& stage = stages[chunk % static_cast<std::size_t>(plan.pipeline)];
    int want = sizes[chunk];
    while (want > 0 && run < graph.body.size()) {
      const int take = std::min(want, graph.body[run].count - used);
      const int layer = graph.body[run].layer;
      const auto same = std::ranges::find(stage.runs, layer, &LayerRun::layer);
      if (same != stage.runs.end()) {
        same->count += take;
      } else {
        stage.runs.push_back({layer, take});
      }
      want -= take;
      used += take;
      if (used == graph.body[run].count) {
        ++run;
        used = 0;
      }
    }
  }
  stages.front().has_input = true;
  stages.back().has_output = true;
  return stages;
}

}  // namespace orrery
