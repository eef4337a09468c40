#include "orrery/study/chip/roofline_study.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "orrery/serving/serve.hpp"

namespace orrery {
namespace {

struct Sum {
  RooflinePoint point;
  std::array<Seconds, 3> bound;  // time spent under each
};

// One chip of its own, on a network that nothing uses.
Cluster lone(const Chip& chip) {
  Cluster c;
  c.name = chip.name;
  c.chip = chip;
  c.chips = 1;
  c.tiers = {Tier{.name = "alone", .bandwidth = BytesPerSecond{1.0}}};
  return c;
}

Program pass(const OpGraph& graph, const Cluster& cluster, const RooflineQuestion& q) {
  ParallelPlan plan;
  plan.data = plan.expert_tensor = plan.shard = 1;
  plan.precision = precision_named(q.format);
  plan.launch = Launch::Graph;
  return q.task == Task::Decode ? decode_program(graph, plan, q.sequences, q.length, cluster)
                                : prefill_program(graph, plan, q.sequences, q.length, cluster);
}

void add(const ComputeTask& task, double count, const ComputeModel& model, Sum& to) {
  const KernelDetail d = model.detail(task.kernel);
  const double times = count * task.repeat;
  to.point.time += times * d.time.duration;
  to.point.work += times * d.time.flops;
  to.point.bytes += times * d.time.bytes;
  if (d.utilisation > 0)
    to.point.units = std::max(to.point.units, d.time.flops / (d.utilisation * d.time.duration));
  to.bound[static_cast<std::size_t>(d.time.bound)] += times * d.time.duration;
}

}  // namespace

FlopsPerSecond RooflineStudy::roof(double intensity, FlopsPerSecond units) const {
  return std::min(units, FlopsPerSecond{intensity * chip.memory.bandwidth.value()});
}

RooflineStudy roofline_study(const OpGraph& graph, const Chip& chip, const ComputeModel& model,
                             const RooflineQuestion& question) {
  RooflineStudy out{graph.name, chip, question, {}, {}};
  const Program program = pass(graph, lone(chip), question);
  std::map<int, Sum> sums;  // by index of the op's name
  for (const RankClass& c : program.classes) {
    for (const SegmentRun& run : c.forward) {
      for (const ComputeTask& task :
           program.segments[static_cast<std::size_t>(run.segment)].compute)
        add(task, run.count, model, sums[task.op]);
    }
  }
  for (auto& [op, sum] : sums) {
    if (!(sum.point.time > Seconds{})) continue;
    sum.point.op = program.op_names[static_cast<std::size_t>(op)];
    const auto most =
        std::ranges::max_element(sum.bound, [](Seconds a, Seconds b) { return a < b; });
    sum.point.bound = static_cast<Bound>(most - sum.bound.begin());
    out.total += sum.point.time;
    out.points.push_back(sum.point);
  }
  std::ranges::stable_sort(
      out.points, [](const RooflinePoint& a, const RooflinePoint& b) { return a.time > b.time; });
  return out;
}

}  // namespace orrery
