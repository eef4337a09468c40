// estimate: one Program in closed form, in microseconds of our own time. What searches call.
//
// Every segment is priced once; a stage is a sum of segments; the pipeline schedule, gradient
// traffic and the optimizer are added by formula. The parts of a StepTime add up to its total by
// construction.
#pragma once
#include <array>
#include <string>
#include <vector>

#include "orrery/collective/closed_form.hpp"
#include "orrery/compute/compute_model.hpp"
#include "orrery/execute/software_kernels.hpp"
#include "orrery/hw/cluster.hpp"
#include "orrery/program/program.hpp"

namespace orrery {

// What a framework of an era adds to the same physics. Fitted on end-to-end rows of that stack
// alone, cross-validated; catalog/calibration/stacks says from which.
struct Stack {
  std::string name;
  double efficiency = 1.0;     // kernel time is divided by this
  Seconds overhead_per_layer;  // host time a layer's forward and backward pass costs
  double overlap = 0.9;        // share of traffic behind compute that really costs nothing
  double moe_overhead = 1.0;   // expert layers' kernels and permutations take this much longer
  double attention = 1.0;  // its attention kernels take this much longer than the calibrated ones
  std::string source;
};

template <class V>
void describe(V& v, Stack& s) {
  v("name", s.name, "catalog name", kRequired);
  v("efficiency", s.efficiency, "kernel time is divided by this");
  v("overhead_per_layer", s.overhead_per_layer,
    "host time of one layer's forward and backward pass");
  v("overlap", s.overlap, "share of traffic behind compute that costs nothing");
  v("moe_overhead", s.moe_overhead, "expert layers take this much longer");
  v("attention", s.attention,
    "its attention kernels take this much longer than the calibrated ones");
  v("source", s.source, "rows and method of the fit");
}

// Everything that prices a Program. References must outlive the call.
struct Prices {
  const ComputeModel& compute;
  const Cluster& cluster;
  const CollectiveCalibration& collectives;
  Stack stack;
  double straggler_sigma = 0.0;                 // relative spread of one rank's kernel time
  const SoftwareKernels* software = nullptr;  // nullptr: every kernel is as fast as the calibrated
};

// Work of the matrix units by number format; what a vector unit does is in none.
using FlopsByFormat = std::array<Flops, kDTypes>;

struct SegmentTime {
  std::array<Seconds, kWorks> work;
  std::array<Seconds, kCommPurposes> exposed;  // on the critical path
  std::array<Seconds, kCommPurposes> busy;     // hidden or not
  Seconds host;                            // launches that the stream waits for
  Seconds weight_gradient;  // of `work`: products that nobody waits for (zero-bubble schedules)
  Seconds math, memory;     // lower bounds of `work`: what the units and the memory alone need
  Flops flops;
  FlopsByFormat products;  // of `flops`
  Bytes bytes;
  int launches = 0;
  [[nodiscard]] Seconds compute() const;
  [[nodiscard]] Seconds total() const;
};

// A whole step on the stage that is busiest, and what the others make it wait for.
struct StepTime {
  std::array<std::array<Seconds, kWorks>, kPhases> work;
  std::array<Seconds, kCommPurposes> exposed;
  std::array<Seconds, kCommPurposes> busy;
  Seconds bubble, optimizer, host, stragglers;
  Seconds math, memory;
  Flops flops;  // executed on one rank of the busiest stage
  FlopsByFormat products;
  Bytes bytes;
  Flops all_ranks_flops;  // executed on every rank together, recompute included
  int busiest_stage = 0;
  std::vector<Seconds> stage_time;  // one micro-batch on each stage
  [[nodiscard]] Seconds total() const;
  [[nodiscard]] Seconds kernels() const;  // while any kernel runs, the optimizer's included
};

// A Program whose kernels and collectives have their times, before a stack is laid over them. What
// sweeps over stacks keep: laying one over costs a microsecond.
struct PricedProgram {
  struct Transfer {
    Seconds duration;
    CommPurpose traffic = CommPurpose::Tensor;
    bool may_overlap = false;
    bool always_overlaps = false;
    bool gathers = false;  // hides behind the forward pass when it happens once a step
  };
  struct PricedSegment {
    SegmentTime raw;  // `work`, `math`, `memory`, `flops`, `bytes`, `launches`
    std::vector<Transfer> transfers;
    Seconds host;  // over the host link
    Phase phase = Phase::Forward;
    bool is_layer = true;
    double expert_products = 0;
  };
  struct Stage {
    std::vector<SegmentRun> forward, recompute, backward;
    int multiplicity = 1, layers = 0;
    std::vector<Transfer> step;
    Seconds optimizer, optimizer_memory;
    Bytes optimizer_bytes;
  };
  std::vector<PricedSegment> segments;
  std::vector<Stage> stages;
  Seconds send;
  bool sends_overlap = false;
  bool training = false;
  Schedule schedule = Schedule::OneFOneB;
  int virtual_stages = 1, ranks = 1;
  double micro_batches = 1;
  Launch launch = Launch::Eager;
};

PricedProgram price(const Program& program, const Prices& prices);

StepTime step_time(const PricedProgram& priced, const Stack& stack, double straggler_sigma);

// Both at once.
StepTime estimate(const Program& program, const Prices& prices);

// Idle time that the schedule leaves on the busiest stage, given every stage's time for one
// micro-batch.
//   1F1B, GPipe:  sum over the other stages of t_s            (fill and drain)
//   interleaved:  the same / virtual stages                   Narayanan et al. 2021, section 2.2
//   ZB-H1:        the same - weight-gradient time             Qi et al. 2023, table 2
Seconds pipeline_bubble(Schedule schedule, int virtual_stages,
                        const std::vector<Seconds>& stage_time,
                        const std::vector<Seconds>& weight_gradient_time, std::size_t busiest);

}  // namespace orrery
