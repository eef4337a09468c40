#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "../commands.hpp"
#include "orrery/base/text/quantity.hpp"
#include "orrery/ops/op_graph.hpp"
#include "orrery/program/shard.hpp"
#include "orrery/study/catalog.hpp"

namespace orrery::cli {
namespace {

struct Part {
  double count = 0, parameters = 0, active = 0, flops = 0, weight_bytes = 0;
};

void add(const Layer& layer, double count, double sequence, Part& total, std::map<std::string, Part>& kinds) {
  for (const Op& op : layer.ops) {
    const double flops = forward_flops(op, sequence, sequence) / sequence;
    const double weights = op.reuses_weights ? 0.0 : static_cast<double>(op.parameters);
    const double active = static_cast<double>(op.active_parameters);
    for (Part* part : {&total, &kinds[name_of(Shard::work_of(op))]}) {
      part->count += count;
      part->parameters += count * weights;
      part->active += count * active;
      part->flops += count * flops;
    }
  }
}

double cache_bytes(const OpGraph& graph) {
  double elements = 0;
  for (const LayerRun& run : graph.body) {
    for (const Op& op : graph.layers[static_cast<std::size_t>(run.layer)].ops) {
      elements += run.count * static_cast<double>(op.cache) /
                  static_cast<double>(std::max<std::int64_t>(1, op.attention.compress));
    }
  }
  return 2 * elements;
}

}  // namespace

int inspect_command(const InspectOptions& options) {
  if (!(options.sequence >= 1)) {  // NaN passes the parser's range
    return report_problems({{"", fmt::format("saw --sequence {}; expected 1 or more", options.sequence)}});
  }
  const Catalog catalog = Catalog::standard();
  Node where;
  where.kind = Node::Kind::Scalar;
  where.scalar = options.model;
  where.file = options.model;
  const auto graph = catalog.model(where);
  if (!graph) return report_problems(graph.error());
  const double s = options.sequence;
  std::map<std::string, Part> kinds;
  std::vector<std::pair<std::string, Part>> layers;
  const auto layer = [&](const Layer& l, double count) {
    Part part;
    add(l, count, s, part, kinds);
    part.count = count;
    layers.emplace_back(l.name.empty() ? "?" : l.name, part);
  };
  layer(graph->input, 1);
  for (const LayerRun& run : graph->body) layer(graph->layers[static_cast<std::size_t>(run.layer)], run.count);
  layer(graph->output, 1);

  const double flops = forward_flops(*graph, s) / s;
  if (options.format == Format::Json) {
    nlohmann::ordered_json out;
    out["schema"] = "orrery.model/1";
    out["model"] = graph->name;
    out["parameters"] = parameters(*graph);
    out["parameters_with_extra_heads"] = parameters(*graph, ExtraHeads::Counted);
    out["active_parameters"] = active_parameters(*graph);
    out["layers"] = depth(*graph);
    out["sequence"] = s;
    out["forward_flops_per_token"] = flops;
    out["kv_cache_bytes_per_token_bf16"] = cache_bytes(*graph);
    for (const auto& [name, part] : kinds) {
      out["by_kind"][name] = {{"parameters", part.parameters},
                              {"forward_flops_per_token", part.flops},
                              {"flops_per_weight_byte_bf16", part.active > 0 ? part.flops / (2 * part.active) : 0.0}};
    }
    out["by_layer"] = nlohmann::ordered_json::array();
    for (const auto& [name, part] : layers) {
      out["by_layer"].push_back({{"layer", name}, {"count", part.count}, {"parameters", part.parameters},
                                 {"active_parameters", part.active}, {"forward_flops_per_token", part.flops}});
    }
    fmt::print("{}\n", out.dump(2));
    return kOk;
  }
  fmt::print("{}: {} parameters, {} active, {} layers\n", graph->name, show_count(parameters(*graph)),
             show_count(active_parameters(*graph)), depth(*graph));
  if (!graph->extra_heads.empty()) {
    fmt::print("  with multi-token heads {}\n", show_count(parameters(*graph, ExtraHeads::Counted)));
  }
  fmt::print("  forward {} a token at sequence {:.0f}; KV cache {} a token in bf16\n\n", show(Flops{flops}), s,
             show(Bytes{cache_bytes(*graph)}));
  fmt::print("{:<14} {:>12} {:>10} {:>14} {:>16}\n", "kind", "parameters", "share", "FLOP a token", "FLOP a weight byte");
  for (const auto& [name, part] : kinds) {
    fmt::print("{:<14} {:>12} {:>9.1f}% {:>14} {:>16}\n", name, show_count(part.parameters),
               100 * part.flops / flops, show(Flops{part.flops}),
               part.active > 0 ? fmt::format("{:.2f}", part.flops / (2 * part.active)) : "-");
  }
  fmt::print("\n{:<22} {:>6} {:>12} {:>12} {:>14}\n", "layer", "count", "parameters", "active", "FLOP a token");
  for (const auto& [name, part] : layers) {
    fmt::print("{:<22} {:>6.0f} {:>12} {:>12} {:>14}\n", name, part.count, show_count(part.parameters),
               show_count(part.active), show(Flops{part.flops}));
  }
  return kOk;
}

}  // namespace orrery::cli
