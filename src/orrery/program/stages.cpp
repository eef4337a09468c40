#include "orrery/program/stages.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace orrery {

int StageContents::layers() const {
  int total = 0;
  for (const LayerRun& run : runs) total += run.count;
  return total;
}

namespace {

// What the output layer and the extra heads compute, in layers of the body.
double head_weight(const OpGraph& graph) {
  const auto flops = [](const Layer& layer) {
    double sum = 0;
    for (const Op& op : layer.ops) sum += forward_flops(op, 1.0, 4096.0);
    return sum;
  };
  double heads = flops(graph.output), body = 0;
  for (const Layer& head : graph.extra_heads) heads += flops(head);
  for (const LayerRun& run : graph.body)
    body += run.count * flops(graph.layers[static_cast<std::size_t>(run.layer)]);
  return body > 0 ? heads * depth(graph) / body : 0.0;
}

// The least maximum over chunks when the last one also carries the heads.
std::vector<int> balanced_sizes(int layers, int chunks, double heads) {
  int most = 1;
  const auto last = [&] { return std::max(0, static_cast<int>(std::floor(most - heads))); };
  while ((chunks - 1) * most + last() < layers) ++most;
  std::vector<int> sizes(static_cast<std::size_t>(chunks), 0);
  sizes.back() = chunks == 1 ? layers : std::min(last(), layers);
  int left = layers - sizes.back();
  for (int c = chunks - 2; c >= 0; --c) {
    const int share = (left + c) / (c + 1);
    sizes[static_cast<std::size_t>(c)] = share;
    left -= share;
  }
  return sizes;
}

}  // namespace

std::vector<int> chunk_sizes(const OpGraph& graph, const ParallelPlan& plan) {
  const int layers = depth(graph);
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
  if (layout.balanced) return balanced_sizes(layers, chunks, head_weight(graph));
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
  const std::vector<int> sizes = chunk_sizes(graph, plan);
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
