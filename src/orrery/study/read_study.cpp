#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "orrery/program/plan_check.hpp"
#include "orrery/study/study.hpp"

namespace orrery {
namespace {

void append(Diagnostics& to, const Diagnostics& from) {
  to.insert(to.end(), from.begin(), from.end());
}

// The node a pointer names, or the nearest parent that the file has.
const Node& nearest_node(const Node& root, const std::string& pointer) {
  const Node* node = &root;
  std::size_t at = 1;
  while (at <= pointer.size()) {
    const std::size_t slash = std::min(pointer.find('/', at), pointer.size());
    const Node* next = node->find(pointer.substr(at, slash - at));
    if (next == nullptr) break;
    node = next;
    at = slash + 1;
  }
  return *node;
}

// check_plan() speaks of pointers; the file's line and column are added here.
void append_located(Diagnostics& to, const Diagnostics& from, const Node& root) {
  for (const Error& e : from) {
    const Node& node = nearest_node(root, e.where);
    const std::string name =
        e.where == node.pointer ? "" : e.where.substr(e.where.rfind('/') + 1) + ": ";
    to.push_back({node.where(), name + e.what});
  }
}

// What a framework that nobody names is taken for: fitted on all published rows of its kind.
std::string generic_stack_name(Task task, ChipKind chip) {
  if (task != Task::Train && task != Task::Finetune) return "generic-serve";
  return chip == ChipKind::Tpu ? "generic-train-tpu" : "generic-train-gpu";
}

void check_serving(const Workload& work, const Node& root, Diagnostics& problems) {
  const Node* batch = root.find("batch");
  const Node& where = batch != nullptr ? *batch : root;
  constexpr std::int64_t kMost = 1'000'000'000;
  const auto within = [&](const char* key, std::int64_t value, bool needed) {
    if (value >= (needed ? 1 : 0) && value <= kMost) return;
    const Node* said = where.find(key);
    problems.push_back({said != nullptr ? said->where() : where.where(),
                        fmt::format("saw {}: {}; expected {} to {}", key, value, needed ? 1 : 0, kMost)});
  };
  const bool serving = work.task != Task::Train && work.task != Task::Finetune;
  within("sequences", work.sequences, serving && work.task != Task::Offline);
  within("prompt", work.prompt, serving);
  within("generated", work.generated, work.task == Task::Generate || work.task == Task::Offline);
}

// `recompute_ops` names ops of the model, or the first parts of their names.
void check_recompute_ops(const Study& study, Diagnostics& problems) {
  std::vector<std::string> known{"norm"};
  for (const Layer& layer : study.graph.layers) {
    for (const Op& op : layer.ops) {
      for (std::size_t dot = op.name.find('.'); dot != std::string::npos; dot = op.name.find('.', dot + 1)) {
        known.push_back(op.name.substr(0, dot));
      }
      known.push_back(op.name);
    }
  }
  std::ranges::sort(known);
  known.erase(std::unique(known.begin(), known.end()), known.end());
  for (const std::string& name : study.plan.recompute_ops) {
    if (std::ranges::find(known, name) != known.end()) continue;
    problems.push_back({"/plan/recompute_ops", fmt::format("saw '{}'; expected ops of the model: {}", name,
                                                           fmt::join(known, ", "))});
  }
}

// A number that the file gives must be above zero there.
void check_positive(const Node& root, const char* block, const char* key, std::optional<double> value,
                    Diagnostics& problems) {
  if (!value || (*value > 0 && *value < 1e24)) return;
  const Node* parent = root.find(block);
  const Node* said = parent != nullptr ? parent->find(key) : nullptr;
  if (said == nullptr) return;  // missing, or a map that could not be read
  problems.push_back({said->where(), fmt::format("saw {}; expected more than 0 and less than 1e24", said->seen())});
}

void check_figures(const Study& study, const Node& root, Diagnostics& problems) {
  if (study.run) check_positive(root, "run", "tokens", study.run->tokens, problems);
  if (!study.published) return;
  const PublishedFigure& p = *study.published;
  const auto value = [](const auto& figure) {
    return figure ? std::optional<double>(figure->value()) : std::nullopt;
  };
  check_positive(root, "published", "flops_per_chip", value(p.flops_per_chip), problems);
  check_positive(root, "published", "step_time", value(p.step_time), problems);
  check_positive(root, "published", "tokens_per_second_per_chip", p.tokens_per_second_per_chip,
                 problems);
}

void hash_node(const Node& node, std::uint64_t& h) {
  const auto mix = [&](const std::string& text) {
    for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    h = (h ^ 0x1f) * 0x100000001b3ULL;
  };
  mix(std::to_string(static_cast<int>(node.kind)));
  mix(node.scalar);
  for (const Node& item : node.items) hash_node(item, h);
  std::vector<const Node::Member*> members;
  members.reserve(node.members.size());
  for (const Node::Member& m : node.members) members.push_back(&m);
  std::ranges::sort(members, {}, [](const Node::Member* m) { return m->key; });
  for (const Node::Member* m : members) {
    mix(m->key);
    hash_node(m->value, h);
  }
}

}  // namespace

std::string hash_of(const Node& root) {
  std::uint64_t h = 0xcbf29ce484222325ULL;
  hash_node(root, h);
  return fmt::format("{:016x}", h);
}

ParallelPlan read_plan(const Node& node, Diagnostics& problems) {
  ParallelPlan plan;
  if (!node.is_map()) {
    problems.push_back(
        {node.where(), fmt::format("saw {}; expected a map of keys or auto", node.seen())});
    return plan;
  }
  if (const Node* precision = node.find("precision")) {
    if (precision->is_map()) {
      DType compute = DType::Bf16;
      if (const Node* c = precision->find("compute")) read_into(*c, compute, problems);
      plan.precision = precision_named(compute);
      FieldReader reader(*precision, problems);
      describe(reader, plan.precision);
      reader.finish();
    } else {
      DType compute = DType::Bf16;
      read_into(*precision, compute, problems);
      plan.precision = precision_named(compute);
    }
  }
  FieldReader reader(node, problems);
  describe(reader, plan);
  reader.also("precision");
  reader.finish();
  return plan;
}

Read<Setting> setting_for(Cluster cluster, const std::string& stack, const Catalog& catalog,
                          const Node& where) {
  Setting s;
  Diagnostics problems;
  const auto take = [&](auto read, auto& into) {
    if (read) {
      into = std::move(*read);
    } else {
      append(problems, read.error());
    }
  };
  take(catalog.kernels(cluster.chip), s.kernels);
  take(catalog.collectives(cluster), s.collectives);
  take(catalog.memory(cluster.chip), s.memory);
  take(catalog.software(), s.software);
  take(catalog.prices(), s.prices);
  take(catalog.power(cluster.chip), s.power);
  take(catalog.bands(), s.bands);
  take(catalog.stack(stack, where), s.stack);
  s.cluster = std::move(cluster);
  if (!problems.empty()) return tl::unexpected(problems);
  return s;
}

Read<Study> read_study(const Node& root, const Catalog& catalog) {
  Diagnostics problems;
  Study study;
  if (!root.is_map()) {
    return tl::unexpected(
        Diagnostics{{root.where(), fmt::format("saw {}; expected a map of keys", root.seen())}});
  }
  study.inputs_hash = hash_of(root);
  FieldReader reader(root, problems);
  std::string stack;
  study.name = std::filesystem::path(root.file).stem().string();
  reader("name", study.name, "shown in reports");
  reader("task", study.work.task, "what to predict");
  reader("stack", stack, "framework and era");
  reader("run", study.run, "the whole run");
  reader("published", study.published, "a published figure to compare with");
  for (const char* key : {"model", "cluster", "plan", "batch"}) {
    reader.also(key);
    if (root.find(key) == nullptr) detail::report_missing(root, key, problems);
  }
  reader.finish();

  const std::size_t before = problems.size();
  if (const Node* node = root.find("batch")) {
    const Task task = study.work.task;
    read_into(*node, study.work, problems);
    study.work.task = task;
  }
  if (const Node* node = root.find("plan")) {
    if (node->is_scalar() && node->scalar == "auto") {
      study.plan_is_auto = true;
    } else {
      study.plan = read_plan(*node, problems);
    }
  }
  const bool plan_known = problems.size() == before && root.find("batch") != nullptr &&
                          root.find("plan") != nullptr && !study.plan_is_auto;
  bool model_known = false, cluster_known = false;
  if (const Node* node = root.find("model")) {
    auto graph = catalog.model(*node);
    if (graph) {
      study.graph = std::move(*graph);
      model_known = true;
    } else {
      append(problems, graph.error());
    }
  }
  if (const Node* node = root.find("cluster")) {
    auto cluster = catalog.cluster(*node);
    if (cluster) {
      const Node* named = root.find("stack");
      if (stack.empty()) stack = generic_stack_name(study.work.task, cluster->chip.kind);
      auto setting =
          setting_for(std::move(*cluster), stack, catalog, named != nullptr ? *named : root);
      if (setting) {
        study.setting = std::move(*setting);
        cluster_known = true;
      } else {
        append(problems, setting.error());
      }
    } else {
      append(problems, cluster.error());
    }
  }
  if (study.work.predicted_share > 0.0 && study.work.predicted_share <= 1.0) {
    compute_outputs_for(study.graph, study.work.predicted_share);
  } else if (const Node* batch = root.find("batch"); batch != nullptr) {
    const Node* said = batch->find("predicted_share");
    if (said != nullptr)
      problems.push_back({said->where(), fmt::format("saw {}; expected more than 0 and at most 1", said->seen())});
  }
  check_serving(study.work, root, problems);
  check_figures(study, root, problems);
  if (plan_known && model_known && cluster_known) {
    Diagnostics found = check_plan(study.graph, study.plan, study.work, study.setting.cluster);
    check_recompute_ops(study, found);
    append_located(problems, found, root);
  }
  if (!problems.empty()) return tl::unexpected(problems);
  return study;
}

Read<Study> read_study_file(const std::string& path, const Catalog& catalog) {
  const auto root = read_document(path);
  if (!root) return tl::unexpected(root.error());
  return read_study(*root, catalog);
}

std::string summary(const ParallelPlan& p) {
  std::string out = fmt::format("tensor {}", p.tensor);
  const auto add = [&](const char* name, int value) {
    if (value > 1) out += fmt::format(" x {} {}", name, value);
  };
  add("pipeline", p.pipeline);
  if (p.virtual_stages > 1) out += fmt::format(" ({} chunks each)", p.virtual_stages);
  add("context", p.context);
  add("data", p.data);
  if (p.expert > 1) out += fmt::format(", expert {}", p.expert);
  if (p.expert > 1 && p.expert_tensor > 1) out += fmt::format(" x {}", p.expert_tensor);
  out += fmt::format(", zero {}, {}", p.zero, name_of(p.precision.compute));
  if (p.sequence_parallel) out += ", sequence parallel";
  if (p.recompute != Recompute::None) out += fmt::format(", {} recompute", name_of(p.recompute));
  if (p.pipeline > 1 && p.schedule != Schedule::OneFOneB) {
    out += fmt::format(", {}", name_of(p.schedule));
  }
  if (p.pipeline > 1 && p.stages.balanced) out += ", balanced stages";
  if (p.tensor > 1 && p.overlap.tensor) out += ", tensor overlap";
  if (p.expert > 1 && p.overlap.expert) out += ", expert overlap";
  if (p.offload.optimizer) out += ", optimizer offloaded";
  if (p.offload.activations) out += ", activations offloaded";
  if (p.lora_rank > 0) out += fmt::format(", LoRA {}", p.lora_rank);
  return out;
}

}  // namespace orrery
