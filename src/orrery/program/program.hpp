// Program: what each class of ranks does in one step (or one token), with shapes but without times.
//
// Ranks that behave alike are one RankClass with a multiplicity. The work of a layer stands once as
// a Segment; a stage refers to it with a count, so a Program for 100,000 chips is as small as
// for 8.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "orrery/collective/closed_form.hpp"
#include "orrery/ops/kernel.hpp"
#include "orrery/program/plan.hpp"

namespace orrery {

// Which part of an answer a piece of compute belongs to.
enum class Work : std::uint8_t { Linear, Attention, Experts, Elementwise, Vocabulary, Optimizer };
inline constexpr int kWorks = 6;
const char* name_of(Work);

// Why ranks talk.
enum class CommPurpose : std::uint8_t { Tensor, Context, Expert, Data, Pipeline, Host };
inline constexpr int kCommPurposes = 6;
const char* name_of(CommPurpose);

enum class Phase : std::uint8_t { Forward, Recompute, Backward };
inline constexpr int kPhases = 3;
const char* name_of(Phase);

struct ComputeTask {
  Kernel kernel;
  Work work = Work::Linear;
  int op = 0;  // index into Program::op_names
  double repeat = 1.0;
};

struct CommTask {
  CollectiveCall call;
  CommPurpose traffic = CommPurpose::Tensor;
  bool may_overlap = false;  // the plan lets it run behind compute of the same segment
  double repeat = 1.0;
  bool always_overlaps = false;  // whatever the plan says
};

// One pass of one layer (or of the embedding, the head) for one micro-batch on one rank.
struct Segment {
  Phase phase = Phase::Forward;
  std::vector<ComputeTask> compute;
  std::vector<CommTask> comm;
  Bytes host;              // moved to or from host memory during this segment
  bool is_layer = true;    // counts as a layer for per-layer overheads
  double expert_products = 0;  // grouped products x experts of this rank: each is launched
};

struct SegmentRun {
  int segment = 0;
  int count = 0;
};

// What stage `s` computes for one micro-batch over all of its chunks.
struct RankClass {
  int stage = 0;
  int multiplicity = 1;  // ranks that do exactly this
  std::vector<SegmentRun> forward, recompute, backward;
  int layers = 0;
  double parameters = 0;         // on this rank before ZeRO, experts included
  double expert_parameters = 0;  // of those, in experts
  std::vector<CommTask> step;    // once a step: gradient reduction, weight gather, norm
  ComputeTask optimizer;
  Bytes optimizer_host;  // moved over the host link by an offloaded optimizer
};

struct Program {
  Task task = Task::Train;
  Schedule schedule = Schedule::OneFOneB;
  int stages = 1;
  int virtual_stages = 1;
  double micro_batches = 1;
  int ranks = 1;
  std::vector<std::string> op_names;
  std::vector<Segment> segments;
  std::vector<RankClass> classes;  // by stage
  CommTask stage_send;             // activations between neighbours, one micro-batch
  Launch launch = Launch::Eager;
  AttentionKernel attention_kernel = AttentionKernel::Best;
  double useful_tokens = 0;  // per step (or per decode step), over all ranks
  Flops model_flops;         // useful forward and backward work of the whole step, no recompute
  Flops hardware_flops;      // with recompute
};

}  // namespace orrery
