#include "orrery/accuracy/row_opening.hpp"

#include "orrery/accuracy/row_model.hpp"

namespace orrery {
namespace {

Node scalar_node(const std::string& text) {
  Node node;
  node.kind = Node::Kind::Scalar;
  node.scalar = text;
  return node;
}

// "megatron-bridge-26.02" -> "megatron-bridge".
std::string without_era(const std::string& stack) {
  const std::size_t dash = stack.rfind('-');
  const bool has_era = dash != std::string::npos && dash + 1 < stack.size() &&
                       stack[dash + 1] >= '0' && stack[dash + 1] <= '9';
  return has_era ? stack.substr(0, dash) : stack;
}

}  // namespace

bool open_row(const TableRow& row, const std::string& framework, const Names& names,
              const Catalog& catalog, RowStudy& out, RowOutcome& outcome) {
  out.id = row.text("id");
  out.source = row.text("source");
  out.model = row.text("model");
  out.accelerator = row.text("accelerator");
  const auto name = lookup(names.clusters, out.accelerator, row.text("framework"));
  const int chips = static_cast<int>(row.number("num_accel").value_or(0));
  if (!name || chips < 1) return false;
  auto cluster = catalog.cluster(*name, chips, scalar_node(*name), scalar_node(*name));
  if (!cluster) {
    outcome.detail = to_string(cluster.error().front());
    return false;
  }
  auto graph = row_model(row, names, catalog);
  if (!graph) {
    outcome.skip = Skip::UnknownModel;
    return false;
  }
  auto setting = setting_for(std::move(*cluster), "none", catalog, scalar_node("none"));
  if (!setting) {
    outcome.detail = to_string(setting.error().front());
    return false;
  }
  const Chip& chip = setting->cluster.chip;
  out.is_tpu = chip.kind == ChipKind::Tpu;
  out.is_moe = has_experts(*graph);
  // Libraries know chips of one generation better than another's: a stack is calibrated for each.
  out.stack = lookup(names.stacks, framework, framework).value_or("unknown");
  out.library = without_era(out.stack);
  if (out.stack != "unknown") out.stack += "-" + chip.generation;
  out.study.name = out.id;
  out.study.graph = std::move(*graph);
  out.study.setting = std::move(*setting);
  return true;
}

}  // namespace orrery
